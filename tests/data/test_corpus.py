"""Laws of the corpus: what is written is read back, by us and by `datasets`."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.data.corpus import corpus_schema, note_from_row, note_row
from clinsynth.errors import InputError
from clinsynth.records import Case, Fact, Note, Origin, Span
from clinsynth.storage import write_parquet

WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
SPANS = st.builds(lambda start, length: Span(start=start, end=start + length), st.integers(0, 50), st.integers(1, 9))
ORIGINS = st.builds(
    Origin,
    template=WORDS,
    template_hash=WORDS,
    backbone=WORDS,
    adapter_hash=st.none() | WORDS,
    seed=st.integers(0, 2**63 - 1),
    attempt=st.integers(0, 5),
    versions=st.dictionaries(WORDS, WORDS, max_size=2),
)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """Any note, with a case or without."""
    note_id, note_type, specialty = draw(WORDS), draw(WORDS), draw(WORDS)
    facts = draw(
        st.lists(st.builds(Fact, id=WORDS, kind=WORDS, subject=WORDS, relation=WORDS, value=WORDS), max_size=3)
    )
    facts = list({fact.id: fact for fact in facts}.values())
    attributes = draw(st.dictionaries(WORDS, WORDS, max_size=3))
    case = Case(
        id=note_id,
        note_type=note_type,
        specialty=specialty,
        attributes=attributes,
        facts=tuple(facts),
        patient=draw(WORDS),
        encounter=draw(st.integers(0, 9)),
        day=draw(st.integers(0, 4000)),
    )
    stated = {fact.id: tuple(spans) for fact in facts if (spans := draw(st.lists(SPANS, max_size=2)))}
    has_case = draw(st.booleans())
    return Note(
        id=note_id,
        text=draw(WORDS),
        note_type=note_type,
        specialty=specialty,
        case=case if has_case else None,
        stated=stated if has_case else {},
        written=tuple(draw(st.lists(SPANS, max_size=2))),
        origin=draw(st.none() | ORIGINS),
    )


@settings(deadline=None)  # the first one loads pyarrow
@given(notes())
def test_a_note_is_read_back_from_parquet_as_it_was(note: Note) -> None:
    """Nothing of a note is lost or changed on its way through the schema."""
    import pyarrow as pa

    (row,) = pa.Table.from_pylist([note_row(note)], schema=corpus_schema()).to_pylist()
    assert note_from_row(row) == note


@pytest.mark.slow
def test_a_corpus_loads_with_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset("parquet", data_dir=...)` gives the rows, facts with their spans included."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    import datasets

    fact = Fact(id="f1", kind="lab", subject="potassium", relation="measured", value="5.9 mmol/L", code="lab/potassium")
    case = Case(id="n1", note_type="progress_note", specialty="Nephrology", attributes={"age": "64"}, facts=(fact,))
    note = Note(id="n1", text="K 5.9", case=case, stated={"f1": (Span(start=0, end=5),)})
    write_parquet(tmp_path / "corpus" / "00000.parquet", [note_row(note)], corpus_schema())
    assert pq.read_schema(tmp_path / "corpus" / "00000.parquet").remove_metadata() == corpus_schema()
    loaded = datasets.load_dataset(
        "parquet", data_dir=str(tmp_path / "corpus"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded[0]["facts"][0]["spans"] == [{"start": 0, "end": 5}]
    assert loaded[0]["attributes"] == [{"name": "age", "value": "64"}]


def test_a_row_of_something_else_is_refused_by_the_name_of_what_it_lacks() -> None:
    """The message names the field and the place."""
    with pytest.raises(InputError, match=r'^a\.jsonl:3 has no field "facts"'):
        note_from_row(
            dict.fromkeys(("id", "text", "note_type", "specialty", "patient", "encounter", "day", "attributes"), ""),
            source="a.jsonl:3",
        )
