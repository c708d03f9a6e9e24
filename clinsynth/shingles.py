"""Runs of words as numbers: what texts have in common, word for word or nearly.

Texts are compared by their words, case-folded, letters and digits only, so that layout and punctuation do not hide a
copy. A run of k words (a shingle) is one 64-bit number, the same in every process; two different runs of a corpus of a
hundred million words share a number with a chance of about 3 in 10,000.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import rensa
from numpy.typing import NDArray

from clinsynth.records import Span

Hashes = NDArray[np.uint64]

_WORD = re.compile(r"[^\W_]+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying loses nothing
_RECALL = 0.99
_N_SLOTS = 128


def words(text: str) -> list[tuple[str, Span]]:
    """Give the words of a text, normalised for comparison, each with its place in the text.

    >>> [word for word, _ in words("BP 120/80; CO_2 Normal.")]
    ['bp', '120', '80', 'co', '2', 'normal']
    """
    return [(_normal(match[0]), Span(start=match.start(), end=match.end())) for match in _WORD.finditer(text)]


def _normal(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()


@lru_cache(maxsize=1 << 17)
def _word_hash(word: str) -> int:
    # Not hash(): it differs from process to process.
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def shingle_hashes(words: Sequence[str], k: int) -> Hashes:
    """Give one number for each run of `k` normalised words, in order: shape (max(0, n_words - k + 1),).

    Raises:
        ValueError: `k` is below 1.
    """
    if k < 1:
        raise ValueError(f"a run has at least 1 word; got {k}")
    n = max(0, len(words) - k + 1)
    numbers = np.fromiter((_word_hash(word) for word in words), dtype=np.uint64, count=len(words))
    total = np.zeros(n, dtype=np.uint64)
    for offset in range(k if n else 0):
        total = total * _FACTOR + numbers[offset : offset + n]
    return _mixed(total)


def _mixed(numbers: Hashes) -> Hashes:
    """Spread the bits (the finaliser of SplitMix64; Steele et al., 2014, doi:10.1145/2660193.2660195)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


@dataclass(frozen=True, kw_only=True)
class Runs:
    """All runs of k words of one text, in order; the three arrays have one element a run.

    Attributes:
        starts: Code point where a run begins.
        ends: Code point after its last word.
    """

    hashes: Hashes = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    ends: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.hashes)

    def span(self, index: int) -> Span:
        """Give the place of a run in the text."""
        return Span(start=int(self.starts[index]), end=int(self.ends[index]))


def runs(text: str, k: int) -> Runs:
    """Give the runs of `k` words of a text with their places; none where it has fewer words."""
    found = list(_WORD.finditer(text))
    hashes = shingle_hashes([_normal(match[0]) for match in found], k)
    n = len(hashes)
    starts = np.fromiter((match.start() for match in found[:n]), dtype=np.int64, count=n)
    ends = np.fromiter((match.end() for match in found[k - 1 :]), dtype=np.int64, count=n)
    return Runs(hashes=hashes, starts=starts, ends=ends)


def among(hashes: Hashes, known: Hashes) -> NDArray[np.bool_]:
    """Say of each run whether it is known; `known` is in ascending order, as `numpy.unique` gives it."""
    if not len(known):
        return np.zeros(len(hashes), dtype=np.bool_)
    places = np.searchsorted(known, hashes)
    places[places == len(known)] = 0
    found: NDArray[np.bool_] = known[places] == hashes
    return found


def jaccard(a: Hashes, b: Hashes) -> float:
    """Give the share of distinct runs that two texts have in common; 0 where neither has any."""
    a, b = np.unique(a), np.unique(b)
    shared = len(np.intersect1d(a, b, assume_unique=True))
    total = len(a) + len(b) - shared
    return shared / total if total else 0.0


@dataclass(frozen=True)
class NearCopies:
    """An index of texts that finds those that are nearly the same as another text.

    Candidates come from MinHash with banding (Broder, 1997, doi:10.1109/SEQUEN.1997.666900; Leskovec et al., Mining of
    Massive Datasets, chapter 3), with as few bands as find 99 % of the pairs that are just at the threshold; each
    candidate is then compared exactly.

    Attributes:
        texts: The runs of each indexed text, by position.
        threshold: The lowest Jaccard similarity of their runs that makes two texts near copies, above 0 up to 1.
        seed: Of the hash functions.
    """

    texts: Sequence[Hashes] = field(repr=False)
    threshold: float = 0.5
    seed: int = 7

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold <= 1.0:
            raise ValueError(f"the threshold of near copies is above 0 and at most 1; got {self.threshold}")

    @cached_property
    def _index(self) -> rensa.RMinHashLSH:
        index = rensa.RMinHashLSH(self.threshold, _N_SLOTS, _n_bands(self.threshold))
        for position, text in enumerate(self.texts):
            if len(text):
                index.insert(position, self._sketch(text))
        return index

    def _sketch(self, text: Hashes) -> rensa.RMinHash:
        sketch = rensa.RMinHash(_N_SLOTS, self.seed)
        sketch.update([number.tobytes() for number in text.astype("<u8")])
        return sketch

    def find(self, text: Hashes) -> list[tuple[int, float]]:
        """Give the positions of the near copies of a text with their similarity, the most similar first."""
        if not len(text):
            return []
        candidates = self._index.query(self._sketch(text))
        scored = ((position, jaccard(text, self.texts[position])) for position in set(candidates))
        near = [(position, score) for position, score in scored if score >= self.threshold]
        return sorted(near, key=lambda found: (-found[1], found[0]))


def _n_bands(threshold: float) -> int:
    for n_bands in (8, 16, 32, 64):
        rows = _N_SLOTS // n_bands
        if 1.0 - (1.0 - threshold**rows) ** n_bands >= _RECALL:
            return n_bands
    return _N_SLOTS


def shared_runs(texts: Sequence[Hashes]) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions of texts that have a run in common.

    A run that many texts hold links the first of them to each of the others: enough to cluster by, without the square.
    """
    if not texts:
        return
    distinct = [np.unique(text) for text in texts]
    hashes = np.concatenate(distinct)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in distinct])
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    edges = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1], [True]]))
    links = {(int(owners[a]), int(owner)) for a, b in pairwise(edges) if b - a > 1 for owner in owners[a + 1 : b]}
    yield from sorted(links)


def clusters(n: int, links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Group 0 to n - 1 so that linked ones are together (union-find); groups and members in ascending order.

    >>> clusters(4, [(2, 0)])
    [[0, 2], [1], [3]]
    """
    parent = list(range(n))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    groups: dict[int, list[int]] = {}
    for item in range(n):
        groups.setdefault(root(item), []).append(item)
    return list(groups.values())
