"""`clinsynth adapt`: a PEFT adapter on notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinsynth.adapters.loading import adapter_hash
from clinsynth.backbones import BACKBONES
from clinsynth.config import Adapt, Component, Config, Source, load_config, needed
from clinsynth.data import DATASETS
from clinsynth.errors import ConfigError
from clinsynth.training.adapt import fit_adapter
from clinsynth.training.adapted import Adapting
from clinsynth.training.model_card import TrainedOn, trained_on
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.sources import find_adapter, source_notes


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """An adapter to write with."""

    folder: Path
    hash: str


def adapt(
    config: str | Path,
    train: str | None,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Fit an adapter to notes by what stands under "adapt:", and give its folder.

    Interrupted and started again, it goes on from the last checkpoint and ends with the same adapter.

    Args:
        config: A YAML file, or the name of one that ships.
        train: A file of notes, or a named data set, of which the split "adapt" is read; None: as configured.
        out: The folder of the adapter.
        settings: `a.b=value`, over the file.
        data_dir: Where the public data sets are.
        progress: Told of each step.

    Raises:
        ConfigError: The configuration has no such part, or the method or model cannot be adapted.
        InputError: The notes cannot be read, or are too few.
        MissingError: The model or the data set is not on this machine.
        OutputError: The folder holds something else.
        ResourceError: The memory is not there.
    """
    loaded = load_config(config, settings)
    part = needed(loaded.adapt, name="adapt", command="adapt")
    if train is not None:
        part = part.model_copy(update={"train": _source(train)})
    return _fit(loaded, part, out, data_dir=data_dir or loaded.data_dir, progress=progress).folder


def adapt_as_configured(
    config: str | Path,
    out: Path,
    *,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Fit an adapter to the notes that the configuration names; see `adapt`."""
    return adapt(config, None, out, settings=settings, data_dir=data_dir, progress=progress)


def adapter_for(config: Config, folder: Path, *, progress: Progress = silent) -> Fitted | None:
    """Give the adapter that a run writes with: the one it names, else one fitted in `folder`, else None.

    Raises:
        ClinsynthError: As for `adapt`.
    """
    if config.writing.adapter is not None:
        named = find_adapter(config.writing.adapter)
        return Fitted(folder=named, hash=adapter_hash(named))
    if config.adapt is None:
        return None
    return _fit(config, config.adapt, folder, data_dir=config.data_dir, progress=progress)


def _fit(config: Config, part: Adapt, out: Path, *, data_dir: str | Path | None, progress: Progress) -> Fitted:
    options = config.backbone.options
    adapting = Adapting(
        config=part,
        model=base_model(config.backbone),
        out=out,
        seed=config.seed,
        data=_trained_on(part.train),
        ontology=config.ontology,
        chat=options.get("chat"),
        allow_download=bool(options.get("allow_download", False)),
    )
    fitted = fit_adapter(adapting, source_notes(part.train, root=data_dir), progress=progress)
    return Fitted(folder=fitted.folder, hash=fitted.hash)


def base_model(component: Component) -> str:
    """Give the folder or hub id of the model that a backbone writes with.

    Raises:
        ConfigError: It has no weights to adapt.
        MissingError: The model did not come with this installation.
    """
    backbone: Any = BACKBONES.build(component.name, **component.options)
    model = getattr(backbone, "folder", None) or getattr(backbone, "model", None)
    if model is None:
        raise ConfigError(f'backbone "{component.name}" has no weights to adapt; choose another, or leave "adapt:" out')
    return str(model)


def _source(train: str) -> Source:
    return Source(dataset=train, split="adapt") if train in DATASETS else Source(file=train)


def _trained_on(source: Source) -> TrainedOn:
    if source.dataset is None:
        return TrainedOn(dataset=f"notes of {Path(str(source.file)).name}", licence="as of the notes")
    return trained_on(source.dataset, source.split)
