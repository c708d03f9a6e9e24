"""Distinct runs and self-BLEU."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.measures.diversity import Diversity, distinct
from clinsynth.measures.grams import grams, self_bleu
from clinsynth.records import Note

words = st.lists(st.sampled_from("abcde"), max_size=12)


@settings(deadline=None, max_examples=50)
@given(st.lists(words, min_size=2, max_size=8), st.integers(1, 5))
def test_self_bleu_is_that_of_nltk(texts: list[list[str]], order: int) -> None:
    """Each text scores what NLTK's sentence BLEU with method 1 gives it against all the others."""
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu  # type: ignore[import-untyped]

    expected = [
        sentence_bleu(
            texts[:place] + texts[place + 1 :],
            text,
            weights=[1 / order] * order,
            smoothing_function=SmoothingFunction().method1,
        )
        for place, text in enumerate(texts)
    ]
    assert self_bleu(texts, order) == pytest.approx(expected, abs=1e-9)


@given(st.lists(words, min_size=1, max_size=8), st.integers(1, 3))
def test_distinct_runs_are_counted(texts: list[list[str]], n: int) -> None:
    """Distinct-n is the number of different runs over the number of runs, and each text owns those it alone has."""
    runs = [[tuple(text[i : i + n]) for i in range(len(text) - n + 1)] for text in texts]
    every = [run for listed in runs for run in listed]
    found = distinct(grams(texts, n))
    assert (found is None) == (not every)
    if found is not None:
        assert found.value == pytest.approx(len(set(every)) / len(every))
    others = [{run for other in runs[:i] + runs[i + 1 :] for run in other} for i in range(len(runs))]
    assert grams(texts, n).own().tolist() == [len(set(a) - b) for a, b in zip(runs, others, strict=True)]


def test_the_interval_of_distinct_is_that_of_leaving_notes_out() -> None:
    """The jackknife from counts of own runs is the jackknife by computing the statistic again without each text."""
    draw = random.Random(1)
    texts = [draw.choices("abcdefgh", k=draw.randint(3, 9)) for _ in range(12)]
    again = [value(texts[:i] + texts[i + 1 :]) for i in range(12)]
    changes = [other - sum(again) / 12 for other in again]
    error = (11 / 12 * sum(change**2 for change in changes)) ** 0.5
    found = distinct(grams(texts, 2))
    assert found is not None
    assert found.high - found.value == pytest.approx(1.959964 * error, rel=1e-5)


def value(texts: Sequence[Sequence[str]]) -> float:
    found = distinct(grams(texts, 2))
    assert found is not None
    return found.value


def test_copies_are_not_diverse() -> None:
    """Notes that repeat one another have a self-BLEU of 1; notes without a common word have 0."""
    same = [Note(id=str(i), text="No chest pain, no fever and no cough today.") for i in range(5)]
    apart = [Note(id=str(i), text=" ".join(f"w{i}x{j}" for j in range(9))) for i in range(5)]
    assert Diversity()(same)["self_bleu_4"].value == pytest.approx(1)
    assert Diversity()(apart)["self_bleu_4"].value == 0
    assert Diversity()(apart)["distinct_1"].value == 1


def test_the_sample_is_bounded_and_seeded() -> None:
    """A sample of some notes differs by seed, agrees for the same seed, and lengths are still those of all."""
    notes = [Note(id=str(i), text=f"pain {i} " + "word " * (i % 7)) for i in range(200)]
    a, b, again = (Diversity(n_notes=20, seed=seed)(notes) for seed in (1, 2, 1))
    assert a == again
    assert a["distinct_1"] != b["distinct_1"]
    assert a["distinct_1"].n == 20
    assert a["words_per_note"] == b["words_per_note"]
    assert a["words_per_note"].n == 200
