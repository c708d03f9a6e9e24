"""Backbones write text: embedded, transformers, scripted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from clinsynth.catalog import Catalog
from clinsynth.records import Generation, Prompt


class Backbone(Protocol):
    """Writes one text for each prompt."""

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> Sequence[Generation]:
        """Write for a batch; each prompt draws from a generator of its own, seeded by its seed."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Optional for a backbone: how probable it finds given texts."""

    def score(self, prompts: Sequence[Prompt], continuations: Sequence[str]) -> Sequence[Sequence[float]]:
        """Give the natural-log probability of each token of each continuation after its prompt."""
        ...


@runtime_checkable
class Located(Protocol):
    """Optional for a backbone: that its weights are there can be told without loading them."""

    def find(self) -> Path:
        """Give their folder; raises MissingError or InputError where there are none."""
        ...


BACKBONES: Catalog[Backbone] = Catalog(
    "backbones",
    {
        "embedded": "clinsynth.backbones.embedded:EmbeddedBackbone",
        "scripted": "clinsynth.backbones.scripted:ScriptedBackbone",
        "transformers": "clinsynth.backbones.transformers:TransformersBackbone",
    },
)
