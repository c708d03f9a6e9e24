"""Full-text articles: running medical text to pretrain on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clinsynth.data.files import check_split, find, lines
from clinsynth.errors import InputError
from clinsynth.records import Note


@dataclass(frozen=True, kw_only=True)
class EvidenceInference:
    """Randomised trials (DeYoung et al., 2020, arXiv:2005.04177), as notes of the type "Article".

    Headings are lines as "TITLE:", "ABSTRACT.METHODS:" or "BODY.RESULTS:". One of the 4,470 is empty and left out.
    """

    title: ClassVar[str] = "Evidence Inference"
    licence: ClassVar[str] = "MIT repository; the articles' own open licences"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "jayded/evidence-inference on GitHub"
    files: ClassVar[tuple[str, ...]] = ("text/evidence-inference.jsonl.xz",)
    splits: ClassVar[tuple[str, ...]] = ("train",)

    root: Path | None = None

    def read(self, split: str = "train") -> Iterator[Note]:
        """Yield the articles. Ids are "evidence-inference-<PMC id>".

        Raises:
            MissingError: The file is not on this machine.
        """
        check_split("evidence-inference", split, self.splits)
        path = find(self.root, self.files[0], title=self.title, home=self.home)
        return _articles(path, "evidence-inference")


@dataclass(frozen=True, kw_only=True)
class Craft:
    """Articles, many on the mouse (Bada et al., 2012, doi:10.1186/1471-2105-13-161), as notes of the type "Article".

    The first line is the title, headings are short lines of their own. The lists of ids beside them are left out.
    """

    title: ClassVar[str] = "CRAFT"
    licence: ClassVar[str] = "CC BY 3.0"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "UCDenver-ccp/CRAFT on GitHub"
    files: ClassVar[tuple[str, ...]] = ("text/craft.jsonl.xz",)
    splits: ClassVar[tuple[str, ...]] = ("train",)

    root: Path | None = None

    def read(self, split: str = "train") -> Iterator[Note]:
        """Yield the articles. Ids are "craft-<PubMed id>".

        Raises:
            MissingError: The file is not on this machine.
        """
        check_split("craft", split, self.splits)
        path = find(self.root, self.files[0], title=self.title, home=self.home)
        return (article for article in _articles(path, "craft") if article.id.removeprefix("craft-").isdigit())


def _articles(path: Path, dataset: str) -> Iterator[Note]:
    for number, line in lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            raise InputError(f"{path}:{number} is not JSON; get it again") from None
        text = row["text"].strip()
        if text:
            yield Note(
                id=f"{dataset}-{row['id']}",
                text=text,
                note_type="Article",
                specialty="Medicine",
                source=f"{path.name}:{number}",
            )
