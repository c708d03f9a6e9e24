"""`clinsynth pretrain`: a base model from nothing."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import load_config, needed
from clinsynth.data import data_root
from clinsynth.training.pretrain import Training
from clinsynth.training.pretrain import pretrain as train
from clinsynth.workflows.progress import Progress, silent


def pretrain(
    config: str | Path,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Train a base model by the recipe under "pretrain:", and give its folder.

    Interrupted at any moment and started again, it goes on from the last checkpoint to the same weights.

    Args:
        config: A YAML file, or the name of one that ships (`pretrain.yaml`).
        out: The folder of the model.
        settings: `a.b=value`, over the file.
        data_dir: Where the public data sets are.
        progress: Told of each step.

    Raises:
        ConfigError: The configuration has no such part, or its recipe cannot or must not be trained.
        MissingError: A data set is not on this machine.
        OutputError: The folder holds another training.
        ResourceError: The memory is not there.
    """
    return train(_training(config, out, settings, data_dir), progress=progress)


def _training(config: str | Path, out: Path, settings: Sequence[str], data_dir: Path | None) -> Training:
    loaded = load_config(config, settings)
    recipe = needed(loaded.pretrain, name="pretrain", command="pretrain")
    return Training(
        config=recipe,
        seed=loaded.seed,
        out=out,
        root=data_root(data_dir or loaded.data_dir),
        ontology=loaded.ontology,
    )
