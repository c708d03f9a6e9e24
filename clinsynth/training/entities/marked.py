"""What the recognizer is trained, chosen and measured on: sentences marked by hand, kept apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinsynth.data import DATASETS
from clinsynth.data.entities import Sentence
from clinsynth.errors import ConfigError, nearest
from clinsynth.records import Span
from clinsynth.seeds import generator
from clinsynth.training.entities.corpora import said, without

# Their test parts are all kept out of training, whichever of them is trained on.
MARKED = ("anatem", "bc5cdr-entities", "ncbi-disease")
TYPES = ("CHEMICAL", "DISEASE")  # those of scispaCy's en_ner_bc5cdr_md, in whose place the recognizer stands
_FEWEST_LETTERS = 3


def check_dataset(name: str) -> None:
    """Refuse what holds no marked entities of our types, or must not be trained on.

    Raises:
        ConfigError: It is such a data set.
    """
    usable = [known for known in MARKED if set(_types(known)) <= set(TYPES)]
    if name not in usable:
        raise ConfigError(f'entities: "{name}" has no marked chemicals or diseases; {nearest(name, usable)}')
    if DATASETS.kind(name).use != "train":
        raise ConfigError(f"entities: {name} is for measuring only; no model may be trained on it")


def _types(name: str) -> tuple[str, ...]:
    marked: Mapping[str, str] = getattr(DATASETS.kind(name), "types", {})
    return tuple(marked.values())


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one data set gives to a part: its sentences, the types it marks, and how many sentences were left out."""

    dataset: str
    split: str
    sentences: tuple[Sentence, ...]
    types: tuple[str, ...]
    n_left_out: int


@dataclass(frozen=True)
class Marked:
    """The marked sentences of the data folder; a sentence that stands in what is kept apart is never trained on."""

    root: Path

    def read(self, dataset: str, split: str) -> list[Sentence]:
        """Read a part as it is.

        Raises:
            MissingError: It is not on this machine.
        """
        found = DATASETS.build(dataset, root=self.root).read(split)
        return [sentence for sentence in found if isinstance(sentence, Sentence)]

    def apart(self, datasets: Sequence[str], *splits: str) -> frozenset[str]:
        """Give what is `said` in parts that are kept apart."""
        return frozenset(said(sentence) for name in datasets for split in splits for sentence in self.read(name, split))

    def to_choose(self, datasets: Sequence[str], *, share: float, seed: int) -> list[Share]:
        """Give the training parts, less what is said in any test part or in the development parts that choose."""
        apart = self.apart(MARKED, "test") | self.apart(datasets, "dev")
        return [self._share(name, "train", apart, share, seed) for name in datasets]

    def to_ship(self, datasets: Sequence[str], *, share: float, seed: int) -> list[Share]:
        """Give the training and development parts, less what is said in any test part."""
        apart = self.apart(MARKED, "test")
        return [self._share(name, split, apart, share, seed) for name in datasets for split in ("train", "dev")]

    def _share(self, name: str, split: str, apart: frozenset[str], share: float, seed: int) -> Share:
        kept, n_left_out = without(self.read(name, split), apart)
        return Share(
            dataset=name,
            split=split,
            sentences=tuple(_drawn(kept, share, generator(seed, "share", name, split).random())),
            types=_types(name),
            n_left_out=n_left_out,
        )


def _drawn(sentences: Sequence[Sentence], share: float, place: float) -> Sequence[Sentence]:
    """Take a share in a row, from a drawn place on: neighbours are of one article, and stay together."""
    n = round(share * len(sentences))
    start = int(place * (len(sentences) - n + 1)) if n < len(sentences) else 0
    return sentences[start : start + n]


def words_marked(shares: Sequence[Share], type_: str) -> frozenset[str]:
    """Collect the names of one word that are marked as of a type, in small letters."""
    names = (
        sentence.text[entity.span.start : entity.span.end].casefold()
        for share in shares
        for sentence in share.sentences
        for entity in sentence.entities
        if entity.type == type_
    )
    return frozenset(name for name in names if len(name) >= _FEWEST_LETTERS and name.isalnum())


def places_of(words: frozenset[str], sentence: Sentence) -> tuple[Span, ...]:
    """Give the places of a sentence where one of some words stands."""
    return tuple(place for place in sentence.words if sentence.text[place.start : place.end].casefold() in words)
