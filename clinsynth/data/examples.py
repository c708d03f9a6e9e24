"""Labelled examples as JSON lines, one layout for each kind of task.

- relations: {"id", "text", "head": {"type", "id"?, "mentions": [[start, end], ...]}, "tail": {...}, "label"}
- questions: {"id", "question", "context", "label"}

Both may have a "group": examples that must not be parted between splits. Other fields are left unread.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from clinsynth.errors import InputError, nearest
from clinsynth.records import Argument, Example, Span
from clinsynth.storage import read_rows, write_rows

Row = Mapping[str, Any]


def read_examples(path: str | Path, task: str) -> Iterator[Example]:
    """Stream the examples of a file.

    Args:
        path: A file of JSON lines.
        task: "relations" or "questions".

    Raises:
        InputError: There is no such task or file, or a row is not an example of that task; the message names its line
            and field.
    """
    if task not in _READERS:
        raise InputError(f'examples are of the task relations or questions, not "{task}"; {nearest(task, _READERS)}')
    return _examples(Path(path), _READERS[task])


def _examples(path: Path, read: Callable[[Row, str], Example]) -> Iterator[Example]:
    seen: set[str] = set()
    for number, row in read_rows(path):
        where = f"{path}:{number}"
        example = read(row, where)
        if example.id in seen:
            raise InputError(f"{where} repeats the id of a line above; ids must be unique")
        seen.add(example.id)
        yield example
    if not seen:
        raise InputError(f"{path} is empty; an example a line was expected")


def _relation(row: Row, where: str) -> Example:
    text = _text(row, "text", where)
    return Example(
        id=_text(row, "id", where),
        text=text,
        label=_text(row, "label", where),
        head=_argument(row, "head", len(text), where),
        tail=_argument(row, "tail", len(text), where),
        group=_group(row, where),
    )


def _question(row: Row, where: str) -> Example:
    return Example(
        id=_text(row, "id", where),
        text=_text(row, "context", where),
        label=_text(row, "label", where),
        question=_text(row, "question", where),
        group=_group(row, where),
    )


_READERS: Mapping[str, Callable[[Row, str], Example]] = {"relations": _relation, "questions": _question}


def _field(row: Row, name: str, where: str) -> object:
    if name not in row:
        raise InputError(f'{where} has no field "{name}"; {nearest(name, row)}')
    return row[name]


def _text(row: Row, name: str, where: str) -> str:
    value = _field(row, name, where)
    if not isinstance(value, str) or not value.strip():
        given = "empty" if isinstance(value, str) else type(value).__name__
        raise InputError(f'{where}: "{name}" is {given}; text was expected')
    return value


def _group(row: Row, where: str) -> str:
    return _text(row, "group", where) if row.get("group") else ""


def _argument(row: Row, side: str, n_characters: int, where: str) -> Argument:
    value = _field(row, side, where)
    place = f'{where}: "{side}"'
    if not isinstance(value, Mapping):
        raise InputError(f"{place} is {type(value).__name__}; an object with type and mentions was expected")
    mentions = _field(value, "mentions", place)
    if not isinstance(mentions, list) or not mentions:
        raise InputError(f"{place} has no mentions; [[start, end], ...] was expected")
    entity_id = value.get("id")
    return Argument(
        type=_text(value, "type", place),
        mentions=tuple(_span(mention, n_characters, f"{place} mention {i}") for i, mention in enumerate(mentions, 1)),
        id=None if entity_id is None else _text(value, "id", place),
    )


def _span(value: object, n_characters: int, where: str) -> Span:
    match value:
        case [int(start), int(end)] if 0 <= start < end <= n_characters:
            return Span(start=start, end=end)
        case [int(start), int(end)]:
            problem = f"[{start}, {end}] is not inside the {n_characters} characters of the text"
            raise InputError(f"{where}: {problem}; positions are half-open code points, 0 <= start < end")
    raise InputError(f"{where} is no pair of whole numbers; [start, end] was expected")


def example_row(example: Example) -> dict[str, Any]:
    """Put an example as a row of its task's layout; a `group` is left out where there is none."""
    row: dict[str, Any] = {"id": example.id, "label": example.label}
    if example.group:
        row["group"] = example.group
    if example.question is not None:
        return row | {"question": example.question, "context": example.text}
    sides = {"head": example.head, "tail": example.tail}
    return row | {"text": example.text} | {name: _argument_row(side) for name, side in sides.items() if side}


def _argument_row(argument: Argument) -> dict[str, Any]:
    mentions = [[span.start, span.end] for span in argument.mentions]
    row: dict[str, Any] = {"type": argument.type, "mentions": mentions}
    return row if argument.id is None else row | {"id": argument.id}


def write_examples(path: str | Path, examples: Iterable[Example]) -> int:
    """Write examples as JSON lines, all or none; give their number.

    Raises:
        OutputError: The file cannot be written.
    """
    return write_rows(Path(path), (example_row(example) for example in examples))
