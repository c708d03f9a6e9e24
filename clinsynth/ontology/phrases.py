"""Finding many phrases at once in a text, as whole words, whatever their case."""

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

_ALIKE = str.maketrans({"-": " ", "‐": " ", "‑": " ", "–": " ", "\n": " ", "\t": " ", "\u00a0": " ", "’": "'"})  # noqa: RUF001 - these are what notes hold


def folded(text: str) -> str:
    """Fold case, hyphens and blanks without moving a character: the result is as long as the text.

    >>> folded("Type-2 DIABETES")
    'type 2 diabetes'
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
    return lowered.translate(_ALIKE)


class PhraseIndex:
    """Phrases to look for, numbered in their order, by the automaton of Aho and Corasick (1975)."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Take the phrases in their folded form."""
        self._automaton = AhoCorasick(phrases)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Give start, end and number of each phrase that stands in a text as whole words.

        They come leftmost first, of one start the longest first, and they may overlap.
        """
        found = [
            (start, end, number)
            for number, start, end in self._automaton.find_matches_as_indexes(folded(text), overlapping=True)
            if _is_whole(text, start, end)
        ]
        found.sort(key=lambda hit: (hit[0], -hit[1]))
        return found


def _is_whole(text: str, start: int, end: int) -> bool:
    joined_before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    joined_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not joined_before and not joined_after
