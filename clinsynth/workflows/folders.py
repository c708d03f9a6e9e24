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
        yield


@contextmanager
def claimed(out: Path, config: Config, inputs: Mapping[str, str]) -> Iterator[Path]:
    """Hold a folder for one run of one configuration.

    Args:
        out: The folder.
        config: As resolved.
        inputs: Hashes of what the run reads, by what it is to the run.

    Raises:
        OutputError: It holds something else, another configuration, other versions or inputs; or another process runs
            in it.
    """
    with held(out, record=RECORD):
        _compare(out, config, inputs)
        remove_parts(out)
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


def remove_parts(out: Path) -> None:
    """Remove what a process that was killed left half-written; only in a folder that has proved to be ours."""
    for left in out.rglob(".*.part"):
        left.unlink()


def _compare(out: Path, config: Config, inputs: Mapping[str, str]) -> None:
    """Write `run.yaml`, the inputs and the versions once; afterwards refuse whatever differs from them."""
    record, versions, read = out / RECORD, out / "work" / "versions.yaml", out / "work" / "inputs.yaml"
    if record.exists():
        now = _flat(config.model_dump(mode="json"))
        _refuse_change(out, _flat(read_record(record)), now, "with another configuration")
    if versions.exists() and record.exists():  # work/ may be deleted when a run is done
        _refuse_change(out, read_record(versions), extras.versions(), "by other versions")
    else:
        write_text(record, dump_config(config))  # first: by this file the folder is known as ours
        write_text(versions, yaml.safe_dump(extras.versions()))
    if read.exists():
        _refuse_other(out, read_record(read), inputs)
    else:
        write_text(read, yaml.safe_dump(dict(inputs)))


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of a folder.

    Raises:
        OutputError: It is not what we write there.
    """
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


def _refuse_other(out: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse inputs of other content; the hashes would tell the user nothing."""
    changed = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    if changed:
        raise OutputError(
            f"{out} was begun with another {changed[0]}: its content has changed; "
            "choose another --out, or go back to it to resume"
        )


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if not prefix and key in FREE:
            continue
        flat |= _flat(item, f"{prefix}{key}.") if isinstance(item, Mapping) and item else {f"{prefix}{key}": item}
    return flat
