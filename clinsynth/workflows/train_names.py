"""`clinsynth models train names`: the recognizer of names of people, places and organisations."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import load_config, needed
from clinsynth.data import data_root
from clinsynth.training.names.training import NamesTraining, train
from clinsynth.workflows.progress import Progress, silent


def train_names(
    config: str | Path,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Train a recognizer of names by the recipe under "names:", and give its folder.

    Interrupted and started again, it goes on with the stage (data, weights, export) that was not finished.

    Args:
        config: A YAML file, or the name of one that ships (`names.yaml`).
        out: The folder of the model.
        settings: `a.b=value`, over the file.
        data_dir: Where the public data sets are.
        progress: Told of each step.

    Raises:
        ConfigError: The configuration has no such part, or its recipe must not be trained.
        MissingError: A data set or a package with lists of names is not on this machine.
        OutputError: The folder holds another training.
    """
    loaded = load_config(config, settings)
    training = NamesTraining(
        config=needed(loaded.names, name="names", command="models train names"),
        seed=loaded.seed,
        out=out,
        root=data_root(data_dir or loaded.data_dir),
    )
    return train(training, progress=progress)
