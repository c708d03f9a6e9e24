"""Sentences with marked entities, from the token labels (inside, outside, begin) of Crichton et al. (2017).

The collection (doi:10.1186/s12859-017-1776-8) parts words at every punctuation mark and leaves out what stood between
them; `joined` puts the text together again, as far as rules can tell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from clinsynth.data.files import check_split, find, lines
from clinsynth.errors import InputError
from clinsynth.records import Span

_HOME = "cambridgeltl/MTL-Bioinformatics-2016 on GitHub"
_LICENCE = "CC BY 4.0 collection"
_PARTS: Mapping[str, str] = MappingProxyType({"train": "train", "dev": "devel", "test": "test"})
# Marks that stand right after a word, and marks that a word stands right after.
_NONE_BEFORE = frozenset(".,-)/:%;']?!")
_NONE_AFTER = frozenset("([/-'")
_THOUSANDS = 3


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Entity:
    """A place in a text that was marked by hand, and what type of thing it names ("CHEMICAL")."""

    span: Span
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence with its entities, in the order of the text and without overlap.

    Attributes:
        words: Where the words of the data set stand: every punctuation mark is one.
    """

    id: str
    text: str = field(repr=False)
    words: tuple[Span, ...] = field(repr=False)
    entities: tuple[Entity, ...] = field(repr=False)


