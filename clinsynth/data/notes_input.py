"""Notes from anywhere: JSON lines, csv, parquet, a folder of text files, a saved `datasets` set, a corpus of ours.

Everything is streamed. What is wrong is said with its file and line, and never with any of the text.
"""

import csv
import difflib
import hashlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from clinsynth.data.corpus import case_from_row, is_corpus_row, note_from_row
from clinsynth.data.files import MAX_FIELD_CHARACTERS
from clinsynth.errors import InputError
from clinsynth.records import Case, Note
from clinsynth.shingles import Hashes, among
from clinsynth.storage import MAX_LINE_BYTES, read_rows

ROWS_A_BATCH = 64  # of parquet: notes are small, and a batch of long documents still is
IDS_A_MERGE = 1 << 16

_HALF_PAIR = re.compile("[\ud800-\udfff]")

Row = Mapping[str, Any]

DEFAULT_ID = "id"


def read_input(path: str | Path, *, text_field: str = "text", id_field: str = DEFAULT_ID) -> Iterator[Note]:
    """Stream the notes of a file or folder.

    A row without the field "id" is named by its number ("row-17"), a text file by its name. `note_type` and `specialty`
    are taken where a row has them; the rows of a corpus of ours come back with their cases.

    A folder of .txt (or .TXT) is read with the folders in it; a note is named by its path there without the suffix
    ("ward-3/visit"). Hidden files, such as .DS_Store, are passed over; nothing else is: any other file is refused.

    Args:
        path: .jsonl, .csv, .parquet, a folder of .txt or of .parquet, or a folder that `datasets` saved.
        text_field: The column that holds the text.
        id_field: The column that names the note.

    Raises:
        InputError: There is nothing to read, or a row cannot be read; one line says where and why.
    """
    path = Path(path)
    if input_kind(path) == "txt":
        # Listed before the first note is read, so that a file that is none is refused before any work is done.
        return _from_texts(path, list(_text_files(path)) if path.is_dir() else [path])
    return _notes(path, _Reading(text_field=text_field, id_field=id_field))


def read_cases(path: str | Path) -> dict[str, Case]:
    """Read what notes were asked to be about: JSON lines of cases, or a corpus of ours; by the id of the note.

    Raises:
        InputError: A row is no case, an id comes twice, or there is nothing to read.
    """
    path = Path(path)
    cases: dict[str, Case] = {}
    for where, row in _rows(path):
        case = case_from_row(row, where=where)
        if case.id in cases:
            raise InputError(f"{where} repeats the id of a case above; ids must be unique")
        cases[case.id] = case
    if not cases:
        raise InputError(f"{path} is empty; a case a line was expected")
    return cases


def input_kind(path: Path) -> str:
    """Say how a path is read, from its suffix, or for a folder from what lies in it.

    Raises:
        InputError: It is nothing that can be read: it does not exist, or is of no known kind.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist")
    if path.is_dir():
        return _folder_kind(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in {"jsonl", "csv", "parquet", "txt"}:
        known = ".jsonl, .csv, .parquet, a folder of .txt, or a saved datasets folder"
        raise InputError(f'{path} has the suffix "{path.suffix}", which is not known; expected {known}')
    if not path.is_file():
        raise InputError(f"{path} is a device or a pipe, not a file; write what it gives to a file first")
    return kind


def _folder_kind(path: Path) -> str:
    if any((path / name).is_file() for name in ("dataset_info.json", "dataset_dict.json")):
        return "datasets"
    if any(path.glob("*.parquet")):
        return "parquet"
    if any(_is_text(file) for file in path.rglob("*") if not _is_hidden(file.relative_to(path))):
        return "txt"
    raise InputError(f"{path} holds no .txt and no .parquet file, and is no saved datasets folder")


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Stream (where, row) from any form that has rows."""
    readers: dict[str, Callable[[Path], Iterator[tuple[str, Row]]]] = {
        "jsonl": _from_jsonl,
        "csv": _from_csv,
        "parquet": _from_parquet,
        "datasets": _from_datasets,
    }
    kind = input_kind(path)
    if kind not in readers:
        raise InputError(f"{path} has no rows; .jsonl was expected")
    return readers[kind](path)


