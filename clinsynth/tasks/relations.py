"""Relations of any kind, from files of JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from clinsynth.records import Example
from clinsynth.tasks.reading import file_examples, is_negative, labels_of
from clinsynth.tasks.scoring import Metric, MicroF1


@dataclass(frozen=True, kw_only=True)
class Relations:
    """Relations between two entities of a text: micro-F1 over all labels but the negative one.

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
        """The labels that occur, the negative one first: "none", "false", "negative" or "no_relation"."""
        file = self.real or self.test
        return labels_of(file_examples(file, self.kind), where=file)

    @property
    def kind(self) -> str:
        """The layout of its files."""
        return "relations"

    def read(self, split: str) -> Iterator[Example]:
        """Stream the examples of a file; no training file is an empty split."""
        file = self.test if split == "test" else self.real
        return file_examples(file, self.kind) if file else iter(())

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Micro-F1 over the positive labels."""
        return (MicroF1(positive=frozenset(label for label in self.labels if not is_negative(label))),)
