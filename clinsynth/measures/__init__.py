"""Measures look at a whole corpus, streamed, and give estimates."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from clinsynth.catalog import Catalog
from clinsynth.estimates import Estimate
from clinsynth.records import Note


class Measure(Protocol):
    """Measures a corpus in one pass, in memory that does not grow with it."""

    def __call__(self, notes: Iterable[Note]) -> Mapping[str, Estimate]:
        """Give named estimates ("distinct_2": ...)."""
        ...


MEASURES: Catalog[Measure] = Catalog(
    "measures",
    {
        "coverage": "clinsynth.measures.coverage:Coverage",
        "diversity": "clinsynth.measures.diversity:Diversity",
    },
)
