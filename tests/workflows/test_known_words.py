"""Words that ship are those of clinical text: what many notes say, and every name of the ontology."""

import pytest

from clinsynth.config import find_config
from clinsynth.data import data_root
from clinsynth.ontology import load_ontology
from clinsynth.records import Note
from clinsynth.workflows.known_words import FILE, collect, common, known_words, words_of


def test_a_word_counts_once_a_text() -> None:
    """What one note repeats is no more common for it."""
    notes = [Note(id="a", text="Zestful zestful cough."), Note(id="b", text="A cough.")]
    assert common(notes, at_least=2) == {"cough"}


def test_every_name_of_the_ontology_is_known() -> None:
    """A name that a case can hold is never a slip of the model."""
    known = known_words("core")
    names = [name for concept in load_ontology("core").concepts.values() for name in concept.names]
    assert all(word in known for name in names for word in words_of(name))


def test_what_ships_is_in_order_and_in_lower_case() -> None:
    """The file is a list without doubles that two runs write alike."""
    listed = find_config(FILE).read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed))
    assert all(words_of(word) == [word] for word in listed)


@pytest.mark.slow
def test_the_recipe_gives_the_words_that_ship() -> None:
    """The file is what its command writes from the data."""
    root = data_root()
    if not (root / "notes").is_dir():
        pytest.skip("needs the public data sets; see clinsynth data list")
    assert collect(root) == find_config(FILE).read_text(encoding="utf-8").split()
