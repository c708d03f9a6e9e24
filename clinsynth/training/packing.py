"""Documents packed into rows of equal length, none cut unless it is longer than a row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.errors import InputError
from clinsynth.storage import replacing

OPEN_ROWS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One text as a model is trained on it.

    Attributes:
        tokens: The prompt, the text and the end token; integers, shape (n,).
        n_prompt: How many of the tokens are the prompt; a model is not trained to write those.
    """

    tokens: NDArray[np.integer[Any]] = field(repr=False)
    n_prompt: int = 0

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Packed documents.

    Attributes:
        tokens: uint16, shape (rows, length), padded at the end of each row.
        targets: bool, same shape: which tokens a model is trained to predict.
    """

    tokens: NDArray[np.uint16] = field(repr=False)
    targets: NDArray[np.bool_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.tokens)


def pack(documents: Iterable[Document], *, length: int, pad: int) -> Rows:
    """Pack documents whole into rows, each into the fullest row that still has room (best fit, a few rows open).

    A document longer than a row goes on in the next ones. The order of rows follows the order of documents.
    """
    open_rows: list[list[Document]] = []
    closed: list[list[Document]] = []
    for document in documents:
        for part in _parts(document, length):
            _place(part, open_rows, length)
            if len(open_rows) > OPEN_ROWS:
                closed.append(open_rows.pop(_fullest(open_rows)))
    closed.extend(open_rows)
    return _rows(closed, length, pad)


def _parts(document: Document, length: int) -> Iterator[Document]:
    for start in range(0, len(document), length):
        n_prompt = min(max(document.n_prompt - start, 0), length)
        yield Document(tokens=document.tokens[start : start + length], n_prompt=n_prompt)


def _size(row: Sequence[Document]) -> int:
    return sum(map(len, row))


def _fullest(rows: Sequence[Sequence[Document]]) -> int:
    return max(range(len(rows)), key=lambda index: _size(rows[index]))


def _place(document: Document, rows: list[list[Document]], length: int) -> None:
    room = [index for index, row in enumerate(rows) if _size(row) + len(document) <= length]
    if not room:
        rows.append([document])
        return
    rows[max(room, key=lambda index: _size(rows[index]))].append(document)


def _rows(packed: Sequence[Sequence[Document]], length: int, pad: int) -> Rows:
    tokens = np.full((len(packed), length), pad, dtype=np.uint16)
    targets = np.zeros((len(packed), length), dtype=bool)
    for row, documents in enumerate(packed):
        start = 0
        for document in documents:
            end = start + len(document)
            tokens[row, start:end] = document.tokens
            targets[row, start + document.n_prompt : end] = True
            start = end
    return Rows(tokens=tokens, targets=targets)


def write_rows(folder: Path, name: str, rows: Rows) -> None:
    """Keep packed rows on disk, each array whole or not at all."""
    for kind, values in (("targets", rows.targets), ("tokens", rows.tokens)):
        with replacing(folder / f"{name}.{kind}.npy") as file:
            np.save(file, values, allow_pickle=False)


def read_rows(folder: Path, name: str) -> Rows | None:
    """Map rows that were kept before into memory, or give None if they were not.

    Raises:
        InputError: A file is there but holds no array.
    """
    paths = [folder / f"{name}.{kind}.npy" for kind in ("tokens", "targets")]
    if not all(path.is_file() for path in paths):
        return None
    try:
        tokens, targets = (np.load(path, mmap_mode="r", allow_pickle=False) for path in paths)
    except ValueError:
        raise InputError(f"{folder / name} holds no packed tokens; remove the folder and run again") from None
    return Rows(tokens=tokens, targets=targets)
