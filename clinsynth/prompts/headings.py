"""Sections of a note, found by its headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinsynth.records import Span

MAX_HEADING_WORDS = 6
MAX_HEADING_CHARACTERS = 64
_MIN_BARE_CHARACTERS = 4
_SMALL_WORDS = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_NOT_IN_A_HEADING = re.compile(r"[^\w\s/&'’(),.\-]")  # noqa: RUF001 - the typographic apostrophe of real notes
_VALUE = re.compile(r"[\s,]*[<>~]?\s*\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading where it stands.

    Attributes:
        name: As written, without the colon.
        span: From its first character to past its colon.
    """

    name: str
    span: Span


def prompt_heading(heading: str) -> str:
    """Give a heading as prompts show it: upper case, single spaces, no colon.

    >>> prompt_heading("History of  Present Illness:")
    'HISTORY OF PRESENT ILLNESS'
    """
    return " ".join(heading.replace("|", "/").split()).strip(" :,.-").upper()


def find_headings(text: str) -> tuple[Heading, ...]:
    """Find the headings of a note: at the start of a line, up to six words, closed by a colon.

    Upper case is taken always ("VITAL SIGNS: BP 120/80"), title case unless a number follows on the line, for then
    it labels a value ("Pulse: 88"), and so is a sentence-case label ("Blood pressure: 120/80"). A line of its own in
    upper case, after a blank line or at the start, needs no colon.
    """
    return tuple(_headings(text))


def _headings(text: str) -> Iterator[Heading]:
    start, after_blank = 0, True
    for line in text.splitlines(keepends=True):
        found = _heading_of(line, after_blank=after_blank)
        if found is not None:
            first = start + len(line) - len(line.lstrip())
            yield Heading(name=found[0], span=Span(start=first, end=start + found[1]))
        after_blank = not line.strip()
        start += len(line)


def _heading_of(line: str, *, after_blank: bool) -> tuple[str, int] | None:
    """Give the name of a line's heading and the position past it, if the line starts with one."""
    indent = len(line) - len(line.lstrip())
    colon = line.find(":", indent, indent + MAX_HEADING_CHARACTERS + 1)
    if colon < 0:
        bare = line.strip()
        return (bare, indent + len(bare)) if after_blank and _is_bare_heading(bare) else None
    name = line[indent:colon].strip()
    if not _may_be_heading(name):
        return None
    is_upper = name.upper() == name
    if not is_upper and (not _is_title(name) or _VALUE.match(line, colon + 1)):
        return None
    return name, colon + 1


def _is_bare_heading(line: str) -> bool:
    return (
        _MIN_BARE_CHARACTERS <= len(line) <= MAX_HEADING_CHARACTERS
        and line.upper() == line
        and not line.endswith((".", ",", ";"))
        and _may_be_heading(line)
        and not any(character.isdigit() for character in line)
    )


def _may_be_heading(name: str) -> bool:
    return (
        bool(name)
        and name[0].isalpha()
        and sum(map(str.isalpha, name)) > 1
        and len(name.split()) <= MAX_HEADING_WORDS
        and not _NOT_IN_A_HEADING.search(name)
    )


def _is_title(name: str) -> bool:
    words = re.split(r"[\s/\-]+", name)
    return all(word[:1].isupper() or word in _SMALL_WORDS or not word[:1].isalpha() for word in words)


def split_sections(text: str) -> tuple[tuple[str, Span], ...]:
    r"""Split a note into (heading, range of its text) by `find_headings`, in order.

    The ranges hold no heading and no surrounding space; a heading without text is left out, and text before the
    first heading comes under "".

    >>> text = "Seen today.\nPLAN:\nRest.\nALLERGIES: None."
    >>> [(heading, text[span.start : span.end]) for heading, span in split_sections(text)]
    [('', 'Seen today.'), ('PLAN', 'Rest.'), ('ALLERGIES', 'None.')]
    """
    headings = find_headings(text)
    starts = [("", 0), *((heading.name, heading.span.end) for heading in headings)]
    ends = [*(heading.span.start for heading in headings), len(text)]
    bodies = ((name, stripped(text, start, end)) for (name, start), end in zip(starts, ends, strict=True))
    return tuple((name, span) for name, span in bodies if span is not None)


def stripped(text: str, start: int, end: int) -> Span | None:
    """Narrow a range to what is not space at its ends; None if nothing is left.

    A comma at its start goes too: transcripts have one after the colon ("PLAN: , Rest").
    """
    while start < end and (text[start].isspace() or text[start] == ","):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end) if start < end else None
