"""Tasks: what a corpus is measured on; readers of examples, scorers, guards, comparisons."""

from collections.abc import Iterator
from typing import Protocol

from clinsynth.catalog import Catalog
from clinsynth.records import Example
from clinsynth.tasks.scoring import Metric


class Task(Protocol):
    """A benchmark task: its examples by split, and how predictions are scored."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, the negative one (if any) first."""
        ...

    @property
    def kind(self) -> str:
        """The layout of its examples: "relations" or "questions"."""
        ...

    def read(self, split: str) -> Iterator[Example]:
        """Stream the examples of "train" or "test", or of "dev" where a data set has that."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """How predictions are scored, the main metric first."""
        ...


TASKS: Catalog[Task] = Catalog(
    "tasks",
    {
        "chemprot": "clinsynth.tasks.chemprot:Chemprot",
        "ddi": "clinsynth.tasks.ddi:Ddi",
        "pubmedqa": "clinsynth.tasks.pubmedqa:PubmedQa",
        "questions": "clinsynth.tasks.questions:Questions",
        "relations": "clinsynth.tasks.relations:Relations",
    },
)
