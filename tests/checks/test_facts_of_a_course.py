"""Facts of past, family, course and examination are found where they are stated, and not where something else is."""

from dataclasses import replace

import pytest

from clinsynth.checks.facts.locating import locate
from clinsynth.checks.knowledge import mention_finder
from clinsynth.records import Case, Fact, Note


def _located(fact: Fact, text: str) -> list[str]:
    case = Case(id="c", note_type="progress_note", specialty="Cardiology", attributes={}, facts=(fact,))
    spans = locate(Note(id="n", text=text, case=case), mention_finder("core"))
    return [text[span.start : span.end] for span in spans.get(fact.id, ())]


def _fact(kind: str, relation: str, value: str, *, subject: str = "patient", code: str | None = None) -> Fact:
    return Fact(id="f1", kind=kind, subject=subject, relation=relation, value=value, code=code)


MOTHER = _fact("condition", "runs_in_family", "gout", subject="mother", code="condition/gout")
NOBODY = replace(_fact("condition", "runs_in_family", "gout", subject="family", code="condition/gout"), negated=True)
PAST = _fact("condition", "had", "gout", code="condition/gout")
SCOPE = _fact("procedure", "had", "colonoscopy", code="procedure/colonoscopy")
STOPPED = _fact("medication", "stops", "metformin", code="medication/metformin")
SHOWN = _fact("finding", "has", "consolidation in the right lower lobe", code="procedure/chest-x-ray")
BEFORE = _fact("lab", "measured_before", "1.4 mg/dL", subject="creatinine", code="lab/creatinine")
NOW = _fact("lab", "measured", "1.8 mg/dL", subject="creatinine", code="lab/creatinine")
SINCE = _fact("onset", "since", "3 days", subject="cough")
COURSE = _fact("course", "is", "improving")
GOUT = _fact("course", "is", "resolved", subject="gout")
HOME = _fact("disposition", "is", "discharged home")
SMOKER = _fact("social", "is", "former smoker")


@pytest.mark.parametrize(
    ("fact", "text", "found"),
    [
        (MOTHER, "FAMILY HISTORY:\nMother with gout.\n", ["gout"]),
        (MOTHER, "His mother had gout, and he has asthma.", ["gout"]),
        (NOBODY, "FAMILY HISTORY:\nNo gout in the family.\n", ["gout"]),
        (PAST, "PAST MEDICAL HISTORY:\nHistory of gout.\n", ["gout"]),
        (SCOPE, "She underwent colonoscopy in the past.", ["colonoscopy"]),
        (STOPPED, "Metformin was stopped.", ["Metformin"]),
        (
            SHOWN,
            "Chest x-ray shows consolidation in the right\nlower lobe.",
            ["consolidation in the right\nlower lobe"],
        ),
        (BEFORE, "Previous creatinine 1.4 mg/dL.", ["creatinine 1.4 mg/dL"]),
        (BEFORE, "Creatinine 1.8 mg/dL (previously 1.4).", ["1.4"]),
        (BEFORE, "Creatinine is 1.8 mg/dL, up from 1.4 mg/dL.", ["1.4"]),
        (BEFORE, "Copied from the note of 3 days ago: creatinine 1.4 mg/dL.", ["creatinine 1.4 mg/dL"]),
        (NOW, "Creatinine 1.8 mg/dL (previously 1.4).", ["Creatinine 1.8 mg/dL"]),
        (SINCE, "Cough for three days.", ["three days"]),
        (SINCE, "A 3-day history of cough.", ["3-day"]),
        (COURSE, "The cough has improved.", ["improved"]),
        (GOUT, "Gout has resolved, and the cough is improving.", ["resolved"]),
        (GOUT, "The gouty arthritis resolved.", ["resolved"]),
        (HOME, "DISPOSITION:\nDischarged home.\n", ["Discharged home"]),
        (SMOKER, "He is a former smoker.", ["former smoker"]),
    ],
)
def test_a_fact_is_found_where_it_is_stated(fact: Fact, text: str, found: list[str]) -> None:
    """Whatever the wording, the words that state the fact are its place."""
    assert _located(fact, text) == found


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (MOTHER, "FAMILY HISTORY:\nFather with gout.\n"),
        (MOTHER, "FAMILY HISTORY:\nMother without gout.\n"),
        (MOTHER, "The patient has gout."),
        (NOBODY, "FAMILY HISTORY:\nGout in the family.\n"),
        (PAST, "FAMILY HISTORY:\nMother with gout.\n"),
        (PAST, "No history of gout."),
        (BEFORE, "Creatinine 1.4 mg/dL."),
        (NOW, "Previous creatinine 1.8 mg/dL."),
        (SINCE, "Cough for 13 days."),
        (SINCE, "Cough for 3 weeks."),
        (COURSE, "The cough is worse."),
        (GOUT, "The patient has gout. The cough has resolved."),
        (GOUT, "The illness has resolved."),
        (HOME, "Discharged to a nursing home."),
        (SMOKER, "He never smoked."),
    ],
)
def test_something_else_is_not_taken_for_a_fact(fact: Fact, text: str) -> None:
    """Another relative, time, duration or course states another fact."""
    assert _located(fact, text) == []
