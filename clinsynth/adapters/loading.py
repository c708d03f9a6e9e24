"""Adapters as folders: saved with their card, named by their hash, merged into plain models."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinsynth.checkpoints import check_is_adapter, load_model, load_tokenizer, merged, public_name, without_bars
from clinsynth.errors import OutputError
from clinsynth.storage import digest, write_json

if TYPE_CHECKING:
    from peft import PeftModel

CARD = "card.json"
_WEIGHTS = ("adapter_config.json", "adapter_model.safetensors")


def save_adapter(peft_model: "PeftModel", folder: Path | str, card: Mapping[str, Any]) -> str:
    """Save the active adapter and its card, whole or not at all; give its hash.

    The folder of the base model is not part of what is saved, so that the same adapter has the same hash anywhere.

    Raises:
        OutputError: There is no space or permission, or the folder holds something that is no adapter.
    """
    with _replacing_folder(Path(folder), known=_WEIGHTS[0]) as part:
        # False: looking whether the vocabulary was changed would ask the hub.
        peft_model.save_pretrained(
            str(part), selected_adapters=[peft_model.active_adapter], save_embedding_layers=False
        )
        _gather(part, peft_model.active_adapter)
        write_json(part / CARD, dict(card))
    return adapter_hash(folder)


def adapter_hash(folder: Path | str) -> str:
    """Give the SHA-256 of an adapter's weights and configuration: 64 hex digits.

    Raises:
        MissingError: There is no such folder.
        InputError: It holds no adapter.
    """
    check_is_adapter(str(folder))
    return digest(*(Path(folder) / name for name in _WEIGHTS))


def merge_adapter(model_folder: Path | str, adapter_folder: Path | str, out: Path | str) -> None:
    """Add an adapter into the weights of its model and save a plain model with its tokenizer.

    The sum is made in float32 and stored in the precision of the model.

    Raises:
        MissingError: The model or the adapter is not on this machine.
        ConfigError: They do not fit, or the method cannot be merged.
        OutputError: There is no space or permission, or the folder holds something that is no model.
    """
    model = load_model(str(model_folder), dtype="auto", device="cpu")
    stored = model.dtype
    plain = merged(model.float(), str(adapter_folder)).to(stored)
    tokenizer = load_tokenizer(str(model_folder))
    card = {"base": public_name(model.name_or_path), "adapter_hash": adapter_hash(adapter_folder), "merged": True}
    with _replacing_folder(Path(out), known="config.json") as part:
        with without_bars():
            plain.save_pretrained(str(part))
        tokenizer.save_pretrained(str(part))
        write_json(part / CARD, card)


def _gather(part: Path, adapter: str) -> None:
    """Put one adapter's files in the folder itself, with a configuration that names no place on this machine."""
    if (part / adapter).is_dir():
        for file in (part / adapter).iterdir():
            file.replace(part / file.name)
        (part / adapter).rmdir()
    (part / "README.md").unlink(missing_ok=True)  # PEFT's form with blanks; our card says what is known
    config = json.loads((part / _WEIGHTS[0]).read_text(encoding="utf-8"))
    for name in ("base_model_name_or_path", "tokenizer_name_or_path"):
        if config.get(name):
            config[name] = public_name(config[name])
    for name in ("target_modules", "feedforward_modules"):
        if isinstance(config.get(name), list):
            config[name] = sorted(config[name])  # a set to PEFT: its order changes from process to process
    write_json(part / _WEIGHTS[0], config)


@contextlib.contextmanager
def _replacing_folder(folder: Path, *, known: str) -> Iterator[Path]:
    """Fill a folder beside its place and move it there when it is whole; it may replace one that has a `known` file."""
    if folder.exists() and not (folder / known).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} holds something else (no {known}); choose another folder")
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
        yield part
        if folder.exists():
            shutil.rmtree(folder)
        part.replace(folder)
    except OSError as error:
        raise OutputError(f"{folder} could not be written: {error.strerror or 'unknown reason'}") from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
