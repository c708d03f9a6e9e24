"""The table of words: what notes and articles write, told as one of the notes and as any other text finds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.recipes import NamesRecipe
from clinsynth.training.names.common_words import Uses, count
from clinsynth.training.names.drawing import blended
from clinsynth.training.names.word_classes import Classes, fit_classes, table, write_text

NOTES = (
    "The patient grumbles. Dr. Okonkwo agrees.",
    "Patient on Zyrvana for a snore. Dr. Okonkwo called.",
    "PATIENT AWAKE. ZYRVANA HELD.",
)
ARTICLES = ("We gave placebo in Norway to snore less. Placebo was safe.",)


@pytest.fixture
def uses() -> Uses:
    """Few notes and an article."""
    return count(NOTES, ARTICLES)


def test_names_that_stand_in_notes_are_no_words(uses: Uses) -> None:
    """What is marked as a name is not counted, and what is only written with a capital in articles is not kept."""
    words = uses.words(apart=0)
    assert "okonkwo" not in words
    assert "norway" not in words
    assert {"patient", "grumbles", "placebo", "snore"} <= set(words)


def test_a_note_does_not_count_itself(uses: Uses) -> None:
    """A word of one note alone is new to it, as it would be to a note that was not counted."""
    assert "grumbles" in uses.words(apart=0)
    assert "grumbles" not in uses.words(apart=1)
    assert "zyrvana" in uses.words(apart=0)
    assert "zyrvana" not in uses.words(apart=1)
    assert "snore" in uses.words(apart=1)


@given(apart=st.sampled_from([0, 1]), word=st.sampled_from(["patient", "snore", "placebo", "metformin", "nobody"]))
def test_bands_are_as_many_for_each_word(apart: int, word: str) -> None:
    """Each word is told by as many numbers, and the bands of a commoner word hold those of a rarer one."""
    uses = count(NOTES, ARTICLES)
    told, rarest = uses.bands(word, apart=apart), uses.bands("nobody", apart=apart)
    assert len(told) == len(rarest)
    assert all(ours >= theirs for ours, theirs in zip(told, rarest, strict=True))


def test_the_table_is_looked_up_by_small_letters(uses: Uses) -> None:
    """A word has one row whatever its case, and a word that is not in the table has none."""
    import numpy as np
    from spacy.attrs import LOWER
    from spacy.vocab import Vocab

    vocab = Vocab()
    vocab.vectors = table(uses, Classes(of={"patient": 0}, centres=np.eye(2, 3, dtype="float32")), apart=0)
    assert vocab.vectors.attr == LOWER
    assert vocab.strings.add("patient") in vocab.vectors
    assert vocab.strings.add("okonkwo") not in vocab.vectors


def test_classes_repeat_and_leave_out_what_is_rare(tmp_path) -> None:  # noqa: ANN001 - a path of pytest's
    """The same text gives the same classes; a word that is rarer than vectors need has none."""
    pytest.importorskip("floret", reason="classes of words are a matter of training: pip install floret")
    path = tmp_path / "text"
    write_text(path, ("The nurse gave aspirin and the doctor gave morphine to him. Unheard.\n" * 9, "A singular once."))
    recipe = NamesRecipe(classes=3, class_width=4)
    words = ("nurse", "doctor", "aspirin", "morphine", "singular")
    first, second = (fit_classes(path, words, config=recipe, seed=1) for _ in range(2))
    assert first.of == second.of
    assert set(first.of) == set(words) - {"singular"}
    assert not first.centres[-1].any()


@given(st.text("abcdeiou'", min_size=1), st.text("abcdeiou'", min_size=1), st.randoms(use_true_random=False))
def test_a_blend_begins_as_one_word_and_ends_as_the_other(first: str, second: str, random) -> None:  # noqa: ANN001
    """An invented word has the beginning of the first and the end of the second, or is the first."""
    made = blended(first, second, random)
    assert made == first or (made[:2] == first[:2] and made[-2:] == second[-2:])
