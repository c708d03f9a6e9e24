"""Where pretraining stands, on disk: killed at any moment, it goes on from the last checkpoint."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from clinsynth.errors import InputError, OutputError
from clinsynth.storage import read_rows, replacing, write_json, write_rows

if TYPE_CHECKING:
    from torch import Tensor

WORK = "training"  # the folder, inside the model's, that holds what only training needs


def recipe_hash(config: BaseModel, *, seed: int) -> str:
    """Give the SHA-256 of a recipe, a section of the configuration with its seed: 64 hex digits."""
    told = json.dumps({type(config).__name__.lower(): config.model_dump(mode="json"), "seed": seed}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def claim(out: Path, recipe: str) -> None:
    """Take a folder for one recipe, or find that it is already its own.

    Raises:
        OutputError: Another recipe is being trained there, or the folder holds something else, or is none.
    """
    path = out / WORK / "recipe.json"
    if path.is_file():
        if json.loads(path.read_text())["sha256"] != recipe:
            raise OutputError(f"{out} holds the training of another recipe; choose another --out or remove it")
        return
    _check_free(out)
    write_json(path, {"sha256": recipe})


def _check_free(out: Path) -> None:
    try:
        found = {path.name for path in out.iterdir()}
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise OutputError(f"{out} is a file, or lies below one; choose a folder for --out") from None
    except OSError as error:
        raise OutputError(f"{out} cannot be read: {error.strerror}; choose another --out") from None
    # Killed as it began, a training leaves its own folder and nothing else.
    if found - {WORK}:
        raise OutputError(f"{out} holds something that is no training; choose an empty folder, or a new one, for --out")


def save(out: Path, tensors: Mapping[str, "Tensor"], *, step: int) -> None:
    """Put a checkpoint in the place of the one before it."""
    from safetensors.torch import save as to_bytes

    contiguous = {name: value.contiguous() for name, value in tensors.items()}
    with replacing(out / WORK / "checkpoint.safetensors") as file:
        file.write(to_bytes(contiguous, metadata={"step": str(step)}))


def load(out: Path) -> tuple[int, dict[str, "Tensor"]] | None:
    """Give the step that comes next and the tensors of the last checkpoint, or None if there is none yet.

    Raises:
        InputError: The file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = out / WORK / "checkpoint.safetensors"
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            return int(file.metadata()["step"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError:
        raise InputError(f"{path} is damaged; remove it to train from the start") from None


class TrainLog:
    """The log of a training, JSON lines; what was logged after the last checkpoint is written anew."""

    def __init__(self, path: Path, *, step: int) -> None:
        """Open the log at a step: later lines of a run that was killed are dropped."""
        self._path = path
        if path.is_file():
            _drop_unfinished(path)
        kept = [row for _, row in read_rows(path) if row["step"] <= step] if path.is_file() else []
        write_rows(path, kept)

    def add(self, row: Mapping[str, Any]) -> None:
        """Add one line; it has a step."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, sort_keys=True) + "\n")


def _drop_unfinished(path: Path) -> None:
    """Cut off a last line that was being written when the machine stopped."""
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])
