"""Counting how real notes word concepts."""

import re
from pathlib import Path

import pytest

from clinsynth.data import data_root
from clinsynth.data.splits import read_notes
from clinsynth.errors import MissingError
from clinsynth.extras import data_dir
from clinsynth.ontology import Concept, Ontology
from clinsynth.prompts import read_usage
from clinsynth.records import Note
from clinsynth.workflows.usage import count_wordings, main

ONTOLOGY = Ontology(
    name="small",
    version="1",
    concepts={
        concept.id: concept
        for concept in (
            Concept(
                id="condition/hypertension",
                name="hypertension",
                kind="condition",
                synonyms=("HTN", "high blood pressure", "essential hypertension"),
            ),
            Concept(id="symptom/fever", name="fever", kind="symptom", synonyms=("febrile", "pyrexia")),
            Concept(id="medication/furosemide", name="furosemide", kind="medication", synonyms=("Lasix",)),
            Concept(id="medication/aspirin", name="aspirin", kind="medication", synonyms=("baby aspirin",)),
        )
    },
)


def _counts(*texts: str) -> dict[str, dict[str, int]]:
    notes = [Note(id=str(number), text=text) for number, text in enumerate(texts)]
    return {concept: dict(counts) for concept, counts in count_wordings(notes, ONTOLOGY).items()}


def test_wordings_are_counted_in_the_spelling_of_the_ontology() -> None:
    """Case, hyphens, line breaks and plurals make no other wording."""
    assert _counts("HYPERTENSION, Lasix.", "History of high-blood\npressure. Fevers and LASIX. No fever.") == {
        "condition/hypertension": {"hypertension": 1, "high blood pressure": 1},
        "symptom/fever": {"fever": 2},
        "medication/furosemide": {"Lasix": 2},
    }


def test_adjectives_and_longer_names_are_no_wordings() -> None:
    """What is met as an adjective cannot stand where a noun stands; what adds words to the name says more than it."""
    counts = _counts(
        "The patient was febrile. She is febrile. She has pyrexia.",
        "History of essential hypertension. Essential hypertension. She has HTN.",
    )
    assert counts == {"symptom/fever": {"pyrexia": 1}, "condition/hypertension": {"HTN": 1}}


def test_a_wording_that_checks_read_as_somebody_elses_is_none() -> None:
    """Baby aspirin is taken by the patient; a check of facts would look for the baby."""
    assert _counts("Baby aspirin daily. Aspirin daily.") == {"medication/aspirin": {"aspirin": 1}}


def test_the_shipped_counts_can_be_made_again(tmp_path: Path) -> None:
    """The command writes a file that templates read; without the data it says what is missing."""
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path), "--out", str(tmp_path / "usage.tsv")])
    root = data_root()
    try:
        next(read_notes("mtsamples", "base", root))
    except MissingError:
        pytest.skip(f"MTSamples is not below {root}")
    main(["--data", str(root), "--out", str(tmp_path / "usage.tsv")])
    usage = read_usage(tmp_path / "usage.tsv")
    assert usage["condition/hypertension"][0][0] == "hypertension"
    assert "febrile" not in dict(usage["symptom/fever"])


def test_no_wording_that_ships_says_more_than_its_concept() -> None:
    """A brand of one form ("Detrol LA") and a stage ("AIDS") are read in notes, and never written."""
    text = (data_dir("configs") / "prompts/usage.tsv").read_text(encoding="utf-8")
    wordings = [line.split("\t")[1] for line in text.splitlines()[1:]]
    assert len(wordings) > 1000
    assert not [each for each in wordings if re.search(r"\b(?:XR|XL|SR|LA|CR|ER|Depo|AIDS)\b", each)]
