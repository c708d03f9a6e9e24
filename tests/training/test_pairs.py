"""Real notes as pairs of prompt and text to fit an adapter to."""

from collections.abc import Iterator

import pytest

from clinsynth.config import Adapt, find_config
from clinsynth.data.notes_input import read_input
from clinsynth.prompts.slots import find_slots
from clinsynth.recipes import Source
from clinsynth.records import Note
from clinsynth.training.pairs import note_texts
from clinsynth.workflows.adapt import _learnt_from


@pytest.fixture(scope="module")
def notes() -> list[Note]:
    """Notes that ship."""
    return list(read_input(find_config("sample/notes.jsonl")))


@pytest.mark.parametrize(("form", "slotted"), [("told", {False}), ("slots", {True}), ("mixed", {True, False})])
def test_prompts_have_the_form_that_was_asked_for(notes: list[Note], form: str, slotted: set[bool]) -> None:
    """Told prompts have no slots, slotted ones have; a mixture has both; the same seed gives the same."""
    first, again = (list(note_texts(notes, ontology="core", seed=5, form=form)) for _ in range(2))
    assert first == again
    stating = [prompt for _, pairs in first for prompt, _ in pairs if "\nState: " in prompt]
    assert {bool(find_slots(prompt)) for prompt in stating} == slotted


def test_faithful_sections_of_a_mixture_are_judged_by_their_own_prompts(notes: list[Note]) -> None:
    """Every kept pair states something: a bare prompt teaches to make things up."""
    kept = [
        pair for _, pairs in note_texts(notes, ontology="core", seed=5, faithful=True, form="mixed") for pair in pairs
    ]
    assert kept
    assert all("\nState: " in prompt for prompt, _ in kept)


def test_an_adapter_learns_from_notes_of_its_types_alone(notes: list[Note]) -> None:
    """Of all types where none is named."""
    source = Source(file="configs/sample/notes.jsonl")
    types = {note.note_type for note in notes}
    one = min(types)
    assert {note.note_type for note in _learnt_from(Adapt(train=source), None)} == types
    assert {note.note_type for note in _learnt_from(Adapt(train=source, note_types=(one,)), None)} == {one}


@pytest.mark.parametrize("form", ["told", "slots"])
def test_notes_are_read_one_after_the_other(notes: list[Note], form: str) -> None:
    """Where no facts are exchanged between notes, no more of them are held than the one that is at hand."""
    n_read = 0

    def counted() -> Iterator[Note]:
        nonlocal n_read
        for note in notes:
            n_read += 1
            yield note

    texts = note_texts(counted(), ontology="core", seed=5, form=form)
    assert n_read == 0
    next(iter(texts))
    assert n_read == 1
