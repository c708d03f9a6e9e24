"""`clinsynth models train encoder`: the embedded encoder, from the language model."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import load_config, needed
from clinsynth.data import data_root
from clinsynth.training.encoder.pretraining import EncoderTraining, train
from clinsynth.workflows.progress import Progress, silent


def train_encoder(
    config: str | Path,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Train an encoder by the recipe under "encoder:", and give its folder.

    Interrupted at any moment and started again, it goes on from the last checkpoint to the same weights.

    Args:
        config: A YAML file, or the name of one that ships (`encoder.yaml`).
        out: The folder of the model.
        settings: `a.b=value`, over the file.
        data_dir: Where the public data sets are.
        progress: Told of each step.

    Raises:
        ConfigError: The configuration has no such part, or its recipe cannot or must not be trained.
        InputError: The model it starts from cannot be read.
        MissingError: A data set, or the model it starts from, is not on this machine.
        OutputError: The folder holds another training.
    """
    loaded = load_config(config, settings)
    training = EncoderTraining(
        config=needed(loaded.encoder, name="encoder", command="models train encoder"),
        seed=loaded.seed,
        out=out,
        root=data_root(data_dir or loaded.data_dir),
    )
    return train(training, progress=progress)
