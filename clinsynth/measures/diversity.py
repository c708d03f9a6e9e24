"""How varied the notes of a corpus are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinsynth.errors import InputError
from clinsynth.estimates import Estimate, mean
from clinsynth.measures.grams import Grams, grams, self_bleu
from clinsynth.measures.intervals import Ratio, left_one_out
from clinsynth.measures.sampling import Sampler
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.shingles import words

ORDERS = (1, 2, 3)


@dataclass(frozen=True, kw_only=True)
class Diversity:
    """Mean length over all notes; distinct-n and self-BLEU 4 over a sample of them.

    Words are those of `clinsynth.shingles`: case-folded, without punctuation. distinct-n (Li et al., 2016,
    arXiv:1510.03055) falls as a text grows: compare it only between samples of about as many words. The bootstrap of
    self-BLEU is over the scores of the notes, which share their references.

    Attributes:
        n_notes: Size of the sample; memory and time grow with it alone.
        seed: Root of the sample and of the bootstrap.
    """

    n_notes: int = 500
    seed: int = 7

    def __call__(self, notes: Iterable[Note]) -> Mapping[str, Estimate]:
        """Give "words_per_note", "distinct_1" to "distinct_3" and "self_bleu_4" (of two notes or more).

        Raises:
            InputError: There are no notes.
        """
        length = Ratio()
        sample = Sampler(size=self.n_notes, seed=self.seed)
        for note in notes:
            length.add(len(note.text.split()))
            sample.add(note)
        mean_length = length.estimate()
        if mean_length is None:
            raise InputError("there are no notes whose diversity could be measured; at least one is needed")
        return {"words_per_note": mean_length} | self._of_sample([_words(text) for text in sample.texts()])

    def _of_sample(self, texts: Sequence[Sequence[str]]) -> dict[str, Estimate]:
        found = {f"distinct_{n}": distinct(grams(texts, n)) for n in ORDERS}
        measured = {name: estimate for name, estimate in found.items() if estimate is not None}
        if len(texts) > 1:
            measured["self_bleu_4"] = mean(self_bleu(texts), seed=derive_seed(self.seed, "self-bleu"))
        return measured


def _words(text: str) -> list[str]:
    return [word for word, _ in words(text)]


def distinct(found: Grams) -> Estimate | None:
    """Estimate the share of runs that are distinct, with the jackknife over texts; None where there are no runs."""
    totals, own = found.totals(), found.own()
    total, n_distinct = int(totals.sum()), found.n_distinct()
    if total == 0:
        return None
    without = [
        (n_distinct - n_own) / (total - n_runs) if total > n_runs else 0.0
        for n_runs, n_own in zip(totals.tolist(), own.tolist(), strict=True)
    ]
    return left_one_out(n_distinct / total, without, found.n_texts)
