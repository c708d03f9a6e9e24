"""`clinsynth models train entities`: the embedded recognizer of chemicals and diseases."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import load_config, needed
from clinsynth.data import data_root
from clinsynth.training.entities.recipe import EntitiesTraining, train
from clinsynth.workflows.progress import Progress, silent


def train_entities(
    config: str | Path,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Train a recognizer by the recipe under "entities:", and give its folder.

    Interrupted and started again, it goes on with the stage it was in, which is made again from its start: spaCy cannot
    go on within a run. The weights are those of an uninterrupted training.

    Args:
        config: A YAML file, or the name of one that ships (`entities.yaml`).
        out: The folder of the model.
        settings: `a.b=value`, over the file.
        data_dir: Where the public data sets are.
        progress: Told of each stage.

    Raises:
        ConfigError: The configuration has no such part, or its recipe cannot or must not be trained.
        MissingError: A data set, or floret, is not on this machine.
        OutputError: The folder holds another training, or the pipeline is too large.
    """
    loaded = load_config(config, settings)
    training = EntitiesTraining(
        config=needed(loaded.entities, name="entities", command="models train entities"),
        seed=loaded.seed,
        out=out,
        root=data_root(data_dir or loaded.data_dir),
        ontology=loaded.ontology,
    )
    return train(training, progress=progress)
