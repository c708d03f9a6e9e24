"""The card of a model's folder: `card.json`, and the page `README.md` that is put from it."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from clinsynth.errors import InputError, MissingError
from clinsynth.extras import version
from clinsynth.storage import write_text
from clinsynth.training.card_page import render_model_card
from clinsynth.training.card_record import (
    Base,
    Baseline,
    Measuring,
    ModelCard,
    Score,
    TrainedOn,
    as_card,
    score,
    trained_on,
)

__all__ = [
    "Base",
    "Baseline",
    "Measuring",
    "ModelCard",
    "Score",
    "TrainedOn",
    "add_scores",
    "as_card",
    "library_versions",
    "page_of",
    "read_card",
    "render_model_card",
    "score",
    "this_machine",
    "trained_on",
    "write_card",
]

CARD, PAGE, SAMPLES = "card.json", "README.md", "samples.md"


def this_machine() -> str:
    """Describe this machine without naming it: "x86_64, 2 cores, no accelerator"."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{platform.machine()}, {cores} cores, {_accelerator()}"


def _accelerator() -> str:
    import torch

    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else "no accelerator"


def library_versions(*packages: str) -> dict[str, str]:
    """Give the versions of ours and of the packages that decided the weights."""
    return {package: version(package) for package in ("clinsynth", *packages)}


def read_card(folder: Path) -> ModelCard:
    """Read the card of a model's folder.

    Raises:
        MissingError: It has none.
        InputError: It is not such a card; the message names the field.
    """
    path = folder / CARD
    if not path.is_file():
        raise MissingError(f"{folder} has no {CARD}; a model that was trained by clinsynth has one")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise InputError(f"{path} is no JSON; get the model again") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is no JSON object; get the model again")
    return as_card(content, where=str(path))


def write_card(folder: Path, card: ModelCard | Mapping[str, Any]) -> ModelCard:
    """Write `card.json` and the page put from it; what `samples.md` of the folder holds goes below the page.

    Raises:
        InputError: The facts are not those of a card.
        OutputError: The folder cannot be written to.
    """
    checked = as_card(card)
    # The order of the facts is that of the page, so keys are not sorted.
    told = json.dumps(checked.model_dump(mode="json"), indent=2, ensure_ascii=False)
    write_text(folder / CARD, told + "\n")
    write_text(folder / PAGE, page_of(folder, checked))
    return checked


def page_of(folder: Path, card: ModelCard) -> str:
    """Give the page that belongs in a model's folder."""
    samples = folder / SAMPLES
    return render_model_card(card, samples=samples.read_text(encoding="utf-8") if samples.is_file() else "")


def add_scores(
    folder: Path, scores: Iterable[Score], *, memorisation: Mapping[str, JsonValue] | None = None
) -> ModelCard:
    """Put scores on the card of a model's folder; one of the same name, data and baseline is replaced in its place.

    Raises:
        MissingError: The folder has no card.
        InputError: Its card is damaged.
        OutputError: The folder cannot be written to.
    """
    card = read_card(folder)
    merged = {_key(each): each for each in (*card.scores, *scores)}
    changes = {"scores": tuple(merged.values()), "memorisation": {**card.memorisation, **(memorisation or {})}}
    return write_card(folder, card.model_copy(update=changes))


def _key(each: Score) -> tuple[str, str, str]:
    return each.name, each.data, each.baseline.name
