"""Who the patient is, complaints, relatives, procedures and courses, as rendered sections word them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from clinsynth.prompts.joining import article
from clinsynth.prompts.selecting import PATIENT

_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SHARE_IN_WORDS = 0.3
_FAMILY = "family"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The patient; age in years, age and sex "" where they are not known."""

    age: str
    sex: str

    def __str__(self) -> str:
        noun = _NOUNS[self.sex][0] if self.sex in _NOUNS else PATIENT
        return f"{self.age}-year-old {noun}" if self.age else noun

    @classmethod
    def worded(cls, persons: Sequence["Person"], manner: str, random: Random) -> list[str]:
        """Word a person: "full" ("64-year-old lady") or "short" ("64 y/o F")."""
        forms = _PERSONS[manner]
        return [
            random.choice(forms).format(
                age=person.age, noun=random.choice(_NOUNS[person.sex]), letter=person.sex[0].upper()
            )
            if person.age and person.sex in _NOUNS
            else str(person)
            for person in persons
        ]


_NOUNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"female": ("woman", "woman", "female"), "male": ("man", "man", "male", "gentleman")}
)
_PERSONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "full": ("{age}-year-old {noun}", "{age}-year-old {noun}", "{age} year old {noun}", "{age}-year-old {noun}"),
        "short": (
            "{age} y/o {letter}",
            "{age} yo {letter}",
            "{age}yo {noun}",
            "{age} y/o {noun}",
            "{age}-year-old {noun}",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A symptom, or a condition whose beginning is known; `since` is how long ("3 days") or ""."""

    name: str
    since: str

    def __str__(self) -> str:
        return f"{self.name} for {self.since}" if self.since else self.name

    @classmethod
    def worded(cls, complaints: Sequence["Complaint"], manner: str, random: Random) -> list[str]:
        """Word the complaints of a list: "full" ("cough for the past 3 days") or "short" ("cough x 3 days").

        In a list the time must not be read as that of all: one told before its name ("3 days of cough") comes last, one
        told behind it first, and none between two commas.
        """
        alone = _SINCE_ALONE[manner] if len(complaints) == 1 else ()
        form, in_words = random.choice((*_SINCE[manner], *alone)), random.random() < _SHARE_IN_WORDS
        is_before = not form.startswith("{name}")
        ordered = sorted(complaints, key=lambda each: bool(each.since) is is_before)
        return [each.told(form, manner, in_words=in_words) for each in ordered]

    def told(self, form: str, manner: str, *, in_words: bool) -> str:
        """Put the complaint in a form, a short time in words or figures; in full, what is counted has an article."""
        number, _, unit = self.since.partition(" ")
        name = article(self.name) if manner == "full" and _COUNTED.search(self.name) else self.name
        if not (number.isdecimal() and unit):
            return f"{name} for {self.since}" if self.since else name
        if in_words and int(number) <= len(_NUMBER_WORDS):
            number = _NUMBER_WORDS[int(number) - 1]
        since = f"{number} {unit}"
        span = f"{number}-{unit.removesuffix('s')}"
        return form.format(name=name, since=since, span=span, of=article(span))


# Names of one thing, by the last word before what says where it is: "a cut on the hand".
_COUNTED = re.compile(
    r"\b(?:abscess|ankle|bite|boil|bulge|bump|burn|cut|cyst|deformity|droop|finger|fracture|gush|hernia|knee|laceration"
    r"|lesion|lump|mass|mole|nodule|nose|patch|polyp|posture|rash|sore|spot|sprain|stone|stream|tear|throat|tongue|tremor"
    r"|ulcer|vein|voice|wound)(?=$| (?:at|before|behind|between|catching|in|of|on|over|with)\b)"
)
_SINCE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "full": (
            *("{name} for {since}", "{name} for the past {since}", "{name} for the last {since}"),
            *("{name} over the past {since}", "{name} of {span} duration", "{name} that began {since} ago"),
            *("{name} which started {since} ago", "{since} of {name}", "{name} lasting {since}"),
            *("{of} history of {name}", "{name} (for {since})", "{name} (present for {since})"),
            *("{name} over the last {since}", "{name} for about {since}", "{name} starting {since} ago"),
        ),
        "short": (
            *("{name} x {since}", "{name} x {since}", "{name} for {since}", "{name} ({since})", "{since} of {name}"),
            *("{name} (onset {since} ago)", "{name} times {since}", "{span} h/o {name}"),
        ),
    }
)
# Between commas the time would part a list.
_SINCE_ALONE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"full": ("{name}, present for {since}",), "short": ("{name}, onset {since} ago",)}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A condition of a relative, or one that the relative did not have; `whose` is "her", "his" or "the"."""

    who: str
    condition: str
    negated: bool
    whose: str = "the"

    def __str__(self) -> str:
        if self.who == _FAMILY:
            return f"{'no ' if self.negated else ''}family history of {self.condition}"
        return f"no {self.condition} in the {self.who}" if self.negated else f"{self.who} with {self.condition}"

    @classmethod
    def worded(cls, relatives: Sequence["Relative"], manner: str, random: Random) -> list[str]:
        """Word relatives: "full" ("her mother has asthma"), or "short" ("asthma (mother)")."""
        form, denial, of_family = (random.choice(forms) for forms in _RELATIVES[manner])
        return [
            (of_family if each.who == _FAMILY and each.negated else denial if each.negated else form).format(
                who=each.who, whose=each.whose, condition=each.condition
            )
            if each.negated or each.who != _FAMILY
            else str(each)
            for each in relatives
        ]


# Of one who has it, of one who does not, and of a family in which nobody does.
_RELATIVES: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "full": (
            (
                *("{whose} {who} has {condition}", "{condition} in {whose} {who}", "{who} with {condition}"),
                *("{whose} {who} has a history of {condition}", "{who} has {condition}", "{condition} in the {who}"),
                *("{whose} {who} was diagnosed with {condition}", "{whose} {who} suffers from {condition}"),
            ),
            ("no {condition} in {whose} {who}", "{whose} {who} does not have {condition}", "{who} without {condition}"),
            (
                *("no family history of {condition}", "no {condition} in the family"),
                *("no known family history of {condition}", "the family history is negative for {condition}"),
                "{whose} family has no history of {condition}",
            ),
        ),
        "short": (
            (
                "{condition} ({who})",
                "{who} - {condition}",
                "{who} with {condition}",
                "{who} has {condition}",
                "{condition} in {who}",
            ),
            ("no {condition} ({who})", "{who} without {condition}", "no {condition} in {who}"),
            (
                "no family history of {condition}",
                "no {condition} in family",
                "family negative for {condition}",
                "no history of {condition} in family",
            ),
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """A procedure of this encounter, and what it showed or ""."""

    name: str
    shows: str

    def __str__(self) -> str:
        return f"{self.name} showing {self.shows}" if self.shows else self.name

    @classmethod
    def worded(cls, procedures: Sequence["Procedure"], manner: str, random: Random) -> list[str]:
        """Word procedures: "clause" ("chest x-ray showed an effusion") or "short" ("chest x-ray with an effusion")."""
        return [
            random.choice(each.forms(manner)).format(
                name=each.name, shows=each.shows, was="were" if is_plural(each.name) else "was"
            )
            for each in procedures
        ]

    def forms(self, manner: str) -> tuple[str, ...]:
        """Give the forms to choose from: behind an absence ("spur without fracture on x-ray") names are denied."""
        forms = _SHOWN[manner] if self.shows else _DONE[manner]
        unfit = _OF_STUDIES if _INVASIVE.search(self.name.partition(" of ")[0]) else _OF_OPERATIONS
        if _ABSENCE.search(self.shows):
            return tuple(form for form in forms if form not in unfit and not form.endswith("{name}"))
        return tuple(form for form in forms if form not in unfit)


# Blood cultures are obtained, operations undergone.
_OF_OPERATIONS = frozenset({"underwent {name}", "has undergone {name}"})
_OF_STUDIES = frozenset({"{name} {was} obtained, with {shows}"})
_INVASIVE = re.compile(
    r"(?:ectomy|otomy|ostomy|plasty|pexy|rrhaphy|desis|centesis|(?<!derm)(?<!micr)(?<!goni)(?<!capillar)oscopy"
    r"|plant(?:ation)?|ablation|amputation|biopsy|bypass|cannulation|catheterization|closure|curettage|debridement"
    r"|decompression|delivery|dilation|dissection|drainage|embolization|excision|extraction|\b(?:fixation|fusion)"
    r"|graft(?:ing)?|insertion|intubation|ligation|lithotripsy|placement|reconstruction|reduction|\brelease|removal"
    r"|repair|resection|revision|stenting|surgery|thrombolysis)$"
)
_ABSENCE = re.compile(r"\b(?:no|without)\b")
_SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clause": (
            *("{name} showed {shows}", "{name} demonstrated {shows}", "{name} revealed {shows}"),
            *(
                "{name} {was} notable for {shows}",
                "{name} {was} done and showed {shows}",
                "there {was} {shows} on {name}",
            ),
            "{name} {was} obtained, with {shows}",
        ),
        "short": (
            "{name} with {shows}",
            "{name} showing {shows}",
            "{name} - {shows}",
            "{shows} on {name}",
            "{name} w/ {shows}",
        ),
    }
)
_DONE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clause": (
            *("{name} {was} performed", "{name} {was} done", "{name} {was} completed", "{name} {was} carried out"),
            *("{name} performed", "{name} completed", "underwent {name}", "has undergone {name}"),
        ),
        "short": ("{name}", "{name} done", "{name} performed", "{name} completed"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How the patient does, or a condition that has a course of its own; `of` is "" for the patient."""

    of: str
    value: str

    def __str__(self) -> str:
        return f"{self.of or PATIENT} {self.value}"

    @classmethod
    def worded(cls, courses: Sequence["Course"], manner: str, random: Random) -> list[str]:
        """Word courses: "clause" ("pneumonia continues to improve") or "short" ("pneumonia improving")."""
        return [each.told(manner, random) for each in courses]

    def told(self, manner: str, random: Random) -> str:
        """Put the course in one of the forms of a manner."""
        if manner == "short":
            return random.choice(_SHORT_COURSES).format(of=self.of or PATIENT, value=self.value)
        is_many = bool(self.of) and is_plural(self.of)
        form = random.choice(_COURSES.get(self.value, ("{is_} {value}",)))
        told = form.format(
            value=self.value,
            is_="are" if is_many else "is",
            has="have" if is_many else "has",
            s="" if is_many else "s",
        )
        return f"{self.of or _WHOLE.get(self.value, f'the {PATIENT}')} {told}"


_WHOLE = {"resolved": "the acute illness"}
_SHORT_COURSES = (
    "{of} {value}",
    "{of} {value}",
    "{of} - {value}",
    "{of}, {value}",
    "{of} now {value}",
    "{of} ({value})",
    "{of} currently {value}",
)
_COURSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "improving": (
            *("{is_} improving", "{has} been improving", "continue{s} to improve", "{has} improved"),
            *("show{s} improvement", "appear{s} to be improving", "{is_} gradually improving"),
            *("seem{s} to be improving", "{has} begun to improve"),
        ),
        "stable": (
            *("{is_} stable", "remain{s} stable", "{has} been stable", "appear{s} stable", "{has} remained stable"),
            *("{has} stayed stable", "seem{s} stable", "continue{s} to be stable"),
        ),
        "worsening": (
            *("{is_} worsening", "{has} been worsening", "{has} worsened", "continue{s} to worsen"),
            *("appear{s} to be worsening", "seem{s} to be worsening", "show{s} worsening"),
        ),
        "resolved": (
            "{has} resolved",
            "{has} now resolved",
            "{has} since resolved",
            "{is_} resolved",
        ),
    }
)
# Names that end in "s" and are one thing.
_ONE_THING = frozenset("diabetes herpes measles mumps rabies rickets scabies shingles tabes hives".split())  # noqa: SIM905


def is_plural(name: str) -> bool:
    """Say whether a name of a condition or procedure stands with "are".

    >>> [is_plural(name) for name in ("blood cultures", "x-rays of the hand", "urinalysis", "type 2 diabetes")]
    [True, True, False, False]
    """
    head = name.partition(" of ")[0].partition(" with ")[0].rpartition(" ")[2].lower()
    return head.endswith("s") and not head.endswith(("ss", "is", "us", "as", "os")) and head not in _ONE_THING
