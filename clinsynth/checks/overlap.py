"""Copies: runs of words that stand in reference notes, and notes that are nearly one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clinsynth.checks import Parsed
from clinsynth.errors import ConfigError, InputError
from clinsynth.records import Finding, Note, Span
from clinsynth.shingles import Hashes, NearCopies, Runs, runs
from clinsynth.storage import read_rows

_NEAR = 0.5
# Whole notes are compared by short runs: one changed word breaks only so many of them.
_NEAR_WORDS = 5


@dataclass(frozen=True)
class OverlapCheck:
    """Finds verbatim runs and near copies of the notes a model was fitted on, or of any others.

    A run scores 0.5 at `k` words and 1 from twice as many on; a near copy scores its Jaccard similarity over runs of
    five words, and is found from 0.5 on (MinHash proposes, exact comparison decides).

    Attributes:
        reference: A file of JSON lines with the field "text". None: there is nothing to compare with.
        k: The fewest words in a row that count as copied, case and punctuation aside.

    Raises:
        ConfigError: `k` is below 1.
    """

    reference: str | None = None
    k: int = 20

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ConfigError(f"checks.overlap: k is the fewest words that count as copied, at least 1; got {self.k}")

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Compare each note with the reference.

        Raises:
            InputError: The reference cannot be read, or a row has no text.
        """
        if self.reference is None:
            return [() for _ in notes]
        return [(*self._near_copies(parsed.note), *self._verbatim(parsed.note)) for parsed in notes]

    def _near_copies(self, note: Note) -> Iterator[Finding]:
        found = self._copies.find(runs(note.text, _NEAR_WORDS).hashes)
        for position, similarity in found[:1]:
            evidence = f"like reference note {position + 1} (Jaccard {similarity:.2f}); {len(found)} such notes"
            yield Finding(
                note_id=note.id,
                check="overlap",
                code="overlap/near-copy",
                score=min(1.0, similarity),
                evidence=evidence,
            )

    def _verbatim(self, note: Note) -> Iterator[Finding]:
        here = runs(note.text, self.k)
        for first, last, position in self._copied(here):
            n_words = last - first + self.k
            yield Finding(
                note_id=note.id,
                check="overlap",
                code="overlap/verbatim",
                score=min(1.0, n_words / (2 * self.k)),
                span=Span(start=here.span(first).start, end=here.span(last).end),
                evidence=f"{n_words} words in a row as in reference note {position + 1}",
            )

    def _copied(self, here: Runs) -> Iterator[tuple[int, int, int]]:
        """Yield stretches of runs that the reference holds: first run, last run, the note that holds the first."""
        if not len(here) or not len(self._hashes):
            return
        places = np.minimum(np.searchsorted(self._hashes, here.hashes), len(self._hashes) - 1)
        held = self._hashes[places] == here.hashes
        edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
        for first, end in edges.reshape(-1, 2):
            yield int(first), int(end) - 1, int(self._owners[places[first]])

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(_texts(Path(self.reference or "")))

    @cached_property
    def _copies(self) -> NearCopies:
        return NearCopies([runs(text, _NEAR_WORDS).hashes for text in self._texts], threshold=_NEAR)

    @cached_property
    def _sorted(self) -> tuple[Hashes, NDArray[np.int64]]:
        found = [runs(text, self.k).hashes for text in self._texts]
        hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *found])
        owners = np.repeat(np.arange(len(found), dtype=np.int64), [len(text) for text in found])
        hashes, first = np.unique(hashes, return_index=True)
        return hashes, owners[first]

    @property
    def _hashes(self) -> Hashes:
        return self._sorted[0]

    @property
    def _owners(self) -> NDArray[np.int64]:
        return self._sorted[1]


def _texts(path: Path) -> Iterator[str]:
    for number, row in read_rows(path):
        text = row.get("text")
        if not isinstance(text, str):
            raise InputError(
                f'{path}:{number} has no field "text"; a reference is JSON lines with the text of one note each'
            )
        yield text
