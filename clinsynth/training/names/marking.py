"""Text in pieces, some of them marked as a name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

PERSON, PLACE, ORGANISATION = "PERSON", "PLACE", "ORGANISATION"
LABELS = (PERSON, PLACE, ORGANISATION)
EPONYM = "EPONYM"  # the name of a thing: no name to be found, but marked to measure by


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: a name of the given label, or none where the label is empty.

    Attributes:
        family: The kind of frame it was put in by; empty for what stood in the note.
    """

    text: str = field(repr=False)
    label: str = ""
    family: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A text with its names.

    Attributes:
        id: What it was made from, and how often that had been taken before.
        spans: (start, end, label, family) of each name, half-open code points, in order.
        eponyms: (start, end) of names of things, which are none.
        case: "as written", "lower" or "upper".
    """

    id: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str, str], ...]
    eponyms: tuple[tuple[int, int], ...] = ()
    case: str = "as written"


def assemble(note_id: str, pieces: Iterable[Piece], *, case: str = "as written") -> Marked:
    """Put pieces together; casing is done piece by piece, since it can change lengths."""
    cased = [(_cased(piece.text, case), piece) for piece in pieces]
    spans, eponyms, at = [], [], 0
    for text, piece in cased:
        end = at + len(text)
        if piece.label in LABELS:
            spans.append((at, end, piece.label, piece.family))
        elif piece.label == EPONYM:
            eponyms.append((at, end))
        at = end
    text = "".join(text for text, _ in cased)
    return Marked(id=note_id, text=text, spans=tuple(spans), eponyms=tuple(eponyms), case=case)


def plain(pieces: Sequence[Piece]) -> Iterator[int]:
    """Yield the positions of the pieces that are not marked and came from the note."""
    return (at for at, piece in enumerate(pieces) if not piece.label and not piece.family)


def _cased(text: str, case: str) -> str:
    return {"lower": text.lower, "upper": text.upper}.get(case, text.__str__)()
