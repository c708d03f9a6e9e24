"""The check of entities."""

from dataclasses import replace

import pytest
from marks import note, unmark

from clinsynth.checks.entities import EntitiesCheck
from clinsynth.checks.near_names import NearNames
from clinsynth.checks.parsing import parsed
from clinsynth.ontology import load_ontology
from clinsynth.records import Case, Fact, Finding, Note

CHECK = EntitiesCheck()
CASE = Case(
    id="c1",
    note_type="",
    specialty="",
    attributes={},
    facts=(
        Fact(
            id="f1",
            kind="condition",
            subject="patient",
            relation="has",
            value="type 2 diabetes mellitus",
            code="condition/type-2-diabetes-mellitus",
        ),
        Fact(
            id="f2",
            kind="medication",
            subject="patient",
            relation="takes",
            value="metformin",
            code="medication/metformin",
        ),
    ),
)


def _findings(text: str, case: Case | None = None) -> tuple[Finding, ...]:
    (findings,) = CHECK([parsed(Note(id="n1", text=text, case=case))])
    return findings


@pytest.mark.parametrize(
    "marked",
    [
        "Started on [[entities/unknown-drug:xyzolol]] 50 mg daily and metoprolol 25 mg.",
        "Given [[entities/unknown-drug:metoprlol]], 50 mg b.i.d.",
        "She takes [[entities/unknown-drug:zanopril]] p.o. 5 mg and Lipitor 20 mg.",
    ],
)
def test_unknown_drugs_are_found_before_doses(marked: str) -> None:
    """A word in the place of a drug that no known name is, invented or misspelt, is found."""
    text, expected = unmark(marked)
    assert [(f.code, f.span) for f in _findings(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Received approximately 500 mL of fluid over 2 hours; the dose was 50 mg.",
        "Given ceftriaxone (CTX). CTX 1 g IV was continued.",
        "A total of 20 mL was drained. Started 5 mg. WEIGHT: 70 kg.",
        "MEDICATIONS:\n50 mg daily.",
    ],
)
def test_ordinary_words_before_amounts_are_no_drugs(text: str) -> None:
    """Words that measure, known drugs, and abbreviations that the text defines are none."""
    assert _findings(text) == ()


def test_a_misspelling_names_the_nearest_drug() -> None:
    """The evidence of a misspelt drug is the name it is near to."""
    (finding,) = _findings("Given metoprlol 50 mg.")
    assert "metoprolol" in finding.evidence


def test_what_the_case_does_not_have_is_found_by_kind() -> None:
    """A drug scores above a condition, and neither counts when denied or of a relative."""
    findings = _findings("She has asthma and takes warfarin. No pneumonia. Her mother had gout.", CASE)
    assert [(f.code, f.score) for f in findings] == [("entities/not-in-case", 0.8), ("entities/not-in-case", 0.9)]


def test_what_the_case_has_by_any_name_is_not_found() -> None:
    """Synonyms, brand names and plainer words for what the case has are its own."""
    assert _findings("She has T2DM, diabetes mellitus in other words, and takes Glucophage 500 mg.", CASE) == ()


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("cardiomegaly with bilateral pleural effusions", "Bilateral pleural effusions."),
        ("gallstones with gallbladder wall thickening", "There are gallstones."),
    ],
)
def test_what_an_image_showed_names_its_conditions(shown: str, text: str) -> None:
    """A condition within a finding of the case, in the plural or by another name of it, is the case's own."""
    fact = Fact(id="f3", kind="finding", subject="chest x-ray", relation="shows", value=shown)
    assert _findings(text, replace(CASE, facts=(*CASE.facts, fact))) == ()


@pytest.mark.parametrize(
    ("kind", "has", "text"),
    [
        ("condition", "intracerebral hemorrhage", "She had an ischemic stroke."),
        ("condition", "viral meningitis", "She has bacterial meningitis."),
        ("condition", "unstable angina", "She has stable angina."),
        ("condition", "HIV exposure", "She has HIV infection."),
        ("procedure", "CT of the chest", "She has carpal tunnel syndrome."),
        ("finding", "costovertebral angle tenderness", "She had an ischemic stroke."),
        ("finding", "normal kidneys without hydronephrosis", "She has hydronephrosis."),
    ],
)
def test_what_resembles_a_fact_is_still_not_in_the_case(kind: str, has: str, text: str) -> None:
    """Another disease of the same organ, a clash of abbreviations and what a finding denies are not the case's own."""
    concept = load_ontology("core").by_name(has, kind)
    fact = Fact(id="f3", kind=kind, subject="patient", relation="has", value=has, code=concept.id if concept else None)
    assert [found.code for found in _findings(text, replace(CASE, facts=(fact,)))] == ["entities/not-in-case"]


def test_without_a_case_nothing_is_missing_from_it() -> None:
    """Any condition may stand in a note that was asked for nothing."""
    (findings,) = CHECK([parsed(note("She has asthma."))])
    assert findings == ()


def test_the_nearest_name_is_the_most_similar_one() -> None:
    """A name is nearest to itself, with similarity 1, and a batch is its words one by one."""
    names = NearNames(["metoprolol", "metformin", "warfarin"])
    ((nearest, similarity),) = names.nearest(["METFORMIN"])
    assert nearest == "metformin"
    assert similarity == pytest.approx(1.0)
    words = ["metoprlol", "warfrin", "qqq"]
    assert names.nearest(words) == [names.nearest([word])[0] for word in words]
    assert names.nearest([]) == []
