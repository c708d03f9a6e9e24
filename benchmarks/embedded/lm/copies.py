"""Copies of training notes: runs of words that one cluster of them holds, and the longest run of each note."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clinsynth.records import Note
from clinsynth.shingles import Hashes, among, runs, shingle_hashes, words

K = 20  # words in a row
_SHORTEST = 4
LONGEST = 100  # runs are not looked for beyond


@dataclass(frozen=True, kw_only=True)
class Training:
    """The notes that were trained on, with the cluster of each."""

    texts: Sequence[str] = field(repr=False)
    clusters: Sequence[int] = field(repr=False)

    @cached_property
    def _words(self) -> list[list[str]]:
        return [_words(text) for text in self.texts]

    @cached_property
    def _held(self) -> tuple[Hashes, NDArray[np.int64]]:
        """The different runs of `K` words, ascending, and how many clusters hold each."""
        found = [np.unique(runs(text, K).hashes) for text in self.texts]
        hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *found])
        owners = np.repeat(np.asarray(self.clusters, dtype=np.uint64), [len(text) for text in found])
        pairs = np.unique(np.stack([hashes, owners]), axis=1)
        kept, counts = np.unique(pairs[0], return_counts=True)
        return kept, counts

    def n_copied(self, text: str) -> int:
        """Count the different runs of `K` words of a text that exactly one cluster holds."""
        known, n_clusters = self._held
        here = np.unique(runs(text, K).hashes)
        here = here[among(here, known)]
        return int((n_clusters[np.searchsorted(known, here)] == 1).sum()) if len(here) else 0

    def longest(self, texts: Sequence[str]) -> list[int]:
        """Give the longest run of words of each text that a training note holds, up to `LONGEST`; 0 below four."""
        answers = [0] * len(texts)
        asked = [_words(text) for text in texts]
        alive = list(range(len(texts)))
        for k in range(_SHORTEST, LONGEST + 1):
            known = np.unique(np.concatenate([shingle_hashes(listed, k) for listed in self._words]))
            alive = [index for index in alive if among(shingle_hashes(asked[index], k), known).any()]
            for index in alive:
                answers[index] = k
            if not alive:
                break
        return answers


def _words(text: str) -> list[str]:
    return [word for word, _ in words(text)]


def training_of(notes: Iterable[Note], clusters: Mapping[str, int]) -> Training:
    """Put the notes that were trained on together with their clusters."""
    listed = list(notes)
    return Training(texts=[note.text for note in listed], clusters=[clusters[note.id] for note in listed])
