"""The check of facts, and where facts are located."""

import dataclasses

import pytest
from marks import note, unmark

from clinsynth.checks.facts import FactsCheck, locate
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import parsed
from clinsynth.config import Plan
from clinsynth.ontology.loading import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.prompts.framing import statements
from clinsynth.records import Case, Fact, Finding, Note

CHECK = FactsCheck()


def _fact(  # noqa: PLR0913 - the fields of a fact
    fact_id: str, kind: str, value: str, *, subject: str = "patient", code: str | None = None, negated: bool = False
) -> Fact:
    return Fact(id=fact_id, kind=kind, subject=subject, relation="has", value=value, code=code, negated=negated)


CASE = Case(
    id="c1",
    note_type="progress_note",
    specialty="Cardiology",
    attributes={},
    facts=(
        _fact("f1", "age", "64"),
        _fact("f2", "sex", "female"),
        _fact("f3", "condition", "hypertension", code="condition/hypertension"),
        _fact("f4", "symptom", "chest pain", code="symptom/chest-pain", negated=True),
        _fact("f5", "medication", "metformin", code="medication/metformin"),
        _fact("f6", "dose", "500 mg", subject="metformin"),
        _fact("f7", "frequency", "twice daily", subject="metformin"),
        _fact("f8", "lab", "5.9 mmol/L", subject="potassium", code="lab/potassium"),
        _fact("f9", "vital", "120/71 mmHg", subject="blood pressure", code="vital/systolic-blood-pressure"),
        _fact("f10", "allergy", "penicillin", code="allergen/penicillin"),
    ),
)
STATED = """HISTORY OF PRESENT ILLNESS:
This is a 64-year-old woman with hypertension. She denies chest pain. Lives with a daughter.
She smoked when she was 20 years old.

FAMILY HISTORY:
The father died at age 70 of stroke; a son, a 30-year-old man, has chest pain and takes metformin 1000 mg daily.

MEDICATIONS:
Metformin 500 mg p.o. b.i.d.

ALLERGIES:
Penicillin.

RESULTS:
BP 120/71. Potassium 5.90 mmol/L.
"""


def _findings(text: str, case: Case | None = CASE) -> tuple[Finding, ...]:
    (findings,) = CHECK([parsed(Note(id="n1", text=text, case=case))])
    return findings


def test_a_note_that_states_its_case_has_no_findings() -> None:
    """All facts are found however they are written; relatives count neither for nor against the patient."""
    assert _findings(STATED) == ()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("64-year-old", "[[facts/contradicted:46-year-old]]"),
        ("woman", "[[facts/contradicted:man]]"),
        ("with hypertension", "without [[facts/contradicted:hypertension]]"),
        ("denies chest pain", "reports [[facts/contradicted:chest pain]]"),
        ("Metformin 500 mg", "Metformin [[facts/contradicted:5000 mg]]"),
        ("500 mg p.o. b.i.d.", "500 mg p.o. [[facts/contradicted:t.i.d.]]"),
        ("Potassium 5.90 mmol/L", "[[facts/contradicted:Potassium 4.1 mmol/L]]"),
        ("BP 120/71", "[[facts/contradicted:BP 180/71]]"),
        ("Penicillin.", "[[facts/contradicted:No known drug allergies]]."),
    ],
)
def test_a_wrong_statement_contradicts_and_the_fact_is_missing(right: str, wrong: str) -> None:
    """A value, sex, age or negation other than the case's is found in its place, and the right one is missed."""
    text, expected = unmark(STATED.replace(right, wrong))
    findings = _findings(text)
    assert [(f.code, f.span) for f in findings if f.span is not None] == expected
    is_told_by_pronouns = right == "woman"
    assert [f.code for f in findings if f.span is None] == ["facts/missing"] * (not is_told_by_pronouns)


@pytest.mark.parametrize(
    "sentence",
    [
        "Her 85-year-old mother lives nearby.",
        "She lives with her boyfriend, a 66-year-old man.",
        "She was seen by a male nurse with her male partner.",
        "Hypertension was diagnosed at 45 years of age.",
        "Her previous potassium was 3.9; potassium was 4.1 mmol/L last month.",
        "The goal blood pressure is 130/80.",
        "Potassium: 5.9 mEq/L.",
        "Metformin 0.5 g q12h.",
        "Metformin 500 mg in the morning and in the evening.",
        "Metformin was increased from 250 mg to 500 mg twice daily.",
        "Metformin was previously 1000 mg daily.",
        "She is chest pain free. ROS: chest pain (-).",
        "Return to the emergency department for chest pain; call 911 for chest pain.",
        "If she has chest pain she should call. The risks of chest pain were explained.",
        "No known drug allergies except penicillin.",
    ],
)
def test_what_is_said_of_others_other_times_and_other_units_is_no_contradiction(sentence: str) -> None:
    """Relatives, the past, aims, what may come, and the same amount in other words count neither for nor against."""
    assert _findings(f"{STATED}{sentence}\n") == ()


