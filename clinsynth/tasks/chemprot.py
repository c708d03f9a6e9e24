"""ChemProt: how a chemical acts on a protein of the sentence (Krallinger et al., 2017, BioCreative VI track 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from clinsynth.records import Example
from clinsynth.tasks.reading import file_examples, official_examples
from clinsynth.tasks.scoring import Metric, MicroF1


@dataclass(frozen=True, kw_only=True)
class Chemprot:
    """Chemicals and proteins: every pair of a sentence, five groups of relations, micro-F1 over them.

    The text is the edition of the data set `chemprot-snli`: lower case, the pair and all other entities replaced by
    placeholders. "dev" is its development split, to choose on.

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
        """No relation, then the five groups: up-regulator, down-regulator, agonist, antagonist, substrate."""
        return ("none", "CPR:3", "CPR:4", "CPR:5", "CPR:6", "CPR:9")

    @property
    def kind(self) -> str:
        """The layout of its files."""
        return "relations"

    def read(self, split: str) -> Iterator[Example]:
        """Stream the pairs of a split."""
        file = {"test": self.test, "train": self.real}.get(split)
        return file_examples(file, self.kind) if file else official_examples("chemprot-snli", split, root=self.root)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Micro-F1 over the five groups, as in the shared task."""
        return (MicroF1(positive=frozenset(self.labels[1:])),)
