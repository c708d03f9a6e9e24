"""Shards of records on disk: written whole or not at all, the same bytes for the same records.

A file that exists is complete: it is written beside its place under a temporary name and moved there when it is done.
Files are readable by their owner only.
"""

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar, get_args, get_origin, get_type_hints

from clinsynth.errors import InputError, OutputError

R = TypeVar("R")
MAX_LINE_BYTES = 8 * 1024 * 1024


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write that appears at `path` only when the block ends without an error.

    Raises:
        OutputError: The disk is full, or the folder cannot be written to.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(_why_not_written(path, error)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _why_not_written(path: Path, error: OSError) -> str:
    reasons = {
        errno.ENOSPC: "the disk is full; free some space and run the command again, it goes on from here",
        errno.EDQUOT: "your disk quota is used up; free some space and run the command again",
        errno.EACCES: "there is no permission to write there; choose another --out",
        errno.EROFS: "the file system is read-only; choose another --out",
    }
    return f"{path} could not be written: {reasons.get(error.errno or 0, error.strerror or 'unknown reason')}"


def write_text(path: Path, text: str) -> None:
    """Write a whole text file, UTF-8, or nothing."""
    with replacing(path) as file:
        file.write(text.encode())


def write_json(path: Path, value: object) -> None:
    """Write one JSON document, keys in order, indented, or nothing."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=plain) + "\n")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write JSON lines, keys in order, or nothing; give the number of rows."""
    n = 0
    with replacing(path) as file:
        for row in rows:
            file.write(json.dumps(row, sort_keys=True, ensure_ascii=False, default=plain).encode() + b"\n")
            n += 1
    return n


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Stream JSON lines as (line number from 1, row); blank lines are skipped.

    Raises:
        InputError: A line is no JSON object, no UTF-8 or longer than `MAX_LINE_BYTES`; the message names the line.
    """
    try:
        with path.open("rb") as file:
            yield from _rows(path, file)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; a file of JSON lines was expected") from None
    except PermissionError:
        raise InputError(f"{path} cannot be read: permission denied") from None


def _rows(path: Path, file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            limit = MAX_LINE_BYTES // 2**20
            raise InputError(f"{path}:{number} is longer than {limit} MiB; split it into notes, one a line")
        if line.strip():
            yield number, _row(path, number, line)


def _row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    # `from None` everywhere: the errors of json and of codecs carry the text itself.
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}:{number} is not UTF-8 (byte {error.start}); convert it with iconv") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{number} is not JSON (column {error.colno}): {error.msg}") from None
    except ValueError:
        raise InputError(f"{path}:{number} is not JSON: it holds a number of too many digits") from None
    except RecursionError:
        raise InputError(f"{path}:{number} is nested too deeply to be a record") from None
    if not isinstance(row, dict):
        raise InputError(f"{path}:{number} is a JSON {type(row).__name__}; an object with fields was expected")
    return row


def _fields(item: object) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}  # type: ignore[arg-type]


def plain(value: object) -> object:
    """Turn a record, set or path into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def record(kind: type[R], row: object, *, where: str) -> R:
    """Build a record (dataclass, nested ones included) from a row as it was read.

    Raises:
        InputError: A field is missing, unknown or of the wrong kind; the message names it.
    """
    value: R = _value(kind, row, where)
    return value


def _value(kind: Any, value: Any, where: str) -> Any:  # noqa: ANN401 - JSON enters here
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, where)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_value(inner[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping) if isinstance(origin, type) else False:
        if isinstance(value, Mapping):
            return {key: _value(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    elif inner and type(None) in inner:
        return None if value is None else _value(inner[0], value, where)
    elif isinstance(kind, type) and isinstance(value, (kind, int) if kind is float else kind):
        return value
    raise InputError(f"{where}: {getattr(kind, '__name__', kind)} was expected, not {type(value).__name__}")


def _dataclass(kind: type, value: object, where: str) -> object:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: an object with fields was expected, not {type(value).__name__}")
    hints = get_type_hints(kind)
    if unknown := sorted(set(value) - set(hints)):
        raise InputError(f'{where} has an unknown field "{unknown[0]}"')
    given = {name: _value(hints[name], item, f"{where}.{name}") for name, item in value.items()}
    try:
        return kind(**given)
    except TypeError:
        needed = [f.name for f in dataclasses.fields(kind) if f.default is f.default_factory is dataclasses.MISSING]
        missing = [name for name in needed if name not in given]
        raise InputError(f'{where} has no field "{missing[0]}"' if missing else f"{where} is incomplete") from None
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def write_records(path: Path, records: Iterable[object]) -> int:
    """Write records as JSON lines, or nothing; give their number."""
    return write_rows(path, (_fields(item) for item in records))


def read_records(path: Path, kind: type[R]) -> Iterator[R]:
    """Stream the records of a shard.

    Raises:
        InputError: A line is not such a record.
    """
    for number, row in read_rows(path):
        yield record(kind, row, where=f"{path}:{number}")


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]], schema: Any) -> None:  # noqa: ANN401 - a pyarrow schema
    """Write one parquet file, the same bytes for the same rows, or nothing.

    Args:
        path: Where.
        rows: One mapping a row.
        schema: A `pyarrow.Schema`: types do not depend on the rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd")


def digest(*paths: Path) -> str:
    """Give the SHA-256 of files, or of all files of folders, in order of their names: 64 hex digits."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                total.update(file.relative_to(path).as_posix().encode())
                with file.open("rb") as opened:
                    total.update(hashlib.file_digest(opened, "sha256").digest())
    return total.hexdigest()


def shard_path(folder: Path, index: int, suffix: str = "jsonl") -> Path:
    """Name a shard: `notes/00003.jsonl`."""
    return folder / f"{index:05d}.{suffix}"
