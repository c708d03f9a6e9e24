"""How an example is laid out for an encoder: one text, and the ranges of it whose meaning decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinsynth.records import Argument, Example

Range = tuple[int, int]
Ranges = tuple[Range, ...]
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


def lay(example: Example, *, named: bool = False) -> Laid:
    """Lay an example out: a relation with its arguments marked, a question before its context, or a text alone.

    The groups of a relation are the whole text, the mentions of head and of tail, and what stands between the closest
    two; those of a question the whole, the question and the context.

    Args:
        example: Its label is not looked at.
        named: Whether the arguments keep their names; otherwise their types stand there ("@ drug @").
    """
    if example.head and example.tail:
        return _relation(example.text, example.head, example.tail, named=named)
    if example.question is not None:
        text = f"{example.question}\n{example.text}"
        split = len(example.question)
        return Laid(text=text, groups=(((0, len(text)),), ((0, split),), ((split + 1, len(text)),)))
    return Laid(text=example.text, groups=(((0, len(example.text)),),))


def _relation(text: str, head: Argument, tail: Argument, *, named: bool) -> Laid:
    sides = ((head, _HEAD_MARK), (tail, _TAIL_MARK))
    mentions = sorted((span.start, span.end, mark, side.type) for side, mark in sides for span in side.mentions)
    pieces: list[str] = []
    found: dict[str, list[Range]] = {_HEAD_MARK: [], _TAIL_MARK: []}
    position = length = 0
    for start, end, mark, kind in mentions:
        # Of two mentions that overlap, the later one is left unmarked.
        if start < position:
            continue
        before, marked = text[position:start], f"{mark} {text[start:end] if named else kind} {mark}"
        pieces += [before, marked]
        length += len(before)
        found[mark].append((length, length + len(marked)))
        length, position = length + len(marked), end
    laid = "".join([*pieces, text[position:]])
    heads, tails = found[_HEAD_MARK], found[_TAIL_MARK]
    return Laid(text=laid, groups=(((0, len(laid)),), tuple(heads), tuple(tails), _between(heads, tails)))


def _between(heads: Sequence[Range], tails: Sequence[Range]) -> Ranges:
    """Give the range between the closest head and tail; none where one of them is not marked or nothing is between."""
    gaps = [(min(one[1], other[1]), max(one[0], other[0])) for one in heads for other in tails]
    return tuple(gap for gap in [min(gaps, key=lambda gap: gap[1] - gap[0], default=(0, 0))] if gap[0] < gap[1])
