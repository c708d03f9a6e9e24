"""How an example is laid out for an encoder: one text, and the ranges of it whose meaning decides."""

from dataclasses import dataclass, field

from clinsynth.records import Argument, Example

Ranges = tuple[tuple[int, int], ...]
# Marks that every vocabulary has (Zhou and Chen, 2021, arXiv:2102.01373).
_HEAD_MARK, _TAIL_MARK = "@", "#"


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A text to encode.

    Attributes:
        groups: Half-open ranges of code points; the vectors of the tokens in each group are averaged.
            The whole text is the first; how many follow depends on the kind of example alone.
    """

    text: str = field(repr=False)
    groups: tuple[Ranges, ...] = field(repr=False)


def lay(example: Example) -> Laid:
    """Lay an example out: a relation with its arguments marked, a question before its context, or a text alone."""
    if example.head and example.tail:
        return _relation(example.text, example.head, example.tail)
    if example.question is not None:
        text = f"{example.question}\n{example.text}"
        split = len(example.question)
        return Laid(text=text, groups=(((0, len(text)),), ((0, split),), ((split + 1, len(text)),)))
    return Laid(text=example.text, groups=(((0, len(example.text)),),))


def _relation(text: str, head: Argument, tail: Argument) -> Laid:
    sides = ((head, _HEAD_MARK), (tail, _TAIL_MARK))
    mentions = sorted((span.start, span.end, mark) for side, mark in sides for span in side.mentions)
    pieces: list[str] = []
    found: dict[str, list[tuple[int, int]]] = {_HEAD_MARK: [], _TAIL_MARK: []}
    position = length = 0
    for start, end, mark in mentions:
        # Of two mentions that overlap, the later one is left unmarked.
        if start < position:
            continue
        before, marked = text[position:start], f"{mark} {text[start:end]} {mark}"
        pieces += [before, marked]
        length += len(before)
        found[mark].append((length, length + len(marked)))
        length, position = length + len(marked), end
    laid = "".join([*pieces, text[position:]])
    return Laid(text=laid, groups=(((0, len(laid)),), tuple(found[_HEAD_MARK]), tuple(found[_TAIL_MARK])))
