"""Shards on disk."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.errors import InputError, OutputError
from clinsynth.records import Case, Fact, Finding, Note, Origin, Span
from clinsynth.storage import digest, read_records, read_rows, record, replacing, write_records, write_rows

texts = st.text(max_size=30)
spans = st.builds(lambda start, n: Span(start=start, end=start + n), st.integers(0, 99), st.integers(1, 9))
facts = st.builds(
    Fact,
    id=texts,
    kind=texts,
    subject=texts,
    relation=texts,
    value=texts,
    code=st.none() | texts,
    negated=st.booleans(),
)
cases = st.builds(
    Case,
    id=texts,
    note_type=texts,
    specialty=texts,
    attributes=st.dictionaries(texts, texts, max_size=3),
    facts=st.lists(facts, max_size=3).map(tuple),
)
origins = st.builds(
    Origin,
    template=texts,
    template_hash=texts,
    backbone=texts,
    adapter_hash=st.none() | texts,
    seed=st.integers(0, 2**63 - 1),
    attempt=st.integers(0, 9),
    versions=st.dictionaries(texts, texts, max_size=2),
)
notes = st.builds(
    Note,
    id=texts,
    text=texts,
    case=st.none() | cases,
    stated=st.dictionaries(texts, st.lists(spans, max_size=2).map(tuple), max_size=2),
    written=st.lists(spans, max_size=2).map(tuple),
    origin=st.none() | origins,
)


@given(st.lists(notes, max_size=3))
def test_records_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, written: list[Note]) -> None:
    """What is written to a shard is what is read from it."""
    path = tmp_path_factory.mktemp("shard") / "00000.jsonl"
    write_records(path, written)
    assert list(read_records(path, Note)) == written


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    """A file that exists is complete: an error while writing changes nothing and leaves nothing beside it."""
    path = tmp_path / "rows.jsonl"
    write_rows(path, [{"a": 1}])

    def broken() -> object:
        yield {"a": 2}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_rows(path, broken())  # type: ignore[arg-type]
    assert path.read_text() == '{"a": 1}\n'
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


def test_outputs_are_their_owners_only(tmp_path: Path) -> None:
    """Nobody else can read what is written."""
    write_rows(tmp_path / "sub" / "rows.jsonl", [{"a": 1}])
    assert stat.S_IMODE((tmp_path / "sub" / "rows.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "sub").stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A folder that is a file is an error of one line with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="could not be written") as caught, replacing(tmp_path / "file" / "x"):
        pass
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}\n{"a": \n', r"rows.jsonl:2 is not JSON"),
        (b'{"a": "\xff"}\n', r"rows.jsonl:1 is not UTF-8"),
        (b"[1]\n", r"rows.jsonl:1 is a JSON list"),
        (b'{"a": "' + b"x" * (9 << 20) + b'"}\n', r"rows.jsonl:1 is longer than 8 MiB"),
        (b"[" * 200_000 + b"\n", r"rows.jsonl:1 is nested too deeply"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, content: bytes, message: str) -> None:
    """File, line and fault; nothing of the line's content."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "f1"}, 'has no field "kind"'),
        ({"id": "f1", "colour": "red"}, 'unknown field "colour"'),
        ({"id": 3}, "str was expected, not int"),
    ],
)
def test_a_row_that_is_no_record_names_the_field(row: dict[str, object], message: str) -> None:
    """Missing, unknown and mistyped fields are named."""
    with pytest.raises(InputError, match=message):
        record(Fact, row, where="facts.jsonl:1")


def test_a_finding_out_of_range_is_refused() -> None:
    """A score lies between 0 and 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        Finding(note_id="n", check="c", code="c/x", score=1.5)


def test_note_text_is_not_in_a_repr() -> None:
    """The repr of a note shows no text and no facts of its case."""
    case = Case(id="c", note_type="t", specialty="s", attributes={"age": "XYZZY"}, facts=())
    assert "XYZZY" not in repr(Note(id="n", text="XYZZY", case=case))


def test_a_digest_sees_names_and_contents(tmp_path: Path) -> None:
    """Renaming or changing a file changes the digest of its folder."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    first = digest(tmp_path / "a")
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    second = digest(tmp_path / "a")
    (tmp_path / "a" / "y").write_text("2")
    assert len({first, second, digest(tmp_path / "a")}) == 3


def test_a_killed_write_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    """A process that dies between two rows leaves no file under the final name."""
    code = (
        "import os, signal, sys; from pathlib import Path; from clinsynth.storage import write_rows\n"
        "def rows():\n    yield {'a': 1}\n    os.kill(os.getpid(), signal.SIGKILL)\n    yield {}\n"
        "write_rows(Path(sys.argv[1]), rows())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "rows.jsonl")], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "rows.jsonl").exists()


def test_rows_are_the_same_bytes_for_the_same_values(tmp_path: Path) -> None:
    """The order in which keys were set does not show."""
    write_rows(tmp_path / "one", [{"a": 1, "b": {"d": 1, "c": 2}}])
    write_rows(tmp_path / "two", [{"b": {"c": 2, "d": 1}, "a": 1}])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert json.loads((tmp_path / "one").read_text()) == {"a": 1, "b": {"c": 2, "d": 1}}
