"""Reading examples out of what was written."""

import re
from collections.abc import Sequence

from clinsynth.learners.features import HEAD, TAIL
from clinsynth.methods.material import Found, name_pattern
from clinsynth.records import Argument, Span

_PLACEHOLDER = re.compile(rf"(?<!\w)(?:{HEAD}|{TAIL})(?!\w)")
_REMAINS = re.compile(rf"{HEAD}|{TAIL}")
_MIN_QUESTION_WORDS = 4


class Unreadable(Exception):  # noqa: N818 - what was written is no example, which is no error
    """What was written is no example; the message is the reason's code."""


def named(text: str, head: str, tail: str, types: tuple[str, str]) -> tuple[str, Argument, Argument]:
    """Put the names in for the placeholders, and locate both arguments by placeholder or name.

    Raises:
        Unreadable: "marker-broken", "head-missing" or "tail-missing".
    """
    names = {HEAD: head, TAIL: tail}
    whole = _PLACEHOLDER.sub(lambda match: names[match[0]], text)
    if _REMAINS.search(whole):
        raise Unreadable("marker-broken")
    heads, tails = _places(whole, head), _places(whole, tail)
    # "Insulin" inside "insulin glargine": the longer name has it.
    heads, tails = _outside(heads, tails), _outside(tails, heads)
    for spans, reason in ((heads, "head-missing"), (tails, "tail-missing")):
        if not spans:
            raise Unreadable(reason)
    return whole, Argument(type=types[0], mentions=heads), Argument(type=types[1], mentions=tails)


def _places(text: str, name: str) -> tuple[Span, ...]:
    return tuple(Span(start=match.start(), end=match.end()) for match in name_pattern(name).finditer(text))


def _outside(spans: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    def inside(span: Span) -> bool:
        length = span.end - span.start
        return any(span.overlaps(other) and other.end - other.start > length for other in others)

    return tuple(span for span in spans if not inside(span))


def first_pair(mentions: Found, types: tuple[str, str]) -> tuple[Argument, Argument]:
    """Take the first two different names that occur, each with all its mentions.

    Raises:
        Unreadable: "no-pair".
    """
    places: dict[str, list[Span]] = {}
    for name, span in mentions:
        places.setdefault(name, []).append(span)
    if len(places) < len(types):
        raise Unreadable("no-pair")
    first, second = list(places.values())[:2]
    return Argument(type=types[0], mentions=tuple(first)), Argument(type=types[1], mentions=tuple(second))


def asked(text: str) -> str:
    """Give the first question of a text.

    Raises:
        Unreadable: "no-question", where none ends in a question mark or it is shorter than four words.
    """
    question, mark, _ = text.partition("?")
    question = re.split(r"[.!]\s", question)[-1].strip()
    if not mark or len(question.split()) < _MIN_QUESTION_WORDS:
        raise Unreadable("no-question")
    return f"{question}?"
