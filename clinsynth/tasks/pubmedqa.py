"""PubMedQA: does the abstract answer the question with yes, no or maybe (Jin et al., 2019, arXiv:1909.06146)."""

from collections.abc import Iterator
from dataclasses import dataclass

from clinsynth.records import Example
from clinsynth.tasks.reading import file_examples, official_examples
from clinsynth.tasks.scoring import Accuracy, MacroF1, Metric


@dataclass(frozen=True, kw_only=True)
class PubmedQa:
    """Questions to abstracts without their conclusion: accuracy, then macro-F1; 500 to train on, 500 to test on.

    Attributes:
        real: A file of training examples instead of the 500 that are not official test questions.
        test: A file of test examples instead of the 500 official ones.
        root: The folder of the public data sets.
    """

    real: str | None = None
    test: str | None = None
    root: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The three answers."""
        return ("yes", "no", "maybe")

    @property
    def kind(self) -> str:
        """The layout of its files."""
        return "questions"

    def read(self, split: str) -> Iterator[Example]:
        """Stream the questions of a split."""
        file = self.test if split == "test" else self.real
        return file_examples(file, self.kind) if file else official_examples("pubmedqa", split, root=self.root)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Accuracy and macro-F1, as its authors report."""
        return (Accuracy(), MacroF1(labels=self.labels))
