"""Marked examples: text and expectation in one line, "MRN [[phi/mrn:00123456]], seen today."."""

import re

from clinsynth.records import Note, Span

_MARK = re.compile(r"\[\[(?P<code>[a-z-]+/[a-z0-9-]+):(?P<text>.*?)\]\](?!\])", re.DOTALL)


def unmark(marked: str) -> tuple[str, list[tuple[str, Span]]]:
    """Give the text without its marks, and the code and place of each."""
    pieces: list[str] = []
    expected: list[tuple[str, Span]] = []
    length = end = 0
    for mark in _MARK.finditer(marked):
        pieces += [marked[end : mark.start()], mark["text"]]
        start = length + mark.start() - end
        length = start + len(mark["text"])
        expected.append((mark["code"], Span(start=start, end=length)))
        end = mark.end()
    return "".join([*pieces, marked[end:]]), expected


def note(text: str, note_id: str = "n1") -> Note:
    """Put a text in a note without a case."""
    return Note(id=note_id, text=text)
