"""`clinsynth adapt`: a PEFT adapter on notes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clinsynth.backbones import BACKBONES
from clinsynth.config import Adapt, Component, Config, load_config, needed
from clinsynth.data import DATASETS
from clinsynth.errors import ConfigError
from clinsynth.recipes import Source
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.training.adapt import fit_adapter
from clinsynth.training.adapted import COMMAND, Adapting
from clinsynth.training.model_card import TrainedOn, trained_on
from clinsynth.workflows.fitted import Adapters, Fitted, named_adapters
from clinsynth.workflows.own_texts import OwnWriting
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.sources import source_notes

_OWN = TrainedOn(dataset="texts that the model wrote for planned cases, those without a fault", licence="Apache-2.0")


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
    """Fit an adapter that ships again, to the notes that its configuration names; see `adapt`."""
    loaded = load_config(config, settings)
    part = needed(loaded.adapt, name="adapt", command="models train")
    command = f"clinsynth models train {loaded.name} --out DIR --data-dir DATA"
    data = data_dir or loaded.data_dir
    return _fit(loaded, part, out, data_dir=data, progress=progress, command=command).folder


def adapters_for(config: Config, folder: Path, *, progress: Progress = silent) -> Adapters:
    """Give the adapters that a run writes with: those it names, else one fitted in `folder`, else none.

    Raises:
        ClinsynthError: As for `adapt`.
    """
    named = named_adapters(config.writing)
    if named.default is not None or config.adapt is None:
        return named
    fitted = _fit(config, config.adapt, folder, data_dir=config.data_dir, progress=progress)
    if not config.adapt.note_types:
        return replace(named, default=fitted)
    # Those that are named go first: they were chosen by hand.
    return replace(named, by_type=dict.fromkeys(config.adapt.note_types, fitted) | dict(named.by_type))


def _fit(
    config: Config,
    part: Adapt,
    out: Path,
    *,
    data_dir: str | Path | None,
    progress: Progress,
    command: str = COMMAND,
) -> Fitted:
    options = config.backbone.options
    adapting = Adapting(
        config=part,
        model=base_model(config.backbone),
        out=out,
        seed=config.seed,
        data=_trained_on(part.train),
        besides=(_OWN,) if part.own is not None else (),
        command=command,
        ontology=config.ontology,
        chat=options.get("chat"),
        allow_download=bool(options.get("allow_download", False)),
    )
    notes: Iterable[Note] = _learnt_from(part, data_dir)
    if part.own is None:
        fitted = fit_adapter(adapting, notes, progress=progress)
    else:
        notes = sorted(notes, key=lambda note: derive_seed(config.seed, "own", note.id))[: part.own.n_real]
        own = OwnWriting(config=config, adapting=adapting, own=part.own)
        adapting = replace(adapting, own_from=_hash_of(own.hash, *(f"{note.id}\n{note.text}" for note in notes)))
        fitted = fit_adapter(adapting, notes, own=own.pairs(progress=progress), progress=progress)
    return Fitted(folder=fitted.folder, hash=fitted.hash)


def _hash_of(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


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


def _learnt_from(part: Adapt, data_dir: str | Path | None) -> Iterator[Note]:
    """Stream the notes of the types that the adapter is for."""
    notes = source_notes(part.train, root=data_dir)
    return (note for note in notes if not part.note_types or note.note_type in part.note_types)


def _source(train: str) -> Source:
    return Source(dataset=train, split="adapt") if train in DATASETS else Source(file=train)


def _trained_on(source: Source) -> TrainedOn:
    if source.dataset is None:
        return TrainedOn(dataset=f"notes of {Path(str(source.file)).name}", licence="as of the notes")
    return trained_on(source.dataset, source.split)
