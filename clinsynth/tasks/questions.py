"""Questions to a context, from files of JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from clinsynth.records import Example
from clinsynth.tasks.reading import file_examples, labels_of
from clinsynth.tasks.scoring import Accuracy, MacroF1, Metric


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Questions with a context and one of a few answers: accuracy, then macro-F1.

    Attributes:
        test: A file of test examples.
        real: A file of training examples; its labels are the labels of the task. Without it: of the test file.
        root: Not used: files are named in full.
    """

    test: str
    real: str | None = None
    root: str | None = None

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The answers that occur."""
        file = self.real or self.test
        return labels_of(file_examples(file, self.kind), where=file)

    @property
    def kind(self) -> str:
        """The layout of its files."""
        return "questions"

    def read(self, split: str) -> Iterator[Example]:
        """Stream the examples of a file; no training file is an empty split."""
        file = self.test if split == "test" else self.real
        return file_examples(file, self.kind) if file else iter(())

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Accuracy and macro-F1."""
        return (Accuracy(), MacroF1(labels=self.labels))
