"""Tasks: what a corpus is measured on; readers of examples, scorers, guards, comparisons."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from clinsynth.catalog import Catalog
from clinsynth.records import Example


class Task(Protocol):
    """A benchmark task: its examples by split, and how predictions are scored."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, the negative one (if any) first."""
        ...

    def read(self, split: str) -> Iterator[Example]:
        """Stream the examples of "train" or "test"."""
        ...

    def score(self, gold: Sequence[str], predicted: Sequence[str]) -> float:
        """Give the task's main metric, 0 to 1."""
        ...


TASKS: Catalog[Task] = Catalog(
    "tasks",
    {
        "ddi": "clinsynth.tasks.ddi:Ddi",
        "pubmedqa": "clinsynth.tasks.pubmedqa:PubmedQa",
        "questions": "clinsynth.tasks.questions:Questions",
        "relations": "clinsynth.tasks.relations:Relations",
    },
)
