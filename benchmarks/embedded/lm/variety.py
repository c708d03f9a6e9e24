"""How varied accepted notes are, beside as many real notes of the same types."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from clinsynth.estimates import Estimate, bootstrap
from clinsynth.measures.diversity import Diversity
from clinsynth.measures.grams import self_bleu
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.shingles import words


@dataclass(frozen=True, kw_only=True)
class Matched:
    """As many synthetic as real notes of each type, in pairs.

    Attributes:
        n_without: Synthetic notes that no real note is left for.
    """

    synthetic: Sequence[Note] = field(repr=False)
    real: Sequence[Note] = field(repr=False)
    n_without: int

    def cut(self) -> "Matched":
        """Cut both notes of each pair after the words of the shorter one: diversity depends on length."""
        pairs = [_cut(a, b) for a, b in zip(self.synthetic, self.real, strict=True)]
        return replace(self, synthetic=[a for a, _ in pairs], real=[b for _, b in pairs])

    def diversity(self, *, seed: int) -> dict[str, tuple[Estimate, Estimate]]:
        """Measure both, by measure; see `clinsynth.measures.diversity`."""
        measure = Diversity(n_notes=len(self.real), seed=seed)
        ours, theirs = measure(self.synthetic), measure(self.real)
        return {name: (found, theirs[name]) for name, found in ours.items()}

    def self_bleu_difference(self, *, seed: int) -> Estimate:
        """Estimate self-BLEU 4 of the synthetic notes less that of the real ones, over pairs."""
        ours, theirs = (
            np.array(self_bleu([_words(note.text) for note in side])) for side in (self.synthetic, self.real)
        )
        return bootstrap(lambda rows: float(ours[rows].mean() - theirs[rows].mean()), len(ours), seed=seed)


def matched(synthetic: Iterable[Note], real: Iterable[Note], *, seed: int) -> Matched:
    """Draw, of each type of note, as many of both as there are of the fewer."""
    ours, theirs = _by_type(synthetic, seed), _by_type(real, seed)
    pairs = [
        pair for note_type in sorted(ours) for pair in zip(ours[note_type], theirs.get(note_type, ()), strict=False)
    ]
    return Matched(
        synthetic=[a for a, _ in pairs],
        real=[b for _, b in pairs],
        n_without=sum(map(len, ours.values())) - len(pairs),
    )


def _by_type(notes: Iterable[Note], seed: int) -> Mapping[str, list[Note]]:
    found: defaultdict[str, list[Note]] = defaultdict(list)
    for note in sorted(notes, key=lambda note: derive_seed(seed, "variety", note.id)):
        found[note.note_type].append(note)
    return found


def _words(text: str) -> list[str]:
    return [word for word, _ in words(text)]


def _cut(a: Note, b: Note) -> tuple[Note, Note]:
    places = [words(a.text), words(b.text)]
    n = min(map(len, places))
    ends = [found[n - 1][1].end if n else 0 for found in places]
    return replace(a, text=a.text[: ends[0]], case=None), replace(b, text=b.text[: ends[1]], case=None)
