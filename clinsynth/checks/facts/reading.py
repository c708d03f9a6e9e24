"""What a text says of its patient, read by rules: the statements that facts are compared with.

Nothing here is shared with what extracts facts from real notes for training: a verifier that reads with the eyes of the
writer repeats its mistakes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clinsynth.checks.others import RELATIVE, Passages, about_others, sections_headed
from clinsynth.ontology.hypothetical import is_hypothetical
from clinsynth.ontology.mentions import Mention, MentionFinder
from clinsynth.ontology.values import (
    Value,
    find_ages,
    find_doses,
    find_frequencies,
    find_measurements,
    find_pronouns,
    find_sexes,
)
from clinsynth.records import Span

_MAX_TO_REGIMEN = 80  # characters behind a drug in which its dose and frequency stand
# The end of the line, or a full stop before a new sentence: not that of "p.o. b.i.d.".
_REGIMEN_END = re.compile(r"\n|\.\s+(?=[A-Z][a-z])")
_IN_THE_PAST = re.compile(
    r"\b(?:when|since|until|before|after)\s(?:he|she|they|the patient)\s(?:was|were|turned)\s$"
    r"|\b(?:at|by|since|until|before|after)\s(?:about\s|around\s|approximately\s|the\sage\sof\s|age\s)?$",
    re.IGNORECASE,
)
# Somebody else's age: "her 85-year-old mother", "the husband, a 70-year-old man".
_WHOSE = re.compile(r"\b(?:his|her|their|whose|patient['\u2019]s)\s$", re.IGNORECASE)
_A_RELATIVE = re.compile(rf"\s{{1,2}}(?:[\w-]{{1,20}}\s)?{RELATIVE}\b", re.IGNORECASE)
_A_RELATIVE_WHO_IS = re.compile(rf"\b{RELATIVE},?\s(?:who\s)?(?:is\s|was\s)?(?:an?\s)?$", re.IGNORECASE)
_MAX_TO_SEX = 25  # characters between "70-year-old" and "man"
_NO_PATIENT = re.compile(
    r"\s(?:partner|nurse|friend|roommate|companion|caregiver|physician|doctor|provider|chaperone|relative|pattern)s?\b",
    re.IGNORECASE,
)
TIMES_OF_DAY = frozenset({"every morning", "every evening", "at bedtime"})
# A dose or result that is no longer so, or not yet: "increased from 250 mg to 500 mg", "goal BP 130/80".
_FORMERLY = re.compile(r"\b(?:from|previously|formerly|instead\sof|rather\sthan)\s(?:\S{1,20}\s){0,2}$", re.IGNORECASE)
_NOT_CURRENT = re.compile(
    r"\b(?:previous|prior|earlier|former|baseline|outside|old|goal|target)\s(?:[\w-]{1,20}\s)?$", re.IGNORECASE
)
_IN_FORMER_TIMES = re.compile(
    r"[\s,(]{1,2}(?:last\s(?:week|month|year|visit)|(?:\d{1,2}|an?|one|two|three|six|several|a\sfew)\s"
    r"(?:days?|weeks?|months?|years?)\s(?:ago|earlier|before)|previously(?!\s\d)|yesterday|in\sthe\spast)\b",
    re.IGNORECASE,
)
# "1.8 mg/dL (previously 1.4)", "6.1%, down from 7.5%": what it was before.
_BEFORE_THAT = re.compile(
    r"[\s,;]{0,2}\(?(?:(?:up|down|increased|decreased|improved|rising|falling)\s)?"
    r"(?:from|previously|before|prior|compared\s(?:to|with)|versus|was|last)\s{1,2}(\d{1,6}(?:\.\d{1,3})?(?:/\d{2,3})?)",
    re.IGNORECASE,
)
# A line that a note carries over from an earlier one.
_COPIED = re.compile(
    r"^[^\n]{0,40}\b(?:copied|carried)\s(?:forward|over)?\s?(?:from|since)[^\n]{0,4000}$", re.IGNORECASE | re.MULTILINE
)
_NO_ALLERGIES = re.compile(
    r"\b(?:no[ ]known[ ](?:drug[ ]|medication[ ]|medicine[ ])?allerg(?:y|"
    "ies)|NKDA|NKA|denies[ ](?:any[ ])?(?:drug[ ])?allergies"
    r"|no[ ](?:drug[ ]|medication[ ])?allergies)\b"
    r"(?!,?[ ](?:except|other[ ]than|besides|aside[ ]from|apart[ ]from)\b)",
    re.IGNORECASE,
)
_ALLERGY_HEADING = re.compile(r"\bALLERG", re.IGNORECASE)
_ALLERGIC_TO = re.compile(
    r"\b(?:allerg(?:y|ies|ic)|anaphylaxis|intolerant|intolerance)\s{1,3}(?:to|with|from)\b[^.;\n]{0,80}$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A dose or frequency stated behind a drug."""

    kind: str
    drug: str
    value: str
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A measured value: the concept's id, the number as stated ("120/80"), its unit or ""; from name to unit."""

    code: str
    number: str
    unit: str
    span: Span


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a text says of its patient; passages about other people are left out.

    Attributes:
        allergies: Mentions of what the patient is allergic to; they are not among `mentions`.
        no_allergies: Where the text says that there are none.
        pronouns: Sex and place of each pronoun.
        results: Those of now; `former` has those that are said to be of another time.
        relatives: What is said of relatives, denied or not.
    """

    ages: tuple[Value, ...] = field(repr=False)
    sexes: tuple[Value, ...] = field(repr=False)
    pronouns: tuple[Value, ...] = field(repr=False)
    mentions: tuple[Mention, ...] = field(repr=False)
    allergies: tuple[Mention, ...] = field(repr=False)
    no_allergies: tuple[Span, ...] = field(repr=False)
    amounts: tuple[Amount, ...] = field(repr=False)
    results: tuple[Result, ...] = field(repr=False)
    former: tuple[Result, ...] = field(repr=False)
    relatives: tuple[Mention, ...] = field(repr=False)


def read(text: str, finder: MentionFinder) -> Reading:
    """Read a text; `finder` finds all kinds of concepts."""
    others = about_others(text)
    everything = finder(text)
    mentions = [found for found in everything if not others.hold(found.span) and not _is_supposed(text, found)]
    ages = [age for age in find_ages(text) if not others.hold(age.span)]
    allergic = _in_allergies(text, mentions)
    plain = [found for found in mentions if found.span not in allergic]
    drugs = [found for found in plain if found.concept.kind == "medication"]
    measured = [found for found in plain if found.concept.kind in {"lab", "vital"}]
    results, former = _results(text, measured)
    return Reading(
        ages=tuple(age for age in ages if not _is_past(text, age.span) and not _is_of_another(text, age.span)),
        sexes=tuple(sex for sex in find_sexes(text) if not others.hold(sex.span) and _is_of_patient(text, sex, ages)),
        pronouns=find_pronouns(text),
        mentions=tuple(plain),
        allergies=tuple(found for found in mentions if found.span in allergic),
        no_allergies=tuple(Span(start=match.start(), end=match.end()) for match in _NO_ALLERGIES.finditer(text)),
        amounts=tuple(_amounts(text, drugs)),
        results=results,
        former=former,
        relatives=tuple(found for found in everything if others.hold(found.span)),
    )


def _is_past(text: str, span: Span) -> bool:
    return _IN_THE_PAST.search(text[max(0, span.start - 40) : span.start]) is not None


def _is_supposed(text: str, found: Mention) -> bool:
    return found.concept.kind in {"condition", "symptom"} and is_hypothetical(text, found.span)


def _is_of_another(text: str, age: Span) -> bool:
    before = text[max(0, age.start - 40) : age.start]
    if _A_RELATIVE_WHO_IS.search(before):
        return True
    return _WHOSE.search(before) is not None and _A_RELATIVE.match(text, age.end) is not None


def _is_of_patient(text: str, sex: Value, ages: Sequence[Value]) -> bool:
    """Say whether a word for a sex is not that of a nurse or partner, nor behind the age of a relative."""
    beside = [age for age in ages if 0 <= sex.span.start - age.span.end <= _MAX_TO_SEX]
    return not _NO_PATIENT.match(text, sex.span.end) and not any(_is_of_another(text, age.span) for age in beside)


def _in_allergies(text: str, mentions: Sequence[Mention]) -> frozenset[Span]:
    sections = Passages(tuple(sections_headed(text, _ALLERGY_HEADING)))
    return frozenset(
        found.span
        for found in mentions
        if found.concept.kind in {"medication", "allergen"}
        and (sections.hold(found.span) or _ALLERGIC_TO.search(text[max(0, found.span.start - 100) : found.span.start]))
    )


def _amounts(text: str, drugs: Sequence[Mention]) -> Iterator[Amount]:
    for place, drug in enumerate(drugs):
        following = drugs[place + 1].span.start if place + 1 < len(drugs) else len(text)
        start = drug.span.end
        window = _REGIMEN_END.split(text[start : min(following, start + _MAX_TO_REGIMEN)], maxsplit=1)[0]
        for kind, values in (("dose", find_doses(window)), ("frequency", _frequencies(window))):
            for value in [value for value in values if not _FORMERLY.search(window[: value.span.start])][:1]:
                span = Span(start=start + value.span.start, end=start + value.span.end)
                yield Amount(kind=kind, drug=drug.concept.id, value=value.value, span=span)


def _frequencies(window: str) -> Sequence[Value]:
    """Find frequencies; two times of the day together are twice daily."""
    found = find_frequencies(window)
    if len(found) > 1 and {value.value for value in found[:2]} <= TIMES_OF_DAY:
        first, second = (value.span for value in found[:2])
        if window[first.end : second.start].strip(" ,") in {"", "and"}:
            return (Value(span=Span(start=first.start, end=second.end), value="twice daily"), *found[2:])
    return found


def _results(text: str, named: Sequence[Mention]) -> tuple[tuple[Result, ...], tuple[Result, ...]]:
    """Give the results of now, and those of another time."""
    concepts = {found.span: found.concept for found in named}
    carried = _carried_forward(text)
    now: list[Result] = []
    former: list[Result] = []
    for measured in find_measurements(text, [found.span for found in named]):
        start = min(measured.name_span.start, measured.span.start)
        code = concepts[measured.name_span].id
        result = Result(
            code=code, number=measured.number, unit=measured.unit, span=Span(start=start, end=measured.span.end)
        )
        is_former = _NOT_CURRENT.search(text[max(0, start - 40) : start]) or _IN_FORMER_TIMES.match(
            text, measured.span.end
        )
        (former if is_former or carried.hold(result.span) else now).append(result)
        if not is_former and (behind := _BEFORE_THAT.match(text, measured.span.end)):
            span = Span(start=behind.start(1), end=behind.end(1))
            former.append(Result(code=code, number=behind[1], unit="", span=span))
    return tuple(now), tuple(former)


def _carried_forward(text: str) -> Passages:
    """Find the lines that say to be copied from an earlier note."""
    found = (Span(start=match.start(), end=match.end()) for match in _COPIED.finditer(text))
    return Passages(tuple(found))
