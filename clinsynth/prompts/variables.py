"""The words that a case has for the texts of a layout, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from clinsynth.prompts.framing import CHANGES
from clinsynth.prompts.results import results, vitals
from clinsynth.prompts.selecting import PATIENT, select
from clinsynth.records import Case, Fact

_PERSONS: Mapping[str, tuple[str, str]] = MappingProxyType({"female": ("woman", "she"), "male": ("man", "he")})
_SHORT_FREQUENCIES = {
    "once daily": "daily",
    "twice daily": "b.i.d.",
    "three times daily": "t.i.d.",
    "four times daily": "q.i.d.",
    "at bedtime": "q.h.s.",
    "every other day": "every other day",
    "as needed": "p.r.n.",
}


def short_frequency(frequency: str) -> str:
    """Abbreviate as prescriptions do.

    >>> short_frequency("twice daily")
    'b.i.d.'
    """
    return _SHORT_FREQUENCIES.get(frequency, frequency)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drug:
    """A drug that the patient takes now.

    Attributes:
        dose: "" where the case has none; so is the frequency.
        change: "started", "increased" or "reduced" at this encounter, else "".
    """

    name: str
    dose: str
    frequency: str
    change: str

    def __str__(self) -> str:
        return f"{self.plain} ({self.change})" if self.change else self.plain

    @property
    def plain(self) -> str:
        """Name, dose and frequency: "metformin 500 mg twice daily"."""
        return _spaced(self.name, self.dose, self.frequency)

    @property
    def short(self) -> str:
        """The same with the frequency as on a prescription: "metformin 500 mg b.i.d. (started)"."""
        return _spaced(self.name, self.dose, short_frequency(self.frequency), f"({self.change})" if self.change else "")

    @property
    def changed(self) -> str:
        """The change first: "increased metformin to 1000 mg twice daily"."""
        amount = _spaced(self.dose, self.frequency)
        return _spaced(self.change, self.name, "to" if amount and self.change != "started" else "", amount)


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A symptom, or a condition whose beginning is known; `since` is how long ("3 days") or ""."""

    name: str
    since: str

    def __str__(self) -> str:
        return f"{self.name} for {self.since}" if self.since else self.name

    @property
    def short(self) -> str:
        """As in notes of few words: "chest pain x 3 days"."""
        return f"{self.name} x {self.since}" if self.since else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A condition of a relative, or one that the relative did not have."""

    who: str
    condition: str
    negated: bool

    def __str__(self) -> str:
        return f"no {self.condition} in the {self.who}" if self.negated else f"{self.who} with {self.condition}"

    @property
    def short(self) -> str:
        """As in notes of few words: "breast cancer (mother)"."""
        return f"{'no ' if self.negated else ''}{self.condition} ({self.who})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """A procedure of this encounter, and what it showed or ""."""

    name: str
    shows: str

    def __str__(self) -> str:
        return f"{self.name} showing {self.shows}" if self.shows else self.name

    @property
    def told(self) -> str:
        """As a sentence: "chest x-ray showed consolidation", "appendectomy was performed"."""
        return f"{self.name} showed {self.shows}" if self.shows else f"{self.name} was performed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How the patient does, or a condition that has a course of its own; `of` is "" for the patient."""

    of: str
    value: str

    def __str__(self) -> str:
        return f"{self.of} {self.value}" if self.of else f"clinically {self.value}"

    @property
    def told(self) -> str:
        """As a sentence: "the patient is clinically improving", "pneumonia has resolved"."""
        if self.value == _RESOLVED:
            return f"{self.of or 'the acute illness'} has {self.value}"
        return f"{self.of} is {self.value}" if self.of else f"the {PATIENT} is clinically {self.value}"


_RESOLVED = "resolved"

CASE_VARIABLES = (
    "absent_findings",
    "age",
    "allergies",
    "anesthesia",
    "comorbidities",
    "complaints",
    "condition",
    "courses",
    "disposition",
    "earlier_note",
    "findings",
    "labs",
    "lacks",
    "medications",
    "negatives",
    "past_conditions",
    "past_procedures",
    "person",
    "previous_labs",
    "previous_vitals",
    "procedures",
    "pronoun",
    "relatives",
    "sex",
    "social",
    "stopped",
    "style",
    "symptoms",
    "vitals",
)


