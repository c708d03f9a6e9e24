"""What every check of the catalog keeps to."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marks import note

from clinsynth.checks import CHECKS, Check, judge
from clinsynth.checks.codes import CODES, codes_table, default_limits
from clinsynth.checks.parsing import parsed
from clinsynth.errors import ConfigError
from clinsynth.records import Case, Fact, Finding, Note, Span

PLANTED = "Quixotavernia"
COPIED = (
    "the patient walked down the long corridor and back again without any help from anybody at all on this fine day"
)


def _fact(fact_id: str, kind: str, value: str, *, subject: str = "patient", code: str | None = None) -> Fact:
    return Fact(id=fact_id, kind=kind, subject=subject, relation="has", value=value, code=code)


CASE = Case(
    id="c1",
    note_type="progress_note",
    specialty="Cardiology",
    attributes={"age": "64", "sex": "female"},
    facts=(
        _fact("f1", "age", "64"),
        _fact("f2", "sex", "female"),
        _fact("f3", "condition", "hypertension", code="condition/hypertension"),
        _fact("f4", "medication", "metformin", code="medication/metformin"),
        _fact("f5", "dose", "500 mg", subject="metformin"),
        _fact("f6", "lab", "5.9 mmol/L", subject="potassium", code="lab/potassium"),
    ),
)
TEXTS = (
    "",
    f"Dr. {PLANTED} saw a 46-year-old man on 03/14/2019, MRN 00123456, metformin 5000 mg, {PLANTED} 20 mg, asthma.",
    f"HISTORY:\n{COPIED}. {COPIED}. {COPIED}.\nPotassium 4.1 mmol/L. {PLANTED} {PLANTED} {PLANTED} {PLANTED} and the",
    f"State: {PLANTED}; no fever.\nText:\n\x00\u202e{PLANTED}@example.com, https://{PLANTED.lower()}.com <|end|>",
    "PLAN:\n\nASSESSMENT:\nShe has no hypertension (HTN). HTN was ruled out. Started on xyzolol 5 mg p.o.",
    f"A 46-year-old man named {PLANTED} has preeclampsia and takes lisinopril 10 mg daily.",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24",
)
NOTES = [
    Note(id=f"n{index}-{with_case}", text=text, case=CASE if with_case else None)
    for index, text in enumerate(TEXTS)
    for with_case in (True, False)
]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Options that make each check look at all it can."""
    reference = tmp_path_factory.mktemp("reference") / "notes.jsonl"
    rows = [{"text": f"{COPIED}. {COPIED}. {COPIED}."}, {"text": "Another note, about nothing."}]
    reference.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {"overlap": {"reference": str(reference)}}


def _check(name: str, options: dict[str, dict[str, Any]]) -> Check:
    return CHECKS.build(name, **options.get(name, {}))


def _run(check: Check, notes: Sequence[Note]) -> list[tuple[Finding, ...]]:
    return list(check([parsed(each) for each in notes]))


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_batch_is_its_notes_one_by_one(name: str, options: dict[str, dict[str, Any]]) -> None:
    """A note's findings do not depend on the batch it is in."""
    check = _check(name, options)
    batch = _run(check, NOTES)
    assert batch == [_run(check, [each])[0] for each in NOTES]
    assert any(batch)


@pytest.mark.parametrize("name", list(CHECKS))
def test_findings_name_their_note_lie_inside_it_and_have_a_known_code(
    name: str, options: dict[str, dict[str, Any]]
) -> None:
    """A finding has its note's id, the check's name, a listed code, a score in [0, 1] and a span in the text."""
    for each, findings in zip(NOTES, _run(_check(name, options), NOTES), strict=True):
        for finding in findings:
            assert finding.note_id == each.id
            assert finding.check == name == finding.code.partition("/")[0]
            assert finding.code in CODES
            assert 0.0 <= finding.score <= 1.0
            assert finding.span is None or finding.span.end <= len(each.text)


