"""Laws of comparing texts by their runs of words."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.shingles import NearCopies, among, clusters, jaccard, runs, shared_runs, shingle_hashes, words

TEXTS = st.text(alphabet=st.sampled_from("ab 1,.\né"), max_size=60)


@given(TEXTS)
def test_a_word_is_where_its_span_says(text: str) -> None:
    """The text at a word's span, case-folded, is the word."""
    assert all(text[span.start : span.end].casefold() == word for word, span in words(text))


@given(TEXTS, st.integers(1, 4))
def test_runs_agree_with_the_words_they_are_made_of(text: str, k: int) -> None:
    """A run has the number of its words, starts with the first and ends with the last."""
    found = words(text)
    seen = runs(text, k)
    assert seen.hashes.tolist() == shingle_hashes([word for word, _ in found], k).tolist()
    assert len(seen) == max(0, len(found) - k + 1)
    for i in range(len(seen)):
        assert (seen.span(i).start, seen.span(i).end) == (found[i][1].start, found[i + k - 1][1].end)


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 4))
def test_runs_have_the_same_number_only_when_their_words_are_the_same(letters: list[str], k: int) -> None:
    """Equal numbers mean equal runs, order of words included."""
    hashes = shingle_hashes(letters, k).tolist()
    plain = [tuple(letters[i : i + k]) for i in range(len(hashes))]
    assert [[a == b for b in hashes] for a in hashes] == [[a == b for b in plain] for a in plain]


def test_numbers_are_the_same_in_every_process() -> None:
    """A run has the same number in another process, whatever that process's hash seed."""
    code = "from clinsynth.shingles import shingle_hashes; print(shingle_hashes(['chest', 'pain'], 2)[0])"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == int(shingle_hashes(["chest", "pain"], 2)[0])


def test_a_run_below_one_word_is_refused() -> None:
    """There is no run of no words."""
    with pytest.raises(ValueError, match="at least 1 word"):
        shingle_hashes(["a"], 0)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_near_copies_are_those_that_comparing_all_pairs_finds(threshold: float) -> None:
    """The index finds at least 97 % of near copies among random edits, and nothing that is none."""
    random = np.random.default_rng(3)
    vocabulary = [f"w{i}" for i in range(2000)]
    originals = [random.choice(vocabulary, 150).tolist() for _ in range(60)]
    edited = []
    for i, original in enumerate(originals * 3):
        copy = list(original)
        for place in random.integers(0, len(copy), i % 30):
            copy[place] = str(random.choice(vocabulary))
        edited.append(shingle_hashes(copy, 3))
    texts = [shingle_hashes(original, 3) for original in originals]
    index = NearCopies(texts, threshold=threshold)
    expected = {(i, j) for i, a in enumerate(edited) for j, b in enumerate(texts) if jaccard(a, b) >= threshold}
    found = {(i, j) for i, a in enumerate(edited) for j, _ in index.find(a)}
    assert found <= expected
    assert len(found) >= 0.97 * len(expected) > 30


def test_a_text_without_runs_is_no_copy_of_anything() -> None:
    """Short texts are neither found nor find."""
    none = shingle_hashes(["a"], 3)
    some = shingle_hashes(["a", "b", "c", "d"], 3)
    assert NearCopies([none, some]).find(none) == []
    assert NearCopies([none, some]).find(some) == [(1, 1.0)]


@given(st.lists(st.lists(st.integers(0, 12), max_size=4), max_size=8))
def test_texts_with_a_common_run_end_up_in_one_cluster_and_no_others(numbers: list[list[int]]) -> None:
    """Clusters are the connected components of "has a run in common"."""
    texts = [np.array(text, dtype=np.uint64) for text in numbers]
    groups = clusters(len(texts), shared_runs(texts))
    together = {i: {i} for i in range(len(texts))}
    for _ in texts:
        for i, a in enumerate(numbers):
            for j, b in enumerate(numbers):
                if set(a) & set(b):
                    together[i] = together[j] = together[i] | together[j]
    assert sorted(map(tuple, groups)) == sorted({tuple(sorted(group)) for group in together.values()})


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_known_runs_are_found_among_many(numbers: list[int], known: list[int]) -> None:
    """A run is known exactly when it is in the list."""
    found = among(np.array(numbers, dtype=np.uint64), np.unique(np.array(known, dtype=np.uint64)))
    assert found.tolist() == [number in known for number in numbers]
