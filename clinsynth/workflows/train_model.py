"""`clinsynth models train`: a model that ships, made again by the recipe that ships."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.errors import ConfigError, nearest
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.shipped import RECIPES


def train_model(
    name: str,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Train one of the models that ship by its own recipe, and give its folder.

    Interrupted at any moment and started again, it goes on.

    Args:
        name: Of the model, as `clinsynth models list` gives it.
        out: The folder of the new model; the one that ships is left alone.
        settings: `a.b=value`, over the recipe.
        data_dir: Where the public data sets are.
        progress: Told of each step.

    Raises:
        ConfigError: No model of that name ships, or a setting is wrong.
        MissingError: A data set is not on this machine.
        OutputError: The folder holds another training.
        ResourceError: The memory is not there.
    """
    if name not in RECIPES:
        raise ConfigError(f'no model "{name}" ships; {nearest(name, RECIPES)}')
    recipe = RECIPES[name]
    return recipe.function()(recipe.config, out, settings=settings, data_dir=data_dir, progress=progress)
