"""The folder of a run: claimed by one configuration, resumed only by the same."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from clinsynth import extras
from clinsynth.config import Config, dump_config, read_yaml
from clinsynth.errors import OutputError
from clinsynth.storage import write_text

# Where work runs does not change what is written; everything else does.
FREE = ("engine", "data_dir")
RECORD = "run.yaml"
LOCK = ".lock"


@contextmanager
def held(out: Path, *, record: str) -> Iterator[None]:
    """Hold a folder for this process: an empty or new one, or one that has `record` from an earlier time.

    Raises:
        OutputError: It holds something else or cannot be written to, or another process works in it.
    """
    _make(out)
    strange = [path.name for path in out.iterdir() if path.name != LOCK and not path.match(f".{record}.*.part")]
    if strange and not (out / record).is_file():
        raise OutputError(f"{out} holds other files ({min(strange)}); choose an empty or a new folder for --out")
    with os.fdopen(os.open(out / LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{out} is in use by another clinsynth process; wait, or choose another --out") from None
        for left in out.rglob(".*.part"):
            left.unlink()
        yield


@contextmanager
def claimed(out: Path, config: Config) -> Iterator[Path]:
    """Hold a folder for one run of one configuration.

    Raises:
        OutputError: It holds something else, another configuration or other versions; or another process runs in it.
    """
    with held(out, record=RECORD):
        _compare(out, config)
        yield out


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise OutputError(f"{out} is a file; --out names a folder") from None
    except OSError as error:
        raise OutputError(f"{out} cannot be made: {error.strerror}; choose another --out") from None
    if not os.access(out, os.W_OK | os.R_OK):
        raise OutputError(f"{out} cannot be written to; choose another --out")


def _compare(out: Path, config: Config) -> None:
    """Write `run.yaml` and the versions once; afterwards refuse whatever differs from them."""
    record, versions = out / RECORD, out / "work" / "versions.yaml"
    if record.exists():
        now = _flat(config.model_dump(mode="json"))
        _refuse_change(out, _flat(_read(record)), now, "with another configuration")
        if versions.exists():  # work/ may be deleted when a run is done
            _refuse_change(out, _read(versions), extras.versions(), "by other versions")
            return
    write_text(record, dump_config(config))  # first: by this file the folder is known as ours
    write_text(versions, yaml.safe_dump(extras.versions()))


def _read(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise OutputError(f"{path} is not what clinsynth writes; choose another --out")
    return content


def _refuse_change(out: Path, before: Mapping[str, Any], now: Mapping[str, Any], how: str) -> None:
    changed = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    if changed:
        key = changed[0]
        raise OutputError(
            f"{out} was begun {how}: {key} was {before.get(key)} and is {now.get(key)}; "
            "choose another --out, or go back to it to resume"
        )


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if not prefix and key in FREE:
            continue
        flat |= _flat(item, f"{prefix}{key}.") if isinstance(item, Mapping) and item else {f"{prefix}{key}": item}
    return flat