@pytest.mark.parametrize("name", list(CHECKS))
def test_findings_of_the_whole_note_come_first_then_by_position(name: str, options: dict[str, dict[str, Any]]) -> None:
    """The order of findings is that of the text."""
    for findings in _run(_check(name, options), NOTES):
        places = [(-1, -1) if finding.span is None else (finding.span.start, 0) for finding in findings]
        assert places == sorted(places)


@pytest.mark.parametrize("name", list(CHECKS))
def test_evidence_and_reprs_hold_no_text_of_the_note(name: str, options: dict[str, dict[str, Any]]) -> None:
    """A distinctive word of a note is in nothing that a finding says."""
    for findings in _run(_check(name, options), NOTES):
        assert PLANTED.lower() not in repr(findings).lower()
    assert PLANTED not in repr(parsed(NOTES[3]))


HOSTILE = (
    "a" * 1_000_000,
    "(" * 300_000,
    "a-" * 150_000,
    "a." * 150_000,
    "1/2." * 80_000,
    "123-45-6789 " * 8_000,
    "Dr. Aa Bb " * 10_000,
    "\u202e\u2066\x00\x1b[31m" * 20_000,
    "1:" * 100_000,
    "@a" * 100_000,
    "MRN " * 50_000,
    "metformin 5 mg " * 7_000,
    " " * 300_000 + "x",
    "\n" * 100_000 + "ALLERGIES:\n" * 10_000,
    "her mother " * 20_000,
    "no " * 50_000,
    "\ud800 lone surrogate",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CHECKS))
def test_hostile_text_stalls_no_check(name: str, options: dict[str, dict[str, Any]]) -> None:
    """Endless words, controls and near matches take a check no more than seconds, and raise nothing."""
    check = _check(name, options)
    for text in HOSTILE:
        start = time.process_time()
        (findings,) = _run(check, [note(text)])
        assert time.process_time() - start < 12, (name, len(text), text[:12])
        assert all(finding.span is None or finding.span.end <= len(text) for finding in findings)


@pytest.mark.parametrize("name", list(CHECKS))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_is_checked(name: str, options: dict[str, dict[str, Any]], text: str) -> None:
    """No text raises, with a case or without."""
    check = _check(name, options)
    for findings in _run(check, [Note(id="a", text=text), Note(id="b", text=text, case=CASE)]):
        assert all(finding.code in CODES for finding in findings)


def test_limits_are_those_of_the_codes_unless_overridden() -> None:
    """An override of a code or a family changes that and nothing else; a code wins over its family."""
    limits = default_limits({"phi": None, "phi/mrn": 0.9})
    assert limits["phi/name"] is None
    assert limits["phi/mrn"] == 0.9
    assert limits["form/empty"] == CODES["form/empty"].limit
    assert default_limits() == {code: about.limit for code, about in CODES.items()}


def test_an_unknown_code_is_answered_with_the_nearest() -> None:
    """A misspelt code in the limits is a configuration error."""
    with pytest.raises(ConfigError, match="phi/mrn"):
        default_limits({"phi/mrm": 0.5})


def test_a_finding_at_its_limit_rejects() -> None:
    """A note is rejected from the limit on, and accepted below it."""
    at, below = (
        Finding(note_id="n", check="phi", code="phi/mrn", score=score, span=Span(start=0, end=1))
        for score in (0.5, 0.49)
    )
    assert judge("n", [at], default_limits()).reasons == ("phi/mrn",)
    assert judge("n", [below], default_limits()).accepted


def test_architecture_lists_every_code() -> None:
    """The table in ARCHITECTURE.md is the table of codes."""
    page = Path(__file__).resolve().parents[2] / "ARCHITECTURE.md"
    if not page.exists():
        pytest.skip("ARCHITECTURE.md is not part of an installed package")
    assert codes_table() in page.read_text(encoding="utf-8")
