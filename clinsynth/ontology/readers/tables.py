"""The lines and rows of large tables, one at a time: plain or gzip, with or without a byte order mark, LF or CRLF."""

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from clinsynth.errors import InputError

Row = TypeVar("Row")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that are not blank, with their numbers.

    Raises:
        InputError: It cannot be read, or a line is not UTF-8; the message names the line.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line = _decoded(raw, path, number).rstrip("\r\n")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} cannot be read: {error}") from None


def _decoded(raw: bytes, path: Path, number: int) -> str:
    try:
        return (raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}:{number} is not UTF-8; convert the file with iconv") from None


def gathered(rows: Callable[[], Iterator[tuple[str, Row]]]) -> Iterator[tuple[str, list[Row]]]:
    """Give all rows of an id at once, whatever their order; `rows` starts the reading, and is called twice.

    The first reading counts the rows of each id, the second hands them over when the last one is there. What is held is
    a number for each id, and the rows of the ids that have begun and not ended: one id at a time in a sorted file.
    """
    outstanding = Counter(key for key, _ in rows())
    begun: dict[str, list[Row]] = {}
    for key, row in rows():
        begun.setdefault(key, []).append(row)
        outstanding[key] -= 1
        if not outstanding[key]:
            yield key, begun.pop(key)
