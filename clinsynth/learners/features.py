"""Features of an example as words: what the linear learner reads, and nothing of the label."""

import re
from collections.abc import Iterator, Sequence

from clinsynth.records import Argument, Example

HEAD, TAIL = "ENTA", "ENTB"
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_DISTANCES = (0, 1, 2, 3, 5, 8, 13, 21, 34)
_WINDOW = 4


def blinded(example: Example, head: str = HEAD, tail: str = TAIL) -> str:
    """Give the text of a relation with every mention of its arguments replaced by a placeholder.

    Where mentions of head and tail overlap, the earlier one is replaced and the later one left.
    """
    pieces, position = [], 0
    for start, end, name in _mentions(example, head, tail):
        if start < position:
            continue
        pieces += [example.text[position:start], f" {name} "]
        position = end
    return "".join([*pieces, example.text[position:]])


def _mentions(example: Example, head: str, tail: str) -> list[tuple[int, int, str]]:
    sides = ((example.head, head), (example.tail, tail))
    return sorted((span.start, span.end, name) for side, name in sides if side for span in side.mentions)


def tokens(text: str) -> list[str]:
    """Cut into lower-case words and marks, numbers as one symbol; the placeholders stay as they are.

    >>> tokens("ENTA (20 mg) raises ENTB.")
    ['ENTA', '(', '0', 'mg', ')', 'raises', 'ENTB', '.']
    """
    return [_token(word) for word in _TOKEN.findall(text)]


def _token(word: str) -> str:
    if word in {HEAD, TAIL}:
        return word
    return "0" if word.isdigit() else word.lower()


def ngrams(words: Sequence[str], longest: int, prefix: str) -> Iterator[str]:
    """Yield all runs of 1 to `longest` words, marked with where they come from."""
    for n in range(1, longest + 1):
        for start in range(len(words) - n + 1):
            yield prefix + " ".join(words[start : start + n])


def features(example: Example) -> Iterator[str]:
    """Yield the features of an example: those of a relation, of a question, or of a text alone."""
    if example.head and example.tail:
        yield from _relation(example, example.head, example.tail)
    elif example.question is not None:
        yield from _question(example.question, example.text)
    else:
        yield from ngrams(tokens(example.text), 2, "t:")


def _relation(example: Example, head: Argument, tail: Argument) -> Iterator[str]:
    words = tokens(blinded(example))
    first, last = _nearest(words)
    before, between, after = words[:first], words[first + 1 : last], words[last + 1 :]
    yield from ngrams(words, 3, "s:")
    yield from ngrams(before[-_WINDOW:], 3, "l:")
    yield from ngrams(between, 3, "m:")
    yield from ngrams(after[:_WINDOW], 3, "r:")
    yield "types:" + "|".join(sorted((head.type, tail.type)))
    yield f"order:{words[first : first + 1]}"
    yield f"far:{sum(len(between) >= step for step in _DISTANCES)}"
    yield f"same:{_surface(example, head) == _surface(example, tail)}"
    if len(between) <= _WINDOW:
        yield "whole:" + " ".join(between)


def _nearest(words: Sequence[str]) -> tuple[int, int]:
    """Find the closest pair of a head and a tail; (0, length) where either is missing."""
    heads = [place for place, word in enumerate(words) if word == HEAD]
    tails = [place for place, word in enumerate(words) if word == TAIL]
    pairs = [(min(a, b), max(a, b)) for a in heads for b in tails]
    return min(pairs, key=lambda pair: (pair[1] - pair[0], pair)) if pairs else (0, len(words))


def _surface(example: Example, side: Argument) -> str:
    mention = side.mentions[0]
    return example.text[mention.start : mention.end].casefold()


def _question(question: str, context: str) -> Iterator[str]:
    asked, told = tokens(question), tokens(context)
    yield from ngrams(asked, 3, "q:")
    yield from ngrams(told, 2, "c:")
    yield from ngrams(told[-40:], 2, "e:")
    shared = set(asked) & set(told)
    yield f"shared:{round(10 * len(shared) / max(1, len(set(asked))))}"
    yield from (f"both:{word}" for word in sorted(shared))
