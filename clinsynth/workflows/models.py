"""`clinsynth models`: the models that ship, and those of a local folder."""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clinsynth.errors import InputError, MissingError, nearest
from clinsynth.workflows.hashing import content_hash

SHIPPED_DIR = Path(__file__).resolve().parent.parent / "embedded"
LOCAL_VARIABLE = "CLINSYNTH_MODELS"
MAX_HEADER_BYTES = 100 * 2**20  # what the format allows (github.com/huggingface/safetensors)
_CARD = "README.md"


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model on this machine, as its files describe it.

    Attributes:
        origin: "shipped", or the folder of local models that it was found in.
        n_parameters: Numbers in its weights.
        n_bytes: Of all its files.
    """

    name: str
    folder: Path
    origin: str
    n_parameters: int
    n_bytes: int

    def __str__(self) -> str:
        size = f"{self.n_parameters / 1e6:.1f} M parameters  {self.n_bytes / 2**20:.1f} MiB"
        return f"{self.name}  {size}  {self.origin}  {self.folder}"

    def card(self) -> str:
        """Give its card; a line that there is none where there is none."""
        path = self.folder / _CARD
        return path.read_text(encoding="utf-8") if path.is_file() else f"{self.name} has no card ({path})"

    def sha256(self) -> str:
        """Give the hash of all its files."""
        return content_hash(self.folder)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A model with its hash and its card."""

    model: Model
    sha256: str
    card: str

    def __str__(self) -> str:
        return f"{self.model}\nsha256 {self.sha256}\n\n{self.card}"


def list_models() -> tuple[Model, ...]:
    """List the models that ship, then those of the folder named by `$CLINSYNTH_MODELS`.

    Raises:
        InputError: A model's weights are damaged; `clinsynth doctor` says which are not.
        MissingError: `$CLINSYNTH_MODELS` names no folder.
    """
    return tuple(_described(folder, origin) for folder, origin in model_folders())


def show_model(name: str) -> ModelCard:
    """Show a model: its size, the hash of its files, its card.

    Raises:
        MissingError: There is no such model; the message names the nearest one.
        InputError: Its weights are damaged.
    """
    # Reversed: of two with one name, the one that ships is meant.
    folders = {folder.name: (folder, origin) for folder, origin in reversed(list(model_folders()))}
    if name not in folders:
        raise MissingError(f'there is no model "{name}" here; {nearest(name, folders)}')
    model = _described(*folders[name])
    return ModelCard(model=model, sha256=model.sha256(), card=model.card())


def model_folders() -> Iterator[tuple[Path, str]]:
    """Stream the folders of models, each with its origin: those that ship first.

    Raises:
        MissingError: `$CLINSYNTH_MODELS` names no folder.
    """
    yield from ((folder, "shipped") for folder in _with_weights(SHIPPED_DIR))
    if named := os.environ.get(LOCAL_VARIABLE):
        if not Path(named).is_dir():
            raise MissingError(f"{LOCAL_VARIABLE} names {named}, which is no folder; set it to a folder of models")
        yield from ((folder, named) for folder in _with_weights(Path(named)))


def _with_weights(root: Path) -> list[Path]:
    return sorted({file.parent for file in root.glob("*/*.safetensors")})


def _described(folder: Path, origin: str) -> Model:
    return Model(
        name=folder.name,
        folder=folder,
        origin=origin,
        n_parameters=sum(count_parameters(file) for file in sorted(folder.glob("*.safetensors"))),
        n_bytes=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    )


def count_parameters(path: Path) -> int:
    """Count the numbers in a safetensors file from its header, and check that all of them are there.

    Raises:
        InputError: It is no safetensors file, or is cut off.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, MAX_HEADER_BYTES)))
        tensors = [entry for name, entry in header.items() if name != "__metadata__"]
        end = max((entry["data_offsets"][1] for entry in tensors), default=0)
        n_parameters: int = sum(math.prod(entry["shape"]) for entry in tensors)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        raise InputError(f"{path} is damaged: it is no safetensors file; get it again") from None
    if path.stat().st_size != 8 + length + end:
        raise InputError(f"{path} is damaged: {path.stat().st_size} bytes, {8 + length + end} expected; get it again")
    return n_parameters
