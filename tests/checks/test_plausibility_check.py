"""Statements of a note that clinical knowledge speaks against are found, and told by how sure that knowledge is."""

import pytest
from marks import note

from clinsynth.checks import judge
from clinsynth.checks.codes import default_limits
from clinsynth.checks.parsing import parsed
from clinsynth.checks.plausibility import PlausibilityCheck
from clinsynth.records import Finding


def _found(text: str) -> tuple[Finding, ...]:
    (findings,) = PlausibilityCheck()([parsed(note(text))])
    return findings


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("A 45-year-old man with preeclampsia.", "wrong-sex", "preeclampsia"),
        ("A 30-year-old woman with temporal arteritis.", "wrong-age", "temporal arteritis"),
        ("A 60-year-old woman takes metformin 5000 mg once daily.", "dose", "metformin"),
        ("Potassium is 19.4 mmol/L.", "impossible-result", "Potassium is 19.4 mmol/L"),
        ("MEDICATIONS:\nLisinopril 10 mg daily, enalapril 5 mg daily.", "class-twice", "Lisinopril"),
        ("ALLERGIES:\nPenicillin.\n\nPLAN:\nStart amoxicillin 500 mg.", "allergy", "amoxicillin"),
        ("eGFR 12 mL/min/1.73 m2. She takes metformin 500 mg daily.", "kidney", "metformin"),
    ],
)
def test_what_cannot_be_so_is_found_where_it_stands(text: str, code: str, place: str | None) -> None:
    """The finding says what, and where."""
    findings = [finding for finding in _found(text) if finding.code == f"plausibility/{code}"]
    assert len(findings) == 1
    span = findings[0].span
    assert (None if span is None else text[span.start : span.end]) == place


@pytest.mark.parametrize(
    "text",
    [
        "A 45-year-old man with hypertension takes lisinopril 10 mg once daily. Potassium is 4.4 mmol/L, BP 152/94.",
        "A 45-year-old man. His sister had preeclampsia. He has no preeclampsia.",
        "ALLERGIES:\nPenicillin.\n\nPLAN:\nStart azithromycin 500 mg daily.",
        "Previous potassium 19.4 mmol/L.",
        "Hemoglobin A1c is 6.1%.",
        "A 4-year-old boy with an inguinal hernia.",
        "White count was 7,900.",
        "",
    ],
)
def test_what_can_be_so_is_left_alone(text: str) -> None:
    """Relatives, denials and earlier results say nothing against the patient."""
    assert _found(text) == ()


def test_curated_knowledge_warns_and_does_not_reject() -> None:
    """By default a finding that rests on curated rows is told and decides nothing; a stricter limit makes it decide."""
    findings = _found("A 45-year-old man with preeclampsia.")
    assert findings
    assert all("curated" in finding.evidence for finding in findings)
    assert judge("n", findings, default_limits()).accepted
    assert not judge("n", findings, default_limits({"plausibility": 0.3})).accepted
