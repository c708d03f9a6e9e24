"""The adapters that a run writes with: one for all notes, or one for each family of note types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinsynth.adapters.loading import adapter_hash
from clinsynth.config import Writing
from clinsynth.workflows.sources import find_adapter


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """An adapter to write with.

    Attributes:
        hash: SHA-256 of its weights and configuration.
    """

    folder: Path
    hash: str


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """Which adapter writes which notes.

    Attributes:
        default: Writes what no other is for; None: the bare model does.
        by_type: By note type.
    """

    default: Fitted | None = None
    by_type: Mapping[str, Fitted] = field(default_factory=dict)

    def of(self, note_type: str) -> Fitted | None:
        """Give the adapter for a type of note."""
        return self.by_type.get(note_type, self.default)

    def hashes(self) -> dict[str, str]:
        """Give the hash of each, by what it is for, as provenance shows it."""
        default = {"adapter": self.default.hash} if self.default else {}
        return default | {f"adapter of {note_type}": each.hash for note_type, each in self.by_type.items()}

    def spec(self) -> dict[str, Any]:
        """Put this in a form that a job's specification can hold."""
        return {
            "default": _written(self.default),
            "by_type": {note_type: _written(each) for note_type, each in self.by_type.items()},
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Adapters":
        """Read what `spec` gave."""
        by_type = {note_type: _read(each) for note_type, each in spec["by_type"].items()}
        return cls(
            default=_read(spec["default"]), by_type={name: each for name, each in by_type.items() if each is not None}
        )


def named_adapters(writing: Writing) -> Adapters:
    """Find the adapters that a configuration names.

    Raises:
        MissingError: One is not there.
        InputError: One is damaged.
    """
    default = fitted_in(find_adapter(writing.adapter)) if writing.adapter is not None else None
    return Adapters(
        default=default, by_type={name: fitted_in(find_adapter(each)) for name, each in writing.adapters.items()}
    )


def fitted_in(folder: Path) -> Fitted:
    """Give the adapter of a folder, with its hash."""
    return Fitted(folder=folder, hash=adapter_hash(folder))


def _written(fitted: Fitted | None) -> dict[str, str] | None:
    return None if fitted is None else {"folder": str(fitted.folder), "hash": fitted.hash}


def _read(written: Mapping[str, str] | None) -> Fitted | None:
    return None if written is None else Fitted(folder=Path(written["folder"]), hash=written["hash"])
