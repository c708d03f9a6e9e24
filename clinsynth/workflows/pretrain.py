"""`clinsynth pretrain`: a base model from nothing."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import Config, load_config, needed
from clinsynth.data import data_root
from clinsynth.recipes import Pretrain
from clinsynth.training.export import COMMAND
from clinsynth.training.pretrain import Training
from clinsynth.training.pretrain import pretrain as train
from clinsynth.workflows.progress import Progress, silent

_SHIPPED = "pretrain.yaml"
_SHIPPED_COMMAND = "clinsynth models train lm --out DIR --data-dir DATA"


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
        OutputError: The folder holds another training, or something else.
        ResourceError: The memory is not there.
    """
    return train(_training(config, out, settings, data_dir), progress=progress)


def _training(config: str | Path, out: Path, settings: Sequence[str], data_dir: Path | None) -> Training:
    loaded, shipped = load_config(config, settings), load_config(_SHIPPED)
    recipe = needed(loaded.pretrain, name="pretrain", command="pretrain")
    return Training(
        config=recipe,
        seed=loaded.seed,
        out=out,
        root=data_root(data_dir or loaded.data_dir),
        ontology=loaded.ontology,
        command=_SHIPPED_COMMAND if _told(loaded) == _told(shipped) else COMMAND,
    )


def _told(config: Config) -> tuple[Pretrain | None, int, str]:
    """Give all of a configuration that decides the model."""
    return config.pretrain, config.seed, config.ontology
