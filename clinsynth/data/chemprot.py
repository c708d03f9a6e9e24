"""ChemProt: relations of chemicals and proteins (Krallinger et al., 2017), in two editions made from it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clinsynth.data.files import check_split, find, lines, zipped
from clinsynth.errors import InputError
from clinsynth.records import Argument, Example, Span

_MARKED = re.compile(r"<< (?P<head>.*?) >>|\[\[ (?P<tail>.*?) \]\]")


@dataclass(frozen=True, kw_only=True)
class ChemprotSnli:
    """Pairs in a sentence, negatives included; text in lower case, all entities replaced by placeholders.

    The placeholders are bc6entc (the chemical), bc6entg (the protein), bc6other. Labels are none and the five groups of
    the task. The 45 rows in which one of the two placeholders is lost are left out. The group is the abstract.
    """

    title: ClassVar[str] = "ChemProt with negatives (SPINN edition)"
    licence: ClassVar[str] = "public domain mark"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "arwhirang/recursive_chemprot on GitHub"
    files: ClassVar[tuple[str, ...]] = ("relations/chemprot-snli/chemprot-data_SPINN.zip",)
    splits: ClassVar[tuple[str, ...]] = ("train", "dev", "test")
    labels: ClassVar[tuple[str, ...]] = ("none", "CPR:3", "CPR:4", "CPR:5", "CPR:6", "CPR:9")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Example]:
        """Yield the pairs of a split.

        Raises:
            MissingError: The file is not on this machine.
        """
        check_split("chemprot-snli", split, self.splits)
        path = find(self.root, self.files[0], title=self.title, home=self.home)
        member = {"train": "training", "dev": "develop", "test": "test"}[split] + "_SNLIformat"
        for name, content in zipped(path, suffix=member):
            for number, line in enumerate(content.read().decode("utf-8").splitlines(), start=1):
                fields = line.split("\t")
                if len(fields) != 6:  # noqa: PLR2004 - label, tree, tokens, abstract, two entities
                    raise InputError(f"{path}:{name}:{number} has {len(fields)} columns, not 6; get it again")
                if example := _blinded(fields, f"chemprot-snli-{split}-{number}"):
                    yield example


def _blinded(fields: list[str], example_id: str) -> Example | None:
    text = " ".join(fields[2].split(", "))
    spans = {name: _token(text, name) for name in ("bc6entc", "bc6entg")}
    chemical, protein = spans["bc6entc"], spans["bc6entg"]
    if chemical is None or protein is None:
        return None
    return Example(
        id=example_id,
        text=text,
        label=ChemprotSnli.labels[int(fields[0])],
        head=Argument(type="chemical", mentions=(chemical,)),
        tail=Argument(type="protein", mentions=(protein,)),
        group=fields[3],
    )


def _token(text: str, token: str) -> Span | None:
    found = re.search(rf"(?<!\S){token}(?!\S)", text)
    return Span(start=found.start(), end=found.end()) if found else None


@dataclass(frozen=True, kw_only=True)
class ChemprotScibert:
    """Pairs that are related, with one of 13 finer labels; the texts are as published, marks taken out.

    Which of the two is the chemical is not said there: both have the type "entity".
    """

    title: ClassVar[str] = "ChemProt sentences (SciBERT edition)"
    licence: ClassVar[str] = "public domain mark"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "allenai/scibert on GitHub"
    files: ClassVar[tuple[str, ...]] = tuple(
        f"relations/chemprot-scibert/{split}.txt" for split in ("train", "dev", "test")
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "dev", "test")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Example]:
        """Yield the pairs of a split.

        Raises:
            MissingError: The file is not on this machine.
        """
        check_split("chemprot-scibert", split, self.splits)
        path = find(self.root, self.files[self.splits.index(split)], title=self.title, home=self.home)
        for number, line in lines(path):
            try:
                yield _unmarked(json.loads(line), f"chemprot-scibert-{split}-{number}")
            except (json.JSONDecodeError, KeyError):
                raise InputError(f"{path}:{number} is not as SciBERT publishes it; get it again") from None


def _unmarked(row: Mapping[str, str], example_id: str) -> Example:
    """Take the marks out of a text: `<< first >>`, `[[ second ]]`."""
    plain, end = "", 0
    spans: dict[str, Span] = {}
    for match in _MARKED.finditer(row["text"]):
        plain += row["text"][end : match.start()]
        name = str(match.lastgroup)
        spans[name] = Span(start=len(plain), end=len(plain) + len(match[name]))
        plain, end = plain + match[name], match.end()
    text = plain + row["text"][end:]
    head, tail = (Argument(type="entity", mentions=(spans[name],)) for name in ("head", "tail"))
    return Example(id=example_id, text=text, label=row["label"], head=head, tail=tail)