def case_variables(case: Case) -> dict[str, Any]:
    """Give what a rendered section may use, by the names of `CASE_VARIABLES`; lists are in the order of the case."""
    attributes = case.attributes
    age, sex = attributes.get("age", ""), attributes.get("sex", "")
    return {
        "age": age,
        "sex": sex,
        "style": attributes.get("style", ""),
        "anesthesia": attributes.get("anesthesia", ""),
        "person": _person(age, sex),
        "pronoun": _PERSONS.get(sex, ("", f"the {PATIENT}"))[1],
        **_lists_of_names(case),
        **_findings(case),
        "complaints": _complaints(case),
        "courses": [
            Course(of="" if fact.subject == PATIENT else fact.subject, value=fact.value)
            for fact in select(case, ["course"])
        ],
        "medications": _drugs(case),
        "earlier_note": _earlier_note(case),
        "labs": results(case, "key lab", "other labs"),
        "vitals": vitals(case),
        "previous_labs": results(case, "previous labs"),
        "previous_vitals": results(case, "previous vitals"),
        "procedures": _procedures(case),
        "relatives": [
            Relative(who=fact.subject, condition=fact.value, negated=fact.negated)
            for fact in select(case, ["family history"])
        ],
    }


def _lists_of_names(case: Case) -> dict[str, Any]:
    return {
        **{name: next(iter(_values(case, group)), "") for name, group in _SINGLE.items()},
        **{name: _values(case, group) for name, group in _LISTED.items()},
    }


_SINGLE: Mapping[str, str] = MappingProxyType({"condition": "main condition", "disposition": "disposition"})
_LISTED: Mapping[str, str] = MappingProxyType(
    {
        "comorbidities": "comorbidities",
        "past_conditions": "past conditions",
        "symptoms": "symptoms",
        "negatives": "negatives",
        "stopped": "stopped drugs",
        "allergies": "allergies",
        "absent_findings": "absent findings",
        "past_procedures": "past procedures",
        "social": "social history",
    }
)


def _values(case: Case, group: str) -> list[str]:
    return [fact.value for fact in select(case, [group])]


def _findings(case: Case) -> dict[str, list[str]]:
    """Part the findings whose names say that something is absent from the others: in one list they would deny these."""
    found = _values(case, "findings")
    lacks = [name for name in found if name.startswith(_LACKING)]
    return {"findings": [name for name in found if name not in lacks], "lacks": lacks}


_LACKING = ("absent ", "no ")


def _person(age: str, sex: str) -> str:
    """Name the patient: "64-year-old woman"."""
    noun = _PERSONS.get(sex, (PATIENT, ""))[0]
    return f"{age}-year-old {noun}" if age else noun


def _complaints(case: Case) -> list[Complaint]:
    """Give the symptoms, each with its onset, then what else an onset is known of."""
    onsets = {fact.subject: fact.value for fact in select(case, ["onset"])}
    names = dict.fromkeys([*_values(case, "symptoms"), *onsets])
    return [Complaint(name=name, since=onsets.get(name, "")) for name in names]


def _drugs(case: Case) -> list[Drug]:
    facts = select(case, ["main drug", "other drugs"])
    regimen = {(fact.subject, fact.kind): fact.value for fact in facts if fact.kind in {"dose", "frequency"}}
    return [
        Drug(
            name=fact.value,
            dose=regimen.get((fact.value, "dose"), ""),
            frequency=regimen.get((fact.value, "frequency"), ""),
            change=CHANGES.get(fact.relation, ""),
        )
        for fact in facts
        if fact.kind == "medication"
    ]


def _earlier_note(case: Case) -> str:
    """Name the note that values are carried over from; "" where there was no earlier encounter."""
    if case.encounter == 0 and not select(case, ["previous labs", "previous vitals"]):
        return ""
    # How long ago the encounter before was is known of the second one only.
    if case.encounter == 1 and 1 < case.day <= _DAYS_THAT_ARE_COUNTED:
        return f"the note of {case.day} days ago"
    return "the previous note"


_DAYS_THAT_ARE_COUNTED = 30


def _procedures(case: Case) -> list[Procedure]:
    """Give the procedures with what they showed; a finding of one that is no fact stands under its subject."""
    performed = select(case, ["procedures"])
    names: dict[str | None, str] = {fact.code: fact.value for fact in performed}
    shown: dict[str, list[str]] = {fact.value: [] for fact in performed}
    for fact in select(case, ["shown"]):
        shown.setdefault(names.get(fact.code, _study(fact)), []).append(_shown(fact))
    return [Procedure(name=name, shows=" and ".join(values)) for name, values in shown.items()]


def _study(finding: Fact) -> str:
    return "imaging" if finding.subject == PATIENT else finding.subject


def _shown(finding: Fact) -> str:
    return f"no {finding.value}" if finding.negated else finding.value


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def listed(items: Iterable[object], last: str = "and") -> str:
    """Join with commas and a word before the last.

    >>> listed(["fever", "cough", "chills"])
    'fever, cough and chills'
    """
    words = [str(item) for item in items]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
