"""Packing documents into rows."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.errors import InputError
from clinsynth.training.packing import Document, pack, read_rows, write_rows

PAD = 1
LENGTH = 16


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Draw documents of up to two rows and a half, each with a number of its own in every token."""
    sizes = draw(st.lists(st.integers(1, 2 * LENGTH + 8), max_size=30))
    return [
        Document(tokens=np.full(size, number, dtype=np.uint16), n_prompt=draw(st.integers(0, size)))
        for number, size in enumerate(sizes, start=2)
    ]


@given(given_documents=documents())
def test_no_token_is_lost_or_doubled(given_documents: list[Document]) -> None:
    """The rows hold the tokens of all documents, as often as these do, and padding."""
    rows = pack(given_documents, length=LENGTH, pad=PAD)
    held = Counter(token for row in rows.tokens for token in row.tolist() if token != PAD)
    assert held == Counter({int(document.tokens[0]): len(document) for document in given_documents})


@given(given_documents=documents())
def test_targets_are_the_texts(given_documents: list[Document]) -> None:
    """What is not prompt and not padding is to be predicted, and nothing else."""
    rows = pack(given_documents, length=LENGTH, pad=PAD)
    wanted = Counter(int(token) for token in rows.tokens[rows.targets])
    expected = {int(document.tokens[0]): len(document) - document.n_prompt for document in given_documents}
    assert wanted == Counter({token: n for token, n in expected.items() if n})


@given(given_documents=documents())
def test_documents_that_fit_stay_whole(given_documents: list[Document]) -> None:
    """A document no longer than a row lies in one row, without a gap."""
    rows = pack(given_documents, length=LENGTH, pad=PAD)
    for document in given_documents:
        if len(document) > LENGTH:
            continue
        places = np.argwhere(rows.tokens == document.tokens[0])
        assert len(set(places[:, 0].tolist())) == 1
        assert places[-1, 1] - places[0, 1] + 1 == len(document)


def test_rows_come_back_from_disk(tmp_path: Path) -> None:
    """Rows that were kept are read back the same, and missing ones are None."""
    rows = pack([Document(tokens=np.arange(2, 30, dtype=np.uint16), n_prompt=3)], length=LENGTH, pad=PAD)
    assert read_rows(tmp_path, "stage-0") is None
    write_rows(tmp_path, "stage-0", rows)
    kept = read_rows(tmp_path, "stage-0")
    assert kept is not None
    assert np.array_equal(kept.tokens, rows.tokens)
    assert np.array_equal(kept.targets, rows.targets)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A file that is no array gives one line that says what to do."""
    for kind in ("tokens", "targets"):
        (tmp_path / f"stage-0.{kind}.npy").write_bytes(b"not an array")
    with pytest.raises(InputError, match="holds no packed tokens; remove"):
        read_rows(tmp_path, "stage-0")
