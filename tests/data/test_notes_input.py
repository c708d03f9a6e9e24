"""Laws of reading notes from anywhere: what is right is read, what is wrong is said on one line."""

import csv
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from clinsynth.data.corpus import corpus_schema, note_row
from clinsynth.data.notes_input import read_cases, read_input
from clinsynth.errors import InputError
from clinsynth.records import Case, Fact, Note, Span
from clinsynth.storage import write_parquet, write_records

SENTENCE = "Patient Harriet Quimby has sepsis."
TEXTS = {"a": 'Line one.\nLine "two", then, a comma.', "7": "Fièvre à 39 °C.", "row": SENTENCE}


def as_jsonl(path: Path) -> Path:
    lines = [json.dumps({"id": name, "text": text}) for name, text in TEXTS.items()]
    (path / "notes.jsonl").write_text("\ufeff" + "\n\n".join(lines), encoding="utf-8")
    return path / "notes.jsonl"


def as_csv(path: Path) -> Path:
    with (path / "notes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["id", "text"], *TEXTS.items()])
    return path / "notes.csv"


def as_parquet(path: Path) -> Path:
    import pyarrow as pa

    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    write_parquet(path / "notes.parquet", [{"id": name, "text": text} for name, text in TEXTS.items()], schema)
    return path / "notes.parquet"


def as_texts(path: Path) -> Path:
    (path / "notes").mkdir()
    for name, text in TEXTS.items():
        (path / "notes" / f"{name}.txt").write_text(text, encoding="utf-8")
    return path / "notes"


def as_datasets(path: Path) -> Path:
    import datasets

    datasets.Dataset.from_dict({"id": list(TEXTS), "text": list(TEXTS.values())}).save_to_disk(str(path / "saved"))
    return path / "saved"


@pytest.mark.parametrize("written", [as_jsonl, as_csv, as_parquet, as_texts, as_datasets])
def test_the_same_notes_come_from_every_form(written: Callable[[Path], Path], tmp_path: Path) -> None:
    """Ids and texts do not depend on the form of the file."""
    assert {note.id: note.text for note in read_input(written(tmp_path))} == TEXTS


def test_a_corpus_comes_back_with_its_cases(tmp_path: Path) -> None:
    """The rows of a folder of ours are the notes that were written."""
    fact = Fact(id="f1", kind="age", subject="patient", relation="is", value="64")
    case = Case(id="n1", note_type="progress_note", specialty="Nephrology", attributes={"age": "64"}, facts=(fact,))
    note = Note(
        id="n1",
        text="64 years.",
        note_type="progress_note",
        specialty="Nephrology",
        case=case,
        stated={"f1": (Span(start=0, end=2),)},
        written=(Span(start=0, end=9),),
    )
    write_parquet(tmp_path / "corpus" / "00000.parquet", [note_row(note)], corpus_schema())
    (found,) = read_input(tmp_path / "corpus")
    assert note_row(found) == note_row(note)
    assert read_cases(tmp_path / "corpus") == {"n1": case}


def test_cases_are_read_by_their_ids(tmp_path: Path) -> None:
    """A file of cases gives the cases that were written."""
    case = Case(id="n1", note_type="progress_note", specialty="Nephrology", attributes={"age": "64"}, facts=())
    write_records(tmp_path / "cases.jsonl", [case])
    assert read_cases(tmp_path / "cases.jsonl") == {"n1": case}


def test_rows_without_an_id_are_named_by_their_number(tmp_path: Path) -> None:
    """The id is never made up from the text."""
    (tmp_path / "notes.jsonl").write_text('{"text": "One."}\n{"text": "Two.", "id": 5}\n{"text": "Three.", "id": ""}')
    assert [note.id for note in read_input(tmp_path / "notes.jsonl")] == ["row-1", "5", "row-3"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", r"a\.jsonl is empty"),
        ("a.csv", b"", r"a\.csv is empty"),
        ("a.csv", b"id,text\n", r"a\.csv is empty"),
        ("a.jsonl", b'{"txet": "%s"}', r'a\.jsonl:1 has no field "text"; did you mean "txet"\?'),
        ("a.csv", b'id,note\n1,"%s"\n', r'a\.csv:2 has no field "text"; name the field .* by --text-field'),
        ("a.csv", b'1,"%s"\n2,"%s"\n', r'a\.csv:2 has no field "text"; name the field .* by --text-field'),
        ("a.jsonl", b'{"id": ' + b"1" * 5000 + b', "text": "%s"}', r"a\.jsonl:1 is not JSON: .*digits"),
        ("a.jsonl", b'{"text": "ok"}\n{"text": "%s\xff"}', r"a\.jsonl:2 is not UTF-8 \(byte 44\)"),
        ("a.csv", b"id,text\n1,ok\n2,%s\xff\n", r"a\.csv:3 is not UTF-8 \(byte 36\)"),
        ("a.txt", b"ok\n%s\xff", r"a\.txt:2 is not UTF-8 \(byte 37\)"),
        ("a.jsonl", b'{"text": "%s"', r"a\.jsonl:1 is not JSON"),
        ("a.jsonl", b'["%s"]', r"a\.jsonl:1 is a JSON list"),
        ("a.jsonl", b'{"id": "x", "text": "%s"}\n{"id": "x", "text": "b"}', r"a\.jsonl:2 repeats the id"),
        ("a.jsonl", b'{"id": 1, "text": "%s"}\n{"id": "2", "text": null}', r'a\.jsonl:2: "text" is null'),
        ("a.jsonl", b'{"id": 1, "text": "%s"}\n{"id": "2", "text": " "}', r'a\.jsonl:2: "text" is empty'),
        ("a.csv", b"id,text\n1,%s\n2,\n", r'a\.csv:3: "text" is empty'),
        ("a.jsonl", b'{"text": ["%s"]}', r'a\.jsonl:1: "text" is list, not text'),
        ("a.jsonl", b'{"id": ["%s"], "text": "a"}', r'a\.jsonl:1: "id" is list'),
        ("a.jsonl", b'{"text": "%s\\ud800"}', r'a\.jsonl:1: "text" holds half of a surrogate pair'),
        ("a.csv", b"id,text\n1,%s,3\n", r"a\.csv:2 has 3 columns, the header has 2"),
        ("a.csv", b'id,text\n1,"%s\n', r"a\.csv:2 is not csv"),
        ("a.csv", b"id,id\n1,%s\n", r"a\.csv:1 names a column twice"),
        ("a.csv", b"id,text\n1,%s\0\n", r"a\.csv:2 holds a zero byte"),
        ("a.parquet", b"PAR1%sPAR1", r"a\.parquet is damaged or no parquet file"),
        ("a.docx", b"%s", r'a\.docx has the suffix "\.docx", which is not known'),
        ("folder/a.doc", b"%s", r"holds no \.txt and no \.parquet file"),
        ("folder/state.json", b"%s", r"holds no \.txt and no \.parquet file"),
        ("folder/dataset_info.json", b"%s", r"is damaged or was not saved by datasets"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_without_the_text(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    """One line names file and line; the words of the note are not in it."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content.replace(b"%s", SENTENCE.encode()))
    with pytest.raises(InputError, match=message) as caught:
        list(read_input(tmp_path / name if "/" not in name else tmp_path / "folder"))
    assert "\n" not in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Harriet", "Quimby", "sepsis"))


def test_a_missing_path_is_said_to_be_missing(tmp_path: Path) -> None:
    """A path that is not there is no empty file."""
    with pytest.raises(InputError, match="does not exist"):
        read_input(tmp_path / "no.jsonl")


def test_a_name_of_a_file_that_is_no_utf8_can_be_written(tmp_path: Path) -> None:
    """What comes from old systems has such names; the note gets an id that every file can hold."""
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Seen in clinic.")
    (note,) = read_input(tmp_path)
    assert note.id == r"caf\xe9"
    assert write_records(tmp_path / "notes.jsonl", [note]) == 1


def test_a_folder_of_text_is_read_with_the_folders_in_it(tmp_path: Path) -> None:
    """Notes are named by their path in the folder; capitals in the suffix are fine; hidden files are passed over."""
    for name in ("b.txt", "a/visit.TXT", "a/b/visit.v2.txt", ".DS_Store", "a/._visit.TXT", ".git/info.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SENTENCE)
    notes = list(read_input(tmp_path))
    assert [note.id for note in notes] == ["a/b/visit.v2", "a/visit", "b"]
    assert all(note.text == SENTENCE for note in notes)


@pytest.mark.parametrize("name", ["a/letter.md", "table.csv", "note"])
def test_no_file_beside_text_is_left_out_in_silence(name: str, tmp_path: Path) -> None:
    """A file of another kind among notes is named at once, and what to do with it."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_text(SENTENCE)
    (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match=rf"{name} is no \.txt file; move it"):
        read_input(tmp_path)


def test_a_linked_folder_and_a_name_given_twice_are_refused(tmp_path: Path) -> None:
    """A link to a folder is not followed and not passed over; two notes cannot have one name."""
    (tmp_path / "notes" / "a").mkdir(parents=True)
    (tmp_path / "notes" / "n.txt").write_text(SENTENCE)
    (tmp_path / "notes" / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match=r"link is no \.txt file"):
        read_input(tmp_path / "notes")
    (tmp_path / "notes" / "link").unlink()
    (tmp_path / "notes" / "n.TXT").write_text(SENTENCE)
    with pytest.raises(InputError, match="repeats the id"):
        list(read_input(tmp_path / "notes"))


def test_splits_saved_together_are_to_be_named(tmp_path: Path) -> None:
    """A saved set of several splits is answered with the path of one."""
    import datasets

    part = datasets.Dataset.from_dict({"text": ["a"]})
    datasets.DatasetDict({"test": part, "train": part}).save_to_disk(str(tmp_path / "saved"))
    with pytest.raises(InputError, match=r"several splits \(test, train\)"):
        list(read_input(tmp_path / "saved"))


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "txt"])
def test_a_line_of_fifty_megabytes_is_refused_in_little_memory(suffix: str, tmp_path: Path) -> None:
    """What is too long to be a note is not read to its end."""
    path = tmp_path / f"a.{suffix}"
    with path.open("wb") as file:
        file.write(b"id,text\n" if suffix == "csv" else b"")
        for _ in range(50):
            file.write(b"x" * 2**20)
    tracemalloc.start()
    with pytest.raises(InputError, match=r"is longer than 8 MiB"):
        list(read_input(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 2**20


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the rows take at most a little more memory."""
    peaks = []
    for n_rows in (1_000, 10_000):
        path = tmp_path / f"{n_rows}.jsonl"
        path.write_text("".join(f'{{"text": "{"word " * 60}"}}\n' for _ in range(n_rows)))
        tracemalloc.start()
        assert sum(1 for _ in read_input(path)) == n_rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 9_000 * 200


def test_an_id_from_long_ago_is_still_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids that were merged away are compared as the newest are, and different ones are not taken for them."""
    monkeypatch.setattr("clinsynth.data.notes_input.IDS_A_MERGE", 2)
    rows = [{"id": str(number), "text": "a"} for number in (*range(7), 1)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(InputError, match=r"a\.jsonl:8 repeats the id"):
        list(read_input(tmp_path / "a.jsonl"))


def test_a_named_id_field_must_be_there(tmp_path: Path) -> None:
    """Without the field that --id-field names, a row is an error, and not given a number in silence."""
    path = tmp_path / "notes.jsonl"
    path.write_text('{"id": "1", "text": "Seen today."}\n')
    with pytest.raises(InputError, match=r'notes.jsonl:1 has no "nope"'):
        list(read_input(path, id_field="nope"))
