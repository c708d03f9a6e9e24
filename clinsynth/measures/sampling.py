"""A sample of a stream of notes that does not depend on their order."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from clinsynth.records import Note
from clinsynth.seeds import derive_seed


@dataclass(kw_only=True)
class Sampler:
    """Keeps the `size` notes whose seeds are lowest: a simple random sample, the same in any order of the stream.

    (Bottom-k sampling; Cohen & Kaplan, 2007, doi:10.1145/1281100.1281133.)
    """

    size: int
    seed: int
    _kept: list[tuple[int, str, str]] = field(default_factory=list, repr=False)

    def add(self, note: Note) -> None:
        """Look at the next note of the stream."""
        # heapq keeps the lowest at the top: negated, that is the kept note with the highest seed.
        item = (-derive_seed(self.seed, "sample", note.id), note.id, note.text)
        if len(self._kept) < self.size:
            heapq.heappush(self._kept, item)
        else:
            heapq.heappushpop(self._kept, item)

    def texts(self) -> Iterator[str]:
        """Give the texts that were kept, in an order of their own."""
        return (text for _, _, text in sorted(self._kept, reverse=True))
