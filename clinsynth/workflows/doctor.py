"""`clinsynth doctor`: what is installed, found and missing, and what to do about it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from clinsynth import extras
from clinsynth.data import DATASETS, data_root
from clinsynth.errors import ClinsynthError
from clinsynth.ontology import load_ontology
from clinsynth.training.model_card import read_card
from clinsynth.training.resources import available_bytes
from clinsynth.workflows.models import described, model_folders
from clinsynth.workflows.shipped import RECIPES, budget_of

State = Literal["ok", "warn", "fail"]
_GIB = 2**30
ENOUGH_MEMORY_BYTES = 3 * _GIB  # the demo holds the libraries and the small model, twice with a second worker
ENOUGH_DISK_BYTES = 2 * _GIB


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        state: "ok"; "warn" where something cannot be done; "fail" where nothing works as it should.
        found: What was seen.
        action: What to do about it; empty where nothing needs to be done.
    """

    name: str
    state: State
    found: str
    action: str = ""

    def __str__(self) -> str:
        action = f"; {self.action}" if self.action else ""
        return f"{self.state:4}  {self.name:28}  {self.found}{action}"


def doctor(data_dir: str | Path | None = None) -> tuple[Diagnosis, ...]:
    """Look at Python, packages, models, ontologies, public data sets, disk, memory and cores; changes nothing.

    Args:
        data_dir: Where public data sets lie, instead of `$CLINSYNTH_DATA`.
    """
    return (
        _python(),
        *_packages(),
        *_models(),
        *_ontologies(),
        *_datasets(data_dir),
        _disk(Path.cwd()),
        _memory(),
        _cores(),
        Diagnosis(
            name="network", state="ok", found="not needed: nothing is downloaded unless you say --allow-download"
        ),
    )


def _python() -> Diagnosis:
    from packaging.specifiers import SpecifierSet

    needed = metadata.metadata("clinsynth")["Requires-Python"]
    running = ".".join(map(str, sys.version_info[:3]))
    if running in SpecifierSet(needed):
        return Diagnosis(name="Python", state="ok", found=running)
    action = f"install clinsynth with a Python {needed}"
    return Diagnosis(name="Python", state="fail", found=f"{running}, outside {needed}", action=action)


def _packages() -> Iterator[Diagnosis]:
    from packaging.requirements import Requirement

    needed = [Requirement(text) for text in metadata.requires("clinsynth") or ()]
    here = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [each for each in here if not _fits(each.name, str(each.specifier))]
    yield Diagnosis(name="packages", state="ok", found=f"{len(here) - len(wrong)} of {len(here)} as needed")
    for each in wrong:
        yield Diagnosis(
            name=f"package {each.name}",
            state="fail",
            found=f"{extras.version(each.name)}, {each.specifier or 'any version'} needed",
            action=f'pip install "{each}"',
        )


def _fits(package: str, specifier: str) -> bool:
    from packaging.specifiers import SpecifierSet

    installed = extras.version(package)
    return installed != "absent" and SpecifierSet(specifier).contains(installed, prereleases=True)


def _models() -> Iterator[Diagnosis]:
    try:
        folders = list(model_folders())
    except ClinsynthError as error:
        yield Diagnosis(name="models", state="fail", found=str(error))
        return
    for folder, origin in folders:
        yield _model(folder, origin)
    here = {folder.name for folder, origin in folders if origin == "shipped"}
    for name in RECIPES:
        if name not in here:
            action = f"install clinsynth again from its wheel, or: clinsynth models train {name} --out DIR"
            yield Diagnosis(name=f"model {name}", state="fail", found="not there", action=action)


def _model(folder: Path, origin: str) -> Diagnosis:
    """Say whether a model is whole; one that ships has a card too, and keeps to the room for its kind."""
    name = f"model {folder.name}"
    try:
        model = described(folder, origin)
        if origin == "shipped":
            read_card(folder)
    except ClinsynthError as error:
        return Diagnosis(name=name, state="fail", found=str(error))
    found = f"{model.kind}, {model.parameters}, {model.size}"
    budget = budget_of(model.kind) if origin == "shipped" else None
    if budget is not None and model.n_bytes > budget[1]:
        return Diagnosis(name=name, state="warn", found=found, action=f"more than there is room for ({budget[0]})")
    return Diagnosis(name=name, state="ok", found=found)


def _ontologies() -> Iterator[Diagnosis]:
    try:
        names = sorted(path.parent.name for path in extras.data_dir("ontologies").glob("*/ontology.toml"))
    except ClinsynthError as error:
        yield Diagnosis(name="ontologies", state="fail", found=str(error))
        return
    for name in names:
        yield _ontology(name)


def _ontology(name: str) -> Diagnosis:
    try:
        ontology = load_ontology(name)
    except ClinsynthError as error:
        return Diagnosis(name=f"ontology {name}", state="fail", found=str(error))
    found = f"version {ontology.version}, {len(ontology.concepts)} concepts, {len(ontology.relations)} relations"
    return Diagnosis(name=f"ontology {name}", state="ok", found=found)


def _datasets(data_dir: str | Path | None) -> Iterator[Diagnosis]:
    root = data_root(data_dir)
    for name in DATASETS:
        yield _dataset(name, root)


def _dataset(name: str, root: Path) -> Diagnosis:
    try:
        kind = DATASETS.kind(name)
    except ClinsynthError as error:
        return Diagnosis(name=f"data set {name}", state="fail", found=str(error))
    absent = [file for file in kind.files if not (root / file).exists()]
    if not absent:
        return Diagnosis(name=f"data set {name}", state="ok", found=f"{kind.licence}; in {root}")
    action = f"to use it, get it from {kind.home} and put it there, or name its folder by --data-dir"
    return Diagnosis(name=f"data set {name}", state="warn", found=f"{root / absent[0]} is not there", action=action)


def _disk(folder: Path) -> Diagnosis:
    free = shutil.disk_usage(folder).free
    found = f"{free / _GIB:.1f} GiB free in {folder}"
    if free >= ENOUGH_DISK_BYTES:
        return Diagnosis(name="disk", state="ok", found=found)
    return Diagnosis(name="disk", state="warn", found=found, action="free some space, or choose --out elsewhere")


def _memory() -> Diagnosis:
    free = available_bytes()
    found = f"{free / _GIB:.1f} GiB free"
    if free >= ENOUGH_MEMORY_BYTES:
        return Diagnosis(name="memory", state="ok", found=found)
    action = "close other programs, or run with --workers 1 and a smaller writing.batch_size"
    return Diagnosis(name="memory", state="warn", found=found, action=action)


def _cores() -> Diagnosis:
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Diagnosis(name="cores", state="ok", found=f"{n_cores}; --workers up to that many is worth while")