def joined(words: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
    """Put the words of a sentence together as they are written, and say where each stands.

    Against the abstracts as published, 99.2 % of the gaps of BC5CDR dev are right; most others are blanks around
    dashes, brackets inside names of substances, and signs of comparison.

    >>> joined(["Parkinson", "'", "s", "disease", "(", "p", "=", "0", ".", "05", ")", "."])[0]
    "Parkinson's disease (p = 0.05)."
    """
    pieces: list[str] = []
    places: list[Span] = []
    length = 0
    for index, word in enumerate(words):
        if index and _is_apart(words, index):
            pieces.append(" ")
            length += 1
        pieces.append(word)
        places.append(Span(start=length, end=length + len(word)))
        length += len(word)
    return "".join(pieces), tuple(places)


def _is_apart(words: Sequence[str], index: int) -> bool:
    """Say whether a blank stood before a word that is not the first."""
    left, word = words[index - 1], words[index]
    before = words[index - 2] if index > 1 else ""
    after = words[index + 1] if index + 1 < len(words) else " "
    if word in _NONE_BEFORE or left in _NONE_AFTER:
        return False
    if left == ".":  # a decimal fraction, "e.g."
        return not (before.isdigit() and word.isdigit()) and len(before) != 1
    if left == "," and before.isdigit() and word.isdigit():  # thousands, "2,4-dinitrophenol"
        return len(word) != _THOUSANDS and not (len(before) == 1 and after in "-,'")
    return True


def _sentences(path: Path, name: str, split: str, types: Mapping[str, str]) -> Iterator[Sentence]:
    for number, rows in enumerate(_runs(path), start=1):
        text, places = joined([word for word, _ in rows])
        entities = tuple(_entities([label for _, label in rows], places, types, where=f"{path}: sentence {number}"))
        yield Sentence(id=f"{name}-{split}-{number:05d}", text=text, words=places, entities=entities)


def _runs(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield the (word, label) pairs of each sentence; blank lines part them."""
    rows: list[tuple[str, str]] = []
    for number, line in lines(path):
        word, tab, label = line.partition("\t")
        if line and not (word and tab and label):
            raise InputError(f"{path}:{number} is no word and label with a tab between them; get it again")
        if line:
            rows.append((word, label))
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def _entities(
    labels: Iterable[str], places: Sequence[Span], types: Mapping[str, str], *, where: str
) -> Iterator[Entity]:
    """Join the labels of words ("B-Disease", "I-Disease", "O") to entities.

    Raises:
        InputError: A label is none of these, or something goes on that has not begun.
    """
    begun: tuple[str, int] | None = None
    end = 0
    for place, label in zip(places, labels, strict=True):
        mark, _, kind = label.partition("-")
        goes_on = mark == "I" and begun is not None and begun[0] == kind
        if not goes_on and (mark not in {"B", "O"} or (mark == "B" and kind not in types)):
            raise InputError(f'{where} has the label "{label}" where none such can be; get it again')
        if begun is not None and not goes_on:
            yield Entity(span=Span(start=begun[1], end=end), type=types[begun[0]])
            begun = None
        if mark == "B":
            begun = kind, place.start
        end = place.end
    if begun is not None:
        yield Entity(span=Span(start=begun[1], end=end), type=types[begun[0]])


def _read(reader: "Bc5cdrEntities | NcbiDisease | AnatEm", name: str, split: str) -> Iterator[Sentence]:
    check_split(name, split, reader.splits)
    file = next(file for file in reader.files if file.endswith(f"/{_PARTS[split]}.tsv.gz"))
    path = find(reader.root, file, title=reader.title, home=reader.home)
    return _sentences(path, name, split, reader.types)


def _files(folder: str) -> tuple[str, ...]:
    return tuple(f"entities/{folder}/{part}.tsv.gz" for part in _PARTS.values())


@dataclass(frozen=True, kw_only=True)
class Bc5cdrEntities:
    """Chemicals and diseases in 1,500 PubMed abstracts (Li et al., 2016, doi:10.1093/database/baw068)."""

    title: ClassVar[str] = "BC5CDR (token labels)"
    licence: ClassVar[str] = _LICENCE
    use: ClassVar[str] = "train"  # not its test part
    home: ClassVar[str] = _HOME
    files: ClassVar[tuple[str, ...]] = _files("BC5CDR-IOB")
    splits: ClassVar[tuple[str, ...]] = tuple(_PARTS)
    types: ClassVar[Mapping[str, str]] = MappingProxyType({"Chemical": "CHEMICAL", "Disease": "DISEASE"})

    root: Path | None = None

    def read(self, split: str) -> Iterator[Sentence]:
        """Yield the sentences of a split.

        Raises:
            MissingError: The file is not on this machine.
            InputError: It is damaged.
        """
        return _read(self, "bc5cdr-entities", split)


@dataclass(frozen=True, kw_only=True)
class NcbiDisease:
    """Diseases in 793 PubMed abstracts (Dogan et al., 2014, doi:10.1016/j.jbi.2013.12.006)."""

    title: ClassVar[str] = "NCBI-disease (token labels)"
    licence: ClassVar[str] = _LICENCE
    use: ClassVar[str] = "train"  # not its test part
    home: ClassVar[str] = _HOME
    files: ClassVar[tuple[str, ...]] = _files("NCBI-disease-IOB")
    splits: ClassVar[tuple[str, ...]] = tuple(_PARTS)
    types: ClassVar[Mapping[str, str]] = MappingProxyType({"Disease": "DISEASE"})

    root: Path | None = None

    def read(self, split: str) -> Iterator[Sentence]:
        """Yield the sentences of a split.

        Raises:
            MissingError: The file is not on this machine.
            InputError: It is damaged.
        """
        return _read(self, "ncbi-disease", split)


@dataclass(frozen=True, kw_only=True)
class AnatEm:
    """Anatomy, from organ systems to cells, in articles and abstracts (Pyysalo and Ananiadou, 2014).

    doi:10.1093/bioinformatics/btt580.
    """

    title: ClassVar[str] = "AnatEM (token labels)"
    licence: ClassVar[str] = _LICENCE
    use: ClassVar[str] = "train"  # not its test part
    home: ClassVar[str] = _HOME
    files: ClassVar[tuple[str, ...]] = _files("AnatEM-IOB")
    splits: ClassVar[tuple[str, ...]] = tuple(_PARTS)
    types: ClassVar[Mapping[str, str]] = MappingProxyType({"Anatomy": "ANATOMY"})

    root: Path | None = None

    def read(self, split: str) -> Iterator[Sentence]:
        """Yield the sentences of a split.

        Raises:
            MissingError: The file is not on this machine.
            InputError: It is damaged.
        """
        return _read(self, "anatem", split)
