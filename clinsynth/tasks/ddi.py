"""DDI-2013: which of two drugs in a sentence interact, and how (Segura-Bedmar et al., 2013, SemEval task 9)."""

from collections.abc import Iterator
from dataclasses import dataclass

from clinsynth.records import Example
from clinsynth.tasks.reading import file_examples, official_examples
from clinsynth.tasks.scoring import Metric, MicroF1


@dataclass(frozen=True, kw_only=True)
class Ddi:
    """Drug-drug interactions: every pair of drugs of a sentence, four types of interaction, micro-F1 over them.

    Attributes:
        real: A file of training examples instead of the official training split.
        test: A file of test examples instead of the official test split.
        root: The folder of the public data sets.
    """

    real: str | None = None
    test: str | None = None
    root: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """No interaction, then the four types."""
        return ("none", "mechanism", "effect", "advise", "int")

    @property
    def kind(self) -> str:
        """The layout of its files."""
        return "relations"

    def read(self, split: str) -> Iterator[Example]:
        """Stream the pairs of a split."""
        file = self.test if split == "test" else self.real
        return file_examples(file, self.kind) if file else official_examples("ddi", split, root=self.root)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Micro-F1 over the four types, as in the shared task."""
        return (MicroF1(positive=frozenset(self.labels[1:])),)
