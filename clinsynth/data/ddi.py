"""DDI-2013: interactions of pairs of drugs in a sentence (Herrero-Zazo et al., 2013, doi:10.1016/j.jbi.2013.07.011)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar
from xml.etree import ElementTree as ET

from clinsynth.data.files import check_split, find, zipped
from clinsynth.errors import InputError
from clinsynth.records import Argument, Example, Span


@dataclass(frozen=True, kw_only=True)
class Ddi:
    """One example for each pair of drugs of a sentence; the group is the document.

    Labels: none, mechanism, effect, advise, int. Types: drug, brand, group, drug_n. The test split is that of the
    extraction task. One pair of the training part that interacts, but is given no type, is left out.
    """

    title: ClassVar[str] = "DDI-2013"
    licence: ClassVar[str] = "CC BY-NC 4.0"
    use: ClassVar[str] = "measure"
    home: ClassVar[str] = "isegura/DDICorpus on GitHub"
    files: ClassVar[tuple[str, ...]] = ("relations/ddi-2013/DDICorpus-2013.zip",)
    splits: ClassVar[tuple[str, ...]] = ("train", "test")
    labels: ClassVar[tuple[str, ...]] = ("none", "mechanism", "effect", "advise", "int")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Example]:
        """Yield the pairs of a split, documents in order of their names.

        Raises:
            MissingError: The file is not on this machine.
            InputError: It is damaged.
        """
        check_split("ddi", split, self.splits)
        path = find(self.root, self.files[0], title=self.title, home=self.home)
        folder = {"train": "/Train/", "test": "/Test for DDI Extraction task/"}[split]
        for name, content in zipped(path, suffix=".xml"):
            if folder in name and "__MACOSX" not in name:
                yield from _pairs(content, f"{path}:{name}")


def _pairs(content: IO[bytes], where: str) -> Iterator[Example]:
    try:
        document = ET.parse(content).getroot()  # noqa: S314 - expat refuses entity bombs, and fetches nothing
    except ET.ParseError as error:
        raise InputError(f"{where} is no XML (line {error.position[0]}); get the corpus again") from None
    for sentence in document.iter("sentence"):
        entities = {entity.get("id", ""): _argument(entity) for entity in sentence.iter("entity")}
        for pair in sentence.iter("pair"):
            label = _label(pair.attrib)
            if label is not None:
                yield Example(
                    id=pair.get("id", ""),
                    text=sentence.get("text", ""),
                    label=label,
                    head=entities[pair.get("e1", "")],
                    tail=entities[pair.get("e2", "")],
                    group=document.get("id", ""),
                )


def _label(pair: Mapping[str, str]) -> str | None:
    return pair.get("type") if pair.get("ddi") == "true" else "none"


def _argument(entity: ET.Element) -> Argument:
    """Read an entity; offsets are inclusive there, and a name in pieces has several ("44-46;70-86")."""
    pieces = (piece.split("-") for piece in entity.get("charOffset", "").split(";"))
    mentions = tuple(Span(start=int(start), end=int(last) + 1) for start, last in pieces)
    return Argument(type=entity.get("type", ""), mentions=mentions, id=entity.get("id"))
