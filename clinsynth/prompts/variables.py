"""The words that a case has for the texts of a layout, by name."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from clinsynth.prompts.framing import CHANGES
from clinsynth.prompts.regimens import Drug
from clinsynth.prompts.results import results, vitals
from clinsynth.prompts.sayings import Complaint, Course, Person, Procedure, Relative
from clinsynth.prompts.selecting import PATIENT, select
from clinsynth.records import Case, Fact

_PRONOUNS: Mapping[str, tuple[str, str]] = MappingProxyType({"female": ("she", "her"), "male": ("he", "his")})

CASE_VARIABLES = (
    "absent_findings",
    "absent_lacks",
    "age",
    "allergic",
    "allergies",
    "anesthesia",
    "comorbidities",
    "complaints",
    "condition",
    "courses",
    "disposition",
    "earlier_note",
    "findings",
    "habits",
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
    "possessive",
    "pronoun",
    "relatives",
    "sex",
    "smoking",
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
    pronoun, possessive = _PRONOUNS.get(sex, (f"the {PATIENT}", "the"))
    return {
        "age": age,
        "sex": sex,
        "style": attributes.get("style", ""),
        "anesthesia": attributes.get("anesthesia", ""),
        "person": Person(age=age, sex=sex),
        "allergic": _allergic(case),
        "pronoun": pronoun,
        "possessive": possessive,
        **_lists_of_names(case),
        **_findings(case),
        **_habits(case),
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
            Relative(who=fact.subject, condition=fact.value, negated=fact.negated, whose=possessive)
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
        "past_procedures": "past procedures",
        "social": "social history",
    }
)


def _values(case: Case, group: str) -> list[str]:
    return [fact.value for fact in select(case, [group])]


def _allergic(case: Case) -> str:
    """Say what a condition of the case, present or past, says of allergies: "drug", "other", or "" for nothing."""
    conditions = select(case, ["main condition", "comorbidities", "past conditions"])
    names = " ".join((fact.code or fact.value).replace("-", " ") for fact in conditions)
    return "drug" if _DRUG_REACTION.search(names) else "other" if _ALLERGIC.search(names) else ""


# Anaphylaxis too: its cause may be a drug.
_DRUG_REACTION = re.compile(
    r"anaphyla|\bdress\b|drug (?:allergy|eruption|induced|reaction)|inhibitor induced|heparin induced|serum sickness"
    r"|stevens johnson|toxic epidermal",
    re.IGNORECASE,
)
_ALLERGIC = re.compile(r"allerg|alpha gal|angioedema|hives|hypersensitivity|urticaria", re.IGNORECASE)


def _findings(case: Case) -> dict[str, list[str]]:
    """Part the findings whose names say that something is lacking from the others.

    In one list with those that are there they would deny these, and in one with those that are not deny twice.
    """
    found, absent = _values(case, "findings"), _values(case, "absent findings")
    return {
        "findings": [name for name in found if not name.startswith(_LACKING)],
        "lacks": [name for name in found if name.startswith(_LACKING)],
        "absent_findings": [name for name in absent if not name.startswith(_TOO_LITTLE)],
        "absent_lacks": [name for name in absent if name.startswith(_TOO_LITTLE)],
    }


_LACKING = ("absent ", "no ")
# "No decreased skin turgor" denies twice: what is not too little is told apart.
_TOO_LITTLE = (*_LACKING, "decreased ", "diminished ", "reduced ", "limited ", "impaired ", "loss of ", "low ", "poor ")


def _habits(case: Case) -> dict[str, Any]:
    """Part the social history into whether the patient smokes, which is what she is, and what she does."""
    told = _values(case, "social history")
    smoking = next((value for value in told if value.endswith("smoker")), "")
    return {"smoking": smoking, "habits": [value for value in told if value != smoking]}


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
