"""Finding and opening the files of a data set."""

import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from clinsynth.data import data_root
from clinsynth.errors import InputError, MissingError, nearest

# The longest field that a csv row may hold: longer ones are no notes, and the default of 128 KiB is too short for some.
MAX_FIELD_CHARACTERS = 8 * 1024 * 1024


def find(root: Path | None, file: str, *, title: str, home: str) -> Path:
    """Find one file of a data set below the data folder.

    Raises:
        MissingError: It is not there; one line says where it was looked for, where it comes from and where to put it.
    """
    folder = data_root(root)
    path = folder / file
    if not path.is_file():
        raise MissingError(
            f"{title} is not on this machine: {path} does not exist; get it from {home} and put it there, "
            "or name the folder that holds it by --data-dir or CLINSYNTH_DATA"
        )
    return path


def check_split(name: str, split: str, splits: tuple[str, ...]) -> None:
    """Refuse a split that a data set does not have.

    Raises:
        InputError: There is no such split; the message names the nearest one.
    """
    if split not in splits:
        raise InputError(f'{name} has no split "{split}"; {nearest(split, splits)}')


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a packed or coded file is read into one line."""
    try:
        yield
    except (gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, EOFError):
        raise InputError(f"{path} is damaged: it cannot be unpacked; get it again") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; get it again") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def csv_rows(path: Path, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Stream a csv file (packed by gzip if named .gz) as (row number from 1, row).

    Raises:
        InputError: A column is missing, or the file is damaged.
    """
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    with reading(path), _unpacked(path) as file:
        rows = csv.DictReader(file)
        if missing := sorted(set(columns) - set(rows.fieldnames or ())):
            raise InputError(f'{path} has no column "{missing[0]}"; get it again')
        try:
            yield from enumerate(rows, start=1)
        except csv.Error as error:
            raise InputError(f"{path}:{rows.line_num} is not csv: {error}") from None


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Stream a text file (packed by gzip or xz if named .gz or .xz) as (line number from 1, line without its end)."""
    with reading(path), _unpacked(path) as file:
        for number, line in enumerate(file, start=1):
            yield number, line.rstrip("\r\n")


def _unpacked(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def zipped(path: Path, *, suffix: str) -> Iterator[tuple[str, io.BytesIO]]:
    """Stream the members of a zip file whose names end in `suffix`, in order of their names.

    Raises:
        InputError: The file is damaged.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(suffix)):
            yield name, io.BytesIO(archive.read(name))
