"""Laws of files of labelled examples."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinsynth.data.examples import example_row, read_examples, write_examples
from clinsynth.errors import InputError
from clinsynth.records import Argument, Example, Span

WORDS = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)
RELATION: dict[str, Any] = {
    "id": "r1",
    "text": "Aspirin raises warfarin.",
    "head": {"type": "drug", "mentions": [[0, 7]]},
    "tail": {"type": "drug", "id": "t2", "mentions": [[15, 23]]},
    "label": "effect",
}
QUESTION = {"id": "q1", "question": "Does it?", "context": "It may.", "label": "maybe"}


@st.composite
def arguments(draw: st.DrawFn, text: str) -> Argument:
    """Any entity of a text."""
    starts = draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=3))
    spans = tuple(Span(start=start, end=draw(st.integers(start + 1, len(text)))) for start in starts)
    return Argument(type=draw(WORDS), mentions=spans, id=draw(st.none() | WORDS))


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Any relation or question."""
    text, group = draw(WORDS), draw(st.just("") | WORDS)
    fields: dict[str, Any] = {"id": draw(WORDS), "text": text, "label": draw(WORDS), "group": group}
    if draw(st.booleans()):
        return Example(**fields, question=draw(WORDS))
    return Example(**fields, head=draw(arguments(text)), tail=draw(arguments(text)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(example=examples())
def test_an_example_is_read_back_as_it_was(example: Example, tmp_path: Path) -> None:
    """Writing and reading lose nothing."""
    assert write_examples(tmp_path / "examples.jsonl", [example]) == 1
    task = "relations" if example.question is None else "questions"
    assert list(read_examples(tmp_path / "examples.jsonl", task)) == [example]


def test_the_row_of_an_example_is_the_documented_layout() -> None:
    """The names and nesting of fields are those that users write by hand."""
    head = Argument(type="drug", mentions=(Span(start=0, end=7),))
    tail = Argument(type="drug", id="t2", mentions=(Span(start=15, end=23),))
    relation = Example(id="r1", text="Aspirin raises warfarin.", label="effect", head=head, tail=tail)
    assert example_row(relation) == RELATION
    assert example_row(Example(id="q1", text="It may.", label="maybe", question="Does it?")) == QUESTION


@pytest.mark.parametrize(
    ("row", "change", "message"),
    [
        (RELATION, {"text": None}, r'a\.jsonl:2: "text" is NoneType; text was expected'),
        (RELATION, {"label": " "}, r'a\.jsonl:2: "label" is empty'),
        (RELATION, {"id": 3}, r'a\.jsonl:2: "id" is int'),
        (RELATION, {"id": "first"}, r"a\.jsonl:2 repeats the id"),
        (RELATION, {"head": []}, r'a\.jsonl:2: "head" is list; an object with type and mentions'),
        (RELATION, {"head": {"type": "drug"}}, r'a\.jsonl:2: "head" has no field "mentions"; known: type'),
        (RELATION, {"tail": {"type": "drug", "mentions": []}}, r'a\.jsonl:2: "tail" has no mentions'),
        (
            RELATION,
            {"tail": {"type": "drug", "mentions": [[0, 25]]}},
            r'"tail" mention 1: \[0, 25\] is not inside the 24',
        ),
        (
            RELATION,
            {"tail": {"type": "drug", "mentions": [[0, 2], [3, 3]]}},
            r'"tail" mention 2: \[3, 3\] is not inside',
        ),
        (RELATION, {"tail": {"type": "drug", "mentions": [7]}}, r'"tail" mention 1 is no pair of whole numbers'),
        (QUESTION, {"context": "", "contxt": "x"}, r'a\.jsonl:2: "context" is empty'),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(
    row: dict[str, Any], change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """One line says which row, which field, and what was expected; the text is not in it."""
    rows = [row | {"id": "first"}, row | change]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(InputError, match=message) as caught:
        list(read_examples(tmp_path / "a.jsonl", "relations" if "head" in row else "questions"))
    assert "Aspirin" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "task", "message"),
    [
        ("", "relations", "is empty"),
        ('{"id": "1", "contxt": "x"}', "questions", r'has no field "context"; did you mean "contxt"\?'),
        ("", "relation", r'not "relation"; did you mean "relations"\?'),
    ],
)
def test_a_wrong_file_or_task_is_said_to_be_wrong(content: str, task: str, message: str, tmp_path: Path) -> None:
    """An empty file, a missing field and an unknown task are errors of the input."""
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(InputError, match=message):
        list(read_examples(tmp_path / "a.jsonl", task))
