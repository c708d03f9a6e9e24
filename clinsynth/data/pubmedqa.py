"""PubMedQA: questions that an abstract answers by yes, no or maybe (Jin et al., 2019, arXiv:1909.06146)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from clinsynth.data.files import check_split, find, reading
from clinsynth.errors import InputError
from clinsynth.records import Example


@dataclass(frozen=True, kw_only=True)
class PubmedQa:
    """The 1,000 labelled questions: the official 500 are the test split, the other 500 may train.

    The context is the abstract without its conclusion. Labels: yes, no, maybe. Ids are "pubmedqa-<PubMed id>".
    """

    title: ClassVar[str] = "PubMedQA"
    licence: ClassVar[str] = "MIT"
    use: ClassVar[str] = "train"  # the train split alone; the 500 of test measure
    home: ClassVar[str] = "pubmedqa/pubmedqa on GitHub"
    files: ClassVar[tuple[str, ...]] = (
        "questions/pubmedqa/ori_pqal.json",
        "questions/pubmedqa/test_ground_truth.json",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "test")
    labels: ClassVar[tuple[str, ...]] = ("yes", "no", "maybe")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Example]:
        """Yield the questions of a split in the order of the file.

        Raises:
            MissingError: A file is not on this machine.
            InputError: It is damaged.
        """
        check_split("pubmedqa", split, self.splits)
        questions, test = (self._json(file) for file in self.files)
        for number, item in questions.items():
            if (number in test) == (split == "test"):
                yield Example(
                    id=f"pubmedqa-{number}",
                    text="\n".join(item["CONTEXTS"]),
                    label=item["final_decision"],
                    question=item["QUESTION"],
                )

    def _json(self, file: str) -> dict[str, Any]:
        path = find(self.root, file, title=self.title, home=self.home)
        try:
            with reading(path):
                content = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise InputError(f"{path}:{error.lineno} is not JSON; get it again") from None
        if not isinstance(content, dict):
            raise InputError(f"{path} is not as PubMedQA publishes it; get it again")
        return content