def _notes(path: Path, reading: "_Reading") -> Iterator[Note]:
    seen = _Seen()
    number = 0
    for number, (where, row) in enumerate(_rows(path), start=1):
        note = reading.note(row, number, where)
        seen.add(note.id, where)
        yield note
    if number == 0:
        raise InputError(f"{path} is empty; a note a row was expected")


class _Seen:
    """The ids so far, as numbers in order, 8 bytes each: a million rows take 8 MB."""

    def __init__(self) -> None:
        self._older: Hashes = np.empty(0, dtype=np.uint64)
        self._newer: set[int] = set()

    def add(self, note_id: str, where: str) -> None:
        digest = hashlib.blake2b(note_id.encode("utf-8"), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        if number in self._newer or among(np.array([number], dtype=np.uint64), self._older)[0]:
            raise InputError(f"{where} repeats the id of a row above; ids must be unique")
        self._newer.add(number)
        if len(self._newer) == IDS_A_MERGE:
            self._older = np.union1d(self._older, np.fromiter(self._newer, dtype=np.uint64))
            self._newer.clear()


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """How a row becomes a note."""

    text_field: str
    id_field: str

    def note(self, row: Row, number: int, where: str) -> Note:
        if self.text_field == "text" and self.id_field == "id" and is_corpus_row(row):
            return note_from_row(row, source=where)
        return Note(
            id=self._id(row, number, where),
            text=self._text(row, where),
            note_type=_word(row.get("note_type")),
            specialty=_word(row.get("specialty")),
            source=where,
        )

    def _text(self, row: Row, where: str) -> str:
        if self.text_field not in row:
            raise InputError(f'{where} has no field "{self.text_field}"; {_meant(self.text_field, row)}')
        text = row[self.text_field]
        if text is None:
            raise InputError(f'{where}: "{self.text_field}" is null; leave the row out or give it a text')
        if not isinstance(text, str):
            raise InputError(
                f'{where}: "{self.text_field}" is {type(text).__name__}, not text; name another --text-field'
            )
        if not text.strip():
            raise InputError(f'{where}: "{self.text_field}" is empty; leave the row out or give it a text')
        return _whole(text, f'{where}: "{self.text_field}"')

    def _id(self, row: Row, number: int, where: str) -> str:
        given = row.get(self.id_field)
        if given is None and self.id_field != DEFAULT_ID:
            raise InputError(f'{where} has no "{self.id_field}"; name the field of the ids by --id-field')
        if given is None:
            return f"row-{number}"
        if isinstance(given, bool) or not isinstance(given, (str, int)):
            raise InputError(
                f'{where}: "{self.id_field}" is {type(given).__name__}; text or a whole number was expected'
            )
        return _whole(str(given), f'{where}: "{self.id_field}"') if str(given).strip() else f"row-{number}"


def _meant(field: str, row: Row) -> str:
    """Name the field that was meant; the others are not listed: a csv file without a header has text there."""
    close = difflib.get_close_matches(field, map(str, row), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else "name the field that holds the text by --text-field"


def _whole(text: str, where: str) -> str:
    """Refuse what JSON can say and no file can hold: one half of a surrogate pair."""
    if _HALF_PAIR.search(text):
        raise InputError(f"{where} holds half of a surrogate pair (\\ud800 to \\udfff); write it as UTF-8")
    return text


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _from_jsonl(path: Path) -> Iterator[tuple[str, Row]]:
    for number, row in read_rows(path):
        yield f"{path}:{number}", row


def _from_csv(path: Path) -> Iterator[tuple[str, Row]]:
    csv.field_size_limit(min(MAX_FIELD_CHARACTERS, sys.maxsize))
    with _opened(path) as file:
        lines = _Lines(path, file)
        rows = _csv_rows(path, lines)
        header = next(rows, ("", []))[1]
        if len(set(header)) < len(header):
            raise InputError(f"{path}:1 names a column twice; give each its own name")
        for where, values in rows:
            if len(values) != len(header):
                raise InputError(f"{where} has {len(values)} columns, the header has {len(header)}")
            yield where, dict(zip(header, values, strict=True))


def _csv_rows(path: Path, lines: "_Lines") -> Iterator[tuple[str, list[str]]]:
    """Stream (where, values); a row is where it begins, for its text may hold line breaks."""
    rows = csv.reader(lines, strict=True)
    while True:
        where = f"{path}:{lines.number + 1}"
        try:
            values = next(rows, None)
        except csv.Error as error:
            reason = "a quote is not closed, or a field is too long" if "field larger" in str(error) else str(error)
            raise InputError(f"{where} is not csv: {reason}") from None
        if values is None:
            return
        if values:
            yield where, values


class _Lines:
    """The lines of a csv file, decoded one by one, so that what is wrong has a line number."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file, self.number = path, file, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE_BYTES:
            limit = MAX_LINE_BYTES // 2**20
            raise InputError(f"{self._path}:{self.number} is longer than {limit} MiB; split it into notes, one a row")
        if b"\0" in line:
            raise InputError(f"{self._path}:{self.number} holds a zero byte; it is no csv file")
        return _decoded(line, f"{self._path}:{self.number}", first=self.number == 1)


def _decoded(line: bytes, where: str, *, first: bool) -> str:
    try:
        return line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{where} is not UTF-8 (byte {error.start}); convert it with iconv") from None


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _from_parquet(path: Path) -> Iterator[tuple[str, Row]]:
    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        yield from _from_parquet_file(file)


def _from_parquet_file(path: Path) -> Iterator[tuple[str, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS_A_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}:{number}", row
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        # What pyarrow says spans lines, and may quote what it found.
        raise InputError(f"{path} is damaged or no parquet file (after row {number}); write it again") from None


def _from_datasets(path: Path) -> Iterator[tuple[str, Row]]:
    import datasets
    import pyarrow as pa

    try:
        saved = datasets.load_from_disk(str(path))
    except (OSError, ValueError, KeyError, pa.ArrowException):
        raise InputError(f"{path} is damaged or was not saved by datasets; save it again") from None
    if isinstance(saved, datasets.DatasetDict):
        first = min(saved)
        raise InputError(f"{path} holds several splits ({', '.join(sorted(saved))}); name one: {path / first}")
    for number, row in enumerate(saved, start=1):
        yield f"{path}:{number}", row


def _from_texts(path: Path, files: Sequence[Path]) -> Iterator[Note]:
    seen = _Seen()
    for file in files:
        where = _written(str(file))
        name = file.relative_to(path).with_suffix("").as_posix() if file != path else file.stem
        seen.add(_written(name), where)
        yield Note(id=_written(name), text=_whole_text(file), source=where)


def _text_files(folder: Path) -> Iterator[Path]:
    """Stream the text files of a folder and of those in it, in order of their names; refuse whatever else is there."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from None
    for entry in entries:
        if _is_hidden(Path(entry.name)):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _text_files(entry)
        elif _is_text(entry):
            yield entry
        else:
            raise InputError(f"{_written(str(entry))} is no .txt file; move it out of the folder, or convert it")


def _is_text(file: Path) -> bool:
    return file.suffix.lower() == ".txt" and file.is_file()


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _written(name: str) -> str:
    r"""Write the name of a file as UTF-8 can: bytes of it that are none as "\xff"."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _whole_text(file: Path) -> str:
    with _opened(file) as opened:
        content = opened.read(MAX_LINE_BYTES + 1)
    if len(content) > MAX_LINE_BYTES:
        raise InputError(f"{file} is longer than {MAX_LINE_BYTES // 2**20} MiB; split it into notes, one a file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{file}:{line} is not UTF-8 (byte {error.start}); convert it with iconv") from None
    if not text.strip():
        raise InputError(f"{file} is empty; leave it out or give it a text")
    return text.replace("\r\n", "\n")
