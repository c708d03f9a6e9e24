"""Words that ship are those of clinical text: what many notes say, and every name of the ontology."""

import pytest

from clinsynth.data import data_root
from clinsynth.extras import data_dir
from clinsynth.ontology import load_ontology
from clinsynth.workflows.known_words import FILE, collect, known_words, words_of, words_of_notes


def test_copies_of_a_note_count_once() -> None:
    """What one note and its copies say is no more common for it; two notes that share nothing count twice."""
    said = "Zestful cough."
    assert words_of_notes([(1, f"A {said.lower()}"), (1, f"The {said.lower()}"), (2, "Had a cough.")]) == {"cough"}


def test_names_are_no_words() -> None:
    """What is only written with a capital is a word where many notes have it and no title stands before it."""
    notes = [(number, "A Foley was placed by Dr. Placeholder.") for number in range(10)]
    assert words_of_notes(notes) == {"foley", "was", "placed"}
    assert words_of_notes(notes[:9]) == {"was", "placed"}
    assert "brown" not in words_of_notes([(1, "Seen by Dr. Brown. Sputum brown."), (2, "Sputum brown.")])


def test_every_name_of_the_ontology_is_known() -> None:
    """A name that a case can hold is never a slip of the model."""
    known = known_words("core")
    names = [name for concept in load_ontology("core").concepts.values() for name in concept.names]
    assert all(word in known for name in names for word in words_of(name))


def test_what_ships_is_in_order_and_in_lower_case() -> None:
    """The file is a list without doubles that two runs write alike."""
    listed = (data_dir("configs") / FILE).read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed))
    assert all(words_of(word) == [word] for word in listed)


@pytest.mark.slow
def test_the_recipe_gives_the_words_that_ship() -> None:
    """The file is what its command writes from the data."""
    root = data_root()
    if not (root / "notes").is_dir():
        pytest.skip("needs the public data sets; see clinsynth data list")
    assert collect(root) == (data_dir("configs") / FILE).read_text(encoding="utf-8").split()
