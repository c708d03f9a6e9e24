"""The table of words: what notes and articles write, told as one of the notes and as any other text finds it."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.recipes import NamesRecipe
from clinsynth.training.names.common_words import WordCounts, count
from clinsynth.training.names.drawing import blended
from clinsynth.training.names.word_classes import Classes, fit_classes, table, write_text

NOTES = (
    "The patient grumbles. Dr. Okonkwo agrees.",
    "Patient on Zyrvana for a snore. Dr. Okonkwo called.",
    "PATIENT AWAKE. ZYRVANA HELD.",
)
ARTICLES = ("We gave placebo in Norway to snore less. Placebo was safe.",)


@pytest.fixture
def counts() -> WordCounts:
    """Few notes and an article."""
    return count(NOTES, ARTICLES)


def test_names_that_stand_in_notes_are_no_words(counts: WordCounts) -> None:
    """What is marked as a name is not counted, and what is only written with a capital in articles is not kept."""
    words = counts.words(leave_one_out=False)
    assert "okonkwo" not in words
    assert "norway" not in words
    assert {"patient", "grumbles", "placebo", "snore"} <= set(words)


def test_a_note_does_not_count_itself(counts: WordCounts) -> None:
    """A word of one note alone is new to it, as it would be to a note that was not counted."""
    assert "grumbles" in counts.words(leave_one_out=False)
    assert "grumbles" not in counts.words(leave_one_out=True)
    assert "zyrvana" in counts.words(leave_one_out=False)
    assert "zyrvana" not in counts.words(leave_one_out=True)
    assert "snore" in counts.words(leave_one_out=True)


def _bands(n_articles: int, n_notes: int) -> tuple[float, ...]:
    counts = WordCounts(
        articles_small=Counter(word=n_articles),
        articles_capital=Counter(),
        notes=Counter(word=n_notes),
        notes_small=Counter(),
        known=frozenset(),
    )
    return counts.bands("word", leave_one_out=False)


@given(
    rarer=st.tuples(st.integers(0, 400), st.integers(0, 30)),
    more=st.tuples(st.integers(0, 400), st.integers(0, 30)),
)
def test_a_commoner_word_is_in_every_band_of_a_rarer_one(rarer: tuple[int, int], more: tuple[int, int]) -> None:
    """What more articles and notes have is in all bands of what fewer have."""
    commoner = _bands(rarer[0] + more[0], rarer[1] + more[1])
    assert all(ours >= theirs for ours, theirs in zip(commoner, _bands(*rarer), strict=True))


def test_words_are_told_apart_by_how_common_they_are() -> None:
    """Whether one article or note has a word or hundreds have shows, and each step is one band more."""
    assert [sum(_bands(n, 0)) - sum(_bands(0, 0)) for n in (1, 2, 10, 100, 1000)] == [0, 1, 2, 3, 4]
    assert [sum(_bands(0, n)) - sum(_bands(0, 0)) for n in (1, 10, 100)] == [1, 2, 3]


def test_a_word_often_written_with_a_capital_is_told_from_others() -> None:
    """A place that a few articles write in small letters too is still marked as one with a capital."""
    counts = count(
        (), ("He was in Norway. Again in Norway the placebo won.", "seen in norway", "the placebo and placebo")
    )
    marks = [
        one - other
        for one, other in zip(
            counts.bands("norway", leave_one_out=False), counts.bands("placebo", leave_one_out=False), strict=True
        )
    ]
    assert marks.count(1.0) == 1


def test_the_table_is_looked_up_by_small_letters(counts: WordCounts) -> None:
    """A word has one row whatever its case, and a word that is not in the table has none."""
    import numpy as np
    from spacy.attrs import LOWER
    from spacy.vocab import Vocab

    vocab = Vocab()
    vocab.vectors = table(
        counts, Classes(of={"patient": 0}, centres=np.eye(2, 3, dtype="float32")), leave_one_out=False
    )
    assert vocab.vectors.attr == LOWER
    assert vocab.strings.add("patient") in vocab.vectors
    assert vocab.strings.add("okonkwo") not in vocab.vectors


def test_classes_repeat_and_leave_out_what_is_rare(tmp_path: Path) -> None:
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
def test_a_blend_begins_as_one_word_and_ends_as_the_other(first: str, second: str, random: Random) -> None:
    """An invented word has the beginning of the first and the end of the second, or is the first."""
    made = blended(first, second, random)
    assert made == first or (made[:2] == first[:2] and made[-2:] == second[-2:])
