"""The frame is what models were trained on: every character of it counts."""

import pytest

from clinsynth.prompts import frame, state, statements
from clinsynth.records import Fact


def _fact(kind: str, value: str, *, subject: str = "patient", negated: bool = False, relation: str = "is") -> Fact:
    return Fact(id="f", kind=kind, subject=subject, relation=relation, value=value, negated=negated)


def test_the_frame_is_exact() -> None:
    """A full prompt is the four lines of the frame and a line break, to the letter."""
    said = statements(
        [
            _fact("age", "64"),
            _fact("sex", "female"),
            _fact("condition", "hypertension"),
            _fact("symptom", "chest pain", negated=True),
            _fact("medication", "metformin"),
            _fact("frequency", "twice daily", subject="metformin"),
            _fact("dose", "500 mg", subject="metformin"),
            _fact("lab", "5.9 mmol/L", subject="potassium"),
        ]
    )
    attributes = {"style": "narrative", "sex": "female", "age": "64"}
    assert frame("discharge_summary", "Cardiology", "History of Present Illness:", attributes, said) == (
        "[Discharge Summary | Cardiology | HISTORY OF PRESENT ILLNESS]\n"
        "Age: 64. Sex: female. Style: narrative.\n"
        "State: hypertension; no chest pain; metformin 500 mg twice daily; potassium 5.9 mmol/L.\n"
        "Text:\n"
    )


@pytest.mark.parametrize(
    ("attributes", "said", "expected"),
    [
        ({}, [], "[Article | Medicine | METHODS]\nText:\n"),
        ({"age": "", "sex": "male"}, [], "[Article | Medicine | METHODS]\nSex: male.\nText:\n"),
        ({}, ["no fever"], "[Article | Medicine | METHODS]\nState: no fever.\nText:\n"),
    ],
)
def test_what_is_not_known_is_left_out(attributes: dict[str, str], said: list[str], expected: str) -> None:
    """There is no empty line, label or list in a prompt."""
    assert frame("Article", "Medicine", "Methods", attributes, said) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (_fact("condition", "hypertension"), "hypertension"),
        (_fact("symptom", "chest pain", negated=True), "no chest pain"),
        (_fact("vital", "38.4 C", subject="temperature"), "temperature 38.4 C"),
        (_fact("allergy", "penicillin"), "allergy to penicillin"),
        (_fact("dose", "500 mg", subject="metformin"), "metformin 500 mg"),
        (_fact("age", "64"), "age 64"),
        (_fact("condition", "pneumonia", relation="had"), "history of pneumonia"),
        (
            _fact("condition", "breast cancer", relation="runs_in_family", subject="mother"),
            "family history of breast cancer (mother)",
        ),
        (
            _fact("condition", "breast cancer", relation="runs_in_family", subject="mother", negated=True),
            "no family history of breast cancer (mother)",
        ),
        (_fact("medication", "metformin", relation="takes"), "metformin"),
        (_fact("medication", "metformin", relation="starts"), "started metformin"),
        (_fact("medication", "metformin", relation="stops"), "stopped metformin"),
        (_fact("lab", "1.4 mg/dL", subject="creatinine", relation="measured_before"), "previous creatinine 1.4 mg/dL"),
        (_fact("vital", "38 C", subject="temperature", relation="measured_before"), "previous temperature 38 C"),
        (_fact("procedure", "chest x-ray", relation="underwent"), "chest x-ray"),
        (_fact("procedure", "appendectomy", relation="had"), "history of appendectomy"),
        (_fact("finding", "edema", negated=True), "no edema"),
        (_fact("finding", "nodule", subject="chest x-ray"), "chest x-ray showing nodule"),
        (_fact("onset", "3 days", subject="chest pain"), "chest pain for 3 days"),
        (_fact("course", "improving"), "clinically improving"),
        (_fact("disposition", "discharged home"), "discharged home"),
        (_fact("social", "former smoker"), "former smoker"),
    ],
)
def test_a_fact_is_stated_in_plain_words(given: Fact, words: str) -> None:
    """Each kind of fact has one wording."""
    assert state(given) == words


def test_a_detail_without_its_drug_stands_alone() -> None:
    """No fact is lost when a section has to state a dose but not the drug."""
    assert statements([_fact("dose", "500 mg", subject="metformin")]) == ("metformin 500 mg",)


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        ("takes", "metformin 500 mg twice daily"),
        ("starts", "started metformin 500 mg twice daily"),
        ("increases", "increased metformin to 500 mg twice daily"),
        ("reduces", "reduced metformin to 500 mg twice daily"),
    ],
)
def test_a_change_of_a_drug_is_said_with_its_new_dose(relation: str, words: str) -> None:
    """The dose of a case is the current one: a drug that is increased is increased to it."""
    facts = [
        _fact("medication", "metformin", relation=relation),
        _fact("frequency", "twice daily", subject="metformin"),
        _fact("dose", "500 mg", subject="metformin"),
    ]
    assert statements(facts) == (words,)


def test_an_onset_joins_what_began() -> None:
    """How long a symptom lasts is said once, with it; what is denied or past takes none."""
    onset = _fact("onset", "3 days", subject="cough")
    assert statements([_fact("symptom", "cough"), onset]) == ("cough for 3 days",)
    assert statements([onset]) == ("cough for 3 days",)
    assert statements([_fact("symptom", "cough", negated=True), onset]) == ("no cough", "cough for 3 days")


def test_what_a_procedure_showed_is_said_with_it() -> None:
    """A procedure is named once, with what it showed; a finding of the examination stands alone."""
    facts = [
        _fact("procedure", "chest x-ray", relation="underwent"),
        _fact("finding", "nodule", subject="chest x-ray"),
        _fact("finding", "pallor"),
    ]
    assert statements(facts) == ("chest x-ray showing nodule", "pallor")
    assert statements(facts[1:]) == ("chest x-ray showing nodule", "pallor")
