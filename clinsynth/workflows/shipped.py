"""The models that ship: which recipe makes each, and how much room each kind may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

SHIPPED_DIR = Path(__file__).resolve().parent.parent / "embedded"
_MB = 10**6
BUDGETS: Mapping[str, int] = {
    "language model": 20 * _MB,
    "encoder": 12 * _MB,
    "entities": 6 * _MB,
    "names": 4 * _MB,
    "heads and adapters": 3 * _MB,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What makes a model that ships.

    Attributes:
        config: The configuration that ships.
        section: The part of it that is the recipe.
        trains: "module:function" that takes (config, out, settings, data_dir, progress).
    """

    config: str
    section: str
    trains: str

    def function(self) -> Callable[..., Path]:
        """Import what trains."""
        module, _, name = self.trains.partition(":")
        found: Callable[..., Path] = getattr(import_module(module), name)
        return found


RECIPES: Mapping[str, Recipe] = {
    "lm": Recipe(config="pretrain.yaml", section="pretrain", trains="clinsynth.workflows.pretrain:pretrain"),
    "encoder": Recipe(
        config="encoder.yaml", section="encoder", trains="clinsynth.workflows.train_encoder:train_encoder"
    ),
    "entities": Recipe(
        config="entities.yaml", section="entities", trains="clinsynth.workflows.train_entities:train_entities"
    ),
    "names": Recipe(config="names.yaml", section="names", trains="clinsynth.workflows.train_names:train_names"),
    **{
        name: Recipe(
            config=f"adapters/{name}.yaml", section="adapt", trains="clinsynth.workflows.adapt:adapt_as_configured"
        )
        for name in ("encounters", "procedures", "imaging")
    },
}


def budget_of(kind: str) -> tuple[str, int] | None:
    """Give the budget that models of a kind share, by its name and in bytes; None where there is none."""
    name = "heads and adapters" if kind in {"head", "adapter"} else kind
    return (name, BUDGETS[name]) if name in BUDGETS else None
