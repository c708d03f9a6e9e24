"""Runs of words of a set of texts, counted: what diversity is measured by."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clinsynth.shingles import shingle_hashes

_EPSILON = 0.1  # what method 1 of Chen and Cherry puts in the place of no match


@dataclass(frozen=True, kw_only=True)
class Grams:
    """How often each run of n words is in each text; the three arrays have one element for each such pair.

    Attributes:
        texts: Position of the text.
        runs: Position of the run among all distinct runs.
        counts: How often it is there, from 1.
        n_texts: How many texts there are, those too short to hold a run included.
    """

    texts: NDArray[np.int64]
    runs: NDArray[np.int64]
    counts: NDArray[np.int64]
    n_texts: int

    def totals(self) -> NDArray[np.int64]:
        """Give the number of runs of each text."""
        return _sums(self.texts, self.counts, self.n_texts)

    def n_distinct(self) -> int:
        """Count the distinct runs of all texts."""
        return int(self.runs.max()) + 1 if len(self.runs) else 0

    def own(self) -> NDArray[np.int64]:
        """Count, for each text, the distinct runs that no other text holds."""
        alone = np.bincount(self.runs, minlength=1) == 1
        return np.bincount(self.texts[alone[self.runs]], minlength=self.n_texts)

    def matches(self) -> NDArray[np.int64]:
        """Count, for each text, its runs that others hold too, each at most as often as in the other that has most."""
        order = np.lexsort((-self.counts, self.runs))
        runs, counts = self.runs[order], self.counts[order]
        first = np.concatenate([[True], runs[1:] != runs[:-1]])[: len(runs)]
        most = counts[first][runs]
        second = np.zeros(self.n_distinct(), dtype=np.int64)
        after = np.flatnonzero(first[:-1] & ~first[1:]) + 1
        second[runs[after]] = counts[after]
        elsewhere = np.where(first, second[runs], most)
        return _sums(self.texts[order], np.minimum(counts, elsewhere), self.n_texts)


def _sums(places: NDArray[np.int64], values: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, places, values)
    return total


def grams(texts: Sequence[Sequence[str]], n: int) -> Grams:
    """Count the runs of `n` words of texts given as their words."""
    found = [shingle_hashes(words, n) for words in texts]
    hashes = np.concatenate([*found, np.zeros(0, dtype=np.uint64)])
    owners = np.repeat(np.arange(len(texts)), [len(hashed) for hashed in found])
    _, runs = np.unique(hashes, return_inverse=True)
    pairs, counts = np.unique(runs.astype(np.int64) * max(1, len(texts)) + owners, return_counts=True)
    in_runs, in_texts = np.divmod(pairs, max(1, len(texts)))
    return Grams(texts=in_texts, runs=in_runs, counts=counts, n_texts=len(texts))


def self_bleu(texts: Sequence[Sequence[str]], order: int = 4) -> list[float]:
    """Score each text by BLEU against all the others (Zhu et al., 2018, arXiv:1802.01886): 0 nothing shared, 1 all.

    The value of a text is that of NLTK's `sentence_bleu` with uniform weights up to `order` and smoothing method 1 of
    Chen and Cherry (2014, doi:10.3115/v1/W14-3346), in time that grows with the number of words, not with its square.

    Args:
        texts: Each text as its words.
        order: The longest runs that count.

    Raises:
        ValueError: There are fewer than two texts, and nothing to compare.
    """
    if len(texts) < 2:  # noqa: PLR2004 - one text has no other
        raise ValueError(f"self-BLEU compares at least 2 texts; got {len(texts)}")
    counted = [grams(texts, n) for n in range(1, order + 1)]
    matches = np.stack([found.matches() for found in counted])
    totals = np.maximum(1, np.stack([found.totals() for found in counted]))
    precision = np.where(matches > 0, matches, _EPSILON) / totals
    scores = _brevity([len(words) for words in texts]) * np.exp(np.log(precision).mean(axis=0))
    return [float(score) if n_shared else 0.0 for score, n_shared in zip(scores, matches[0], strict=True)]


def _brevity(lengths: Sequence[int]) -> NDArray[np.float64]:
    """Penalise each text for being shorter than the other that is nearest in length, the shorter of two as near."""
    ordered = sorted(lengths)
    penalties = []
    for length in lengths:
        place = bisect_left(ordered, length)
        beside = ordered[max(0, place - 1) : place] + ordered[place + 1 : place + 2]
        nearest = min(beside, key=lambda other: (abs(other - length), other))
        penalties.append(1.0 if length > nearest else np.exp(1 - nearest / max(1, length)))
    return np.asarray(penalties)