@pytest.mark.parametrize(
    "marked",
    [
        "Metformin [[facts/contradicted:0.5 mg]] b.i.d.",
        "Metformin 500 mg [[facts/contradicted:q8h]] with food.",
        "Metformin 500 mg [[facts/contradicted:in the morning]].",
        "Metformin was increased from 500 mg to [[facts/contradicted:1000 mg]] twice daily.",
        "[[facts/contradicted:Potassium 4.1 mEq/L]].",
        "She is the [[facts/contradicted:46-year-old]] mother of two.",
        "Since it rained, she came in for [[facts/contradicted:chest pain]].",
        "If stable, she can go home, but she has [[facts/contradicted:chest pain]].",
    ],
)
def test_a_contradiction_in_other_words_is_found_too(marked: str) -> None:
    """Units and abbreviations are understood, not excused."""
    added, expected = unmark(marked)
    text = STATED + added
    spans = [(f.code, text[f.span.start : f.span.end]) for f in _findings(text) if f.span is not None]
    assert spans == [(code, added[span.start : span.end]) for code, span in expected]


def test_counts_of_cells_are_compared_in_one_unit() -> None:
    """12,300 without a unit is 12.3 K/uL."""
    count = _fact("f1", "lab", "12.3 K/uL", subject="white blood cell count", code="lab/white-blood-cell-count")
    case = dataclasses.replace(CASE, facts=(count,))
    assert _findings("WBC 12,300.", case) == ()
    assert [f.code for f in _findings("WBC 9,300.", case)] == ["facts/missing", "facts/contradicted"]


@pytest.mark.parametrize("number", range(1, 11))
def test_a_fact_that_is_not_stated_is_missing_by_its_id(number: int) -> None:
    """An empty note misses every fact, and says which."""
    assert f"f{number} (" in _findings("Nothing to see.")[number - 1].evidence


def test_facts_are_located_where_they_stand() -> None:
    """Each located span holds the words of its fact."""
    spans = locate(Note(id="n1", text=STATED, case=CASE), mention_finder("core"))
    words = {fact_id: STATED[found[0].start : found[0].end] for fact_id, found in spans.items()}
    assert words["f1"] == "64-year-old"
    assert words["f6"] == "500 mg"
    assert words["f7"] == "b.i.d."
    assert words["f8"] == "Potassium 5.90 mmol/L"
    assert set(words) == {fact.id for fact in CASE.facts}


def test_a_note_without_a_case_has_no_facts_to_locate() -> None:
    """Nothing is located where nothing is asked for."""
    assert locate(note(STATED), mention_finder("core")) == {}


def test_planned_cases_put_in_words_are_read_back() -> None:
    """A text that says each fact of a planned case as prompts say it lacks none and contradicts none."""
    planner = Planner(
        ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=11, plan=Plan(n_cases=60)
    )
    for index in range(60):
        case = planner.case(index)
        about = dict(case.attributes)
        text = f"A {about['age']}-year-old {about['sex']}.\n" + "".join(f"{said}.\n" for said in statements(case.facts))
        assert [(f.code, f.evidence) for f in _findings(text, case)] == [], text


def test_a_text_that_contradicts_itself_is_found_without_a_case() -> None:
    """Two sexes beside ages, or pronouns against the stated sex, are contradictions of their own."""
    text, expected = unmark("A 50-year-old woman was seen. The patient is a 50-year-old [[facts/contradicted:man]].")
    assert [(f.code, f.span) for f in _findings(text, None)] == expected
    pronouns = "A 50-year-old woman. He fell. He hurt his arm. Him we sent home."
    assert [f.code for f in _findings(pronouns, None)] == ["facts/contradicted"]
    assert _findings(STATED, None) == ()


def test_the_same_concept_stated_both_ways_in_the_case_is_no_contradiction() -> None:
    """A case drawn from a real note may affirm and deny one symptom; the note does not contradict it."""
    both = dataclasses.replace(
        CASE, facts=(*CASE.facts, _fact("f11", "symptom", "chest pain", code="symptom/chest-pain"))
    )
    assert _findings(STATED + "Yesterday she had chest pain.\n", both) == ()
