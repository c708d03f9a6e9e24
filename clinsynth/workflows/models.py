"""`clinsynth models`: the models that ship, and those of a local folder."""

import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clinsynth.errors import ClinsynthError, InputError, MissingError, nearest
from clinsynth.training.model_card import PAGE, ModelCard, read_card
from clinsynth.workflows.hashing import content_hash
from clinsynth.workflows.shipped import SHIPPED_DIR, budget_of

LOCAL_VARIABLE = "CLINSYNTH_MODELS"
MAX_HEADER_BYTES = 100 * 2**20  # what the format allows (github.com/huggingface/safetensors)
_WIDTHS = (10, 14, 17, 20, 8, 0)
_PIPELINE = ("config.cfg", "meta.json")  # files of a spaCy pipeline; others name a file meta.json too
_TRAINED = re.compile(r"^\[components\.(\w+)\.model\]$", re.MULTILINE)  # its components that have weights


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model on this machine, as its files describe it.

    Attributes:
        origin: "shipped", or the folder of local models that it was found in.
        n_parameters: Numbers in its weights; None where neither weights nor card tell.
        n_bytes: Of all its files.
        card: What is known of it; None where it has no card of ours.
    """

    name: str
    folder: Path
    origin: str
    n_parameters: int | None
    n_bytes: int
    card: ModelCard | None = field(default=None, repr=False)

    def __str__(self) -> str:
        said = (self.name, self.kind, self.parameters, self.size, self.origin, self.headline or str(self.folder))
        return "  ".join(f"{part:{width}}" for part, width in zip(said, _WIDTHS, strict=True))

    @property
    def kind(self) -> str:
        """What it is, as its card says."""
        return self.card.kind if self.card is not None else "unknown kind"

    @property
    def headline(self) -> str:
        """The first score of its card, beside the baseline; empty where there is none."""
        if self.card is None or not self.card.scores:
            return ""
        first = self.card.scores[0]
        return f"{first.name} ({first.data}): {first.estimate}; {first.baseline.name} {first.baseline.value:.2f}"

    @property
    def parameters(self) -> str:
        """Their number, in words."""
        return "? parameters" if self.n_parameters is None else f"{self.n_parameters / 1e6:.1f} M parameters"

    @property
    def size(self) -> str:
        """What it takes on disk, in decimal megabytes, and of what there is room for where it ships."""
        size = f"{self.n_bytes / 1e6:.1f} MB"
        budget = budget_of(self.kind) if self.origin == "shipped" else None
        return size if budget is None else f"{size}, {self.n_bytes / budget[1]:.0%} of {budget[1] / 1e6:.0f} MB"

    def page(self) -> str:
        """Give the page of its card; a line that there is none where there is none."""
        path = self.folder / PAGE
        # One from elsewhere may be in another encoding.
        known = path.is_file()
        return path.read_text(encoding="utf-8", errors="replace") if known else f"{self.name} has no card ({path})"

    def sha256(self) -> str:
        """Give the hash of all its files."""
        return content_hash(self.folder)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A model with its hash and its card."""

    model: Model
    sha256: str
    page: str

    def __str__(self) -> str:
        return f"{self.model}\nfolder {self.model.folder}\nsha256 {self.sha256}\n\n{self.page}"


def list_models() -> tuple[Model, ...]:
    """List the models that ship, then those of the folder named by `$CLINSYNTH_MODELS`.

    Raises:
        InputError: A model's weights are damaged; `clinsynth doctor` says which are not.
        MissingError: `$CLINSYNTH_MODELS` names no folder.
    """
    return tuple(described(folder, origin) for folder, origin in model_folders())


def show_model(name: str) -> Shown:
    """Show a model: its size, the hash of its files, its card.

    Raises:
        MissingError: There is no such model; the message names the nearest one.
        InputError: Its weights are damaged.
    """
    # Reversed: of two with one name, the one that ships is meant.
    folders = {folder.name: (folder, origin) for folder, origin in reversed(list(model_folders()))}
    if name not in folders:
        raise MissingError(f'there is no model "{name}" here; {nearest(name, folders)}')
    model = described(*folders[name])
    return Shown(model=model, sha256=model.sha256(), page=model.page())


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
    held = {file.parent for file in root.glob("*/*.safetensors")}
    return sorted(held | {file.parent for file in root.glob(f"*/{_PIPELINE[0]}") if _is_pipeline(file.parent)})


def _is_pipeline(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _PIPELINE)


def described(folder: Path, origin: str) -> Model:
    """Describe the model of a folder from its files.

    Raises:
        InputError: Its weights are damaged.
    """
    card = _card(folder)
    counted = sum(count_parameters(file) for file in sorted(folder.glob("*.safetensors")))
    if _is_pipeline(folder):
        check_pipeline(folder)
    return Model(
        name=folder.name,
        folder=folder,
        origin=origin,
        n_parameters=counted or (card.n_parameters if card is not None else None),
        n_bytes=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        card=card,
    )


def _card(folder: Path) -> ModelCard | None:
    """Give the card of a model, or None: a model from elsewhere may have another, or none."""
    try:
        return read_card(folder)
    except ClinsynthError:
        return None


def check_pipeline(folder: Path) -> None:
    """Check that the weights of each component of a spaCy pipeline that has some are there and whole.

    Raises:
        InputError: The pipeline is damaged; the message names the file.
    """
    import srsly  # type: ignore[import-untyped]

    try:
        trained = _TRAINED.findall((folder / _PIPELINE[0]).read_text(encoding="utf-8"))
        for component in trained:
            srsly.msgpack_loads((folder / component / "model").read_bytes())
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}; get the model again") from None
    except ValueError:
        raise InputError(f"{folder} is damaged: the weights of a component break off; get it again") from None


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
