"""Decoding with typed slots: each is written once and whole, none is invented, and a text ends when all are there.

(Constrained decoding by masking; Hokamp & Liu, 2017, arXiv:1704.07138, ask the same of a beam search.)
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_NEVER = float("-inf")
_SENTENCE_ENDS = (".", "!", "?", "\n", "\u010a")  # the last as byte-level vocabularies write a line break
_DETAIL = re.compile(r"^\[(?:DOSE|FREQUENCY)_")
_ROOM_TO_END = 12  # tokens to end a sentence with, when all slots are there


class SlotTokens:
    """How a tokenizer writes placeholders."""

    def __init__(self, tokenizer: Any, end_ids: Sequence[int]) -> None:  # noqa: ANN401 - any tokenizer
        """Take a tokenizer and the tokens that end any text."""
        self._tokenizer = tokenizer
        self.end_ids = sorted(end_ids)
        self.sentence_ends = frozenset(
            index for token, index in tokenizer.get_vocab().items() if token.endswith(_SENTENCE_ENDS)
        )
        self.brackets = [index for token, index in tokenizer.get_vocab().items() if "[" in token]
        self._paths: dict[str, tuple[tuple[int, ...], ...]] = {}

    def paths(self, placeholder: str) -> tuple[tuple[int, ...], ...]:
        """Give the tokens of a placeholder, with a space before it and without; none where it cannot be told apart."""
        if placeholder not in self._paths:
            texts = (f" {placeholder}", placeholder)
            found = (tuple(self._tokenizer(text, add_special_tokens=False).input_ids) for text in texts)
            self._paths[placeholder] = tuple(dict.fromkeys(p for p in found if self._is_whole(p, placeholder)))
        return self._paths[placeholder]

    def _is_whole(self, path: Sequence[int], placeholder: str) -> bool:
        return self._tokenizer.decode(path).strip() == placeholder and set(path[:1]) <= set(self.brackets)


class Slotting:
    """Keeps one row to its slots.

    Where the model would end although a slot is missing, it opens a slot instead; when only as many tokens are left as
    the missing slots need, it may do nothing else. When all are there, the end of the sentence is the end of the text:
    what a small model would add was not asked for. A dose and a frequency stand behind their drug.
    """

    def __init__(self, slots: Sequence[str], tokens: SlotTokens, room: int) -> None:
        """Take the placeholders of a row, and how many tokens it may write."""
        self._tokens = tokens
        self._left = {slot: tokens.paths(slot) for slot in slots if tokens.paths(slot)}
        self._room = room
        self._open: tuple[int, ...] = ()
        self._had_slots = bool(self._left)
        self._ended_sentence = False

    def constrain(self, scores: "Tensor") -> "Tensor":
        """Give the scores of the next token, (vocabulary,), with what may not follow at minus infinity."""
        if self._open:
            return _only(scores, self._next())
        if self._had_slots and not self._left and self._ended_sentence:
            return _only(scores, self._tokens.end_ids)
        openings = list(dict.fromkeys(path[0] for path in self._ready()))
        if self._left and self._room <= self._needed():
            return _only(scores, openings[:1])
        allowed = scores.clone()
        ends = self._tokens.end_ids
        if self._left:
            # What the model gives to ending goes to opening a slot.
            allowed[openings[0]] = allowed[[openings[0], *ends]].logsumexp(-1)
            allowed[ends] = _NEVER
        closed = [token for token in self._tokens.brackets if token not in openings]
        allowed[closed] = _NEVER
        return allowed

    def take(self, token: int) -> None:
        """Go on by a token that was written."""
        self._room -= 1
        path = (*self._open, token)
        begun = {
            slot
            for slot, paths in self._left.items()
            if not self._waits(slot) and any(each[: len(path)] == path for each in paths)
        }
        whole = next((slot for slot in begun if path in self._left[slot]), None)
        if whole is not None:
            del self._left[whole]
        self._open = path if begun and whole is None else ()
        self._ended_sentence = token in self._tokens.sentence_ends

    def _next(self) -> list[int]:
        n = len(self._open)
        return sorted({path[n] for path in self._ready() if path[:n] == self._open and len(path) > n})

    def _ready(self) -> list[tuple[int, ...]]:
        """Give the ways to write the slots that may stand here."""
        return [path for slot, paths in self._left.items() if not self._waits(slot) for path in paths]

    def _waits(self, slot: str) -> bool:
        """Say whether a slot is for a dose or frequency whose drug has not been written yet."""
        drug = _DETAIL.sub("[DRUG_", slot)
        return drug != slot and drug in self._left

    def _needed(self) -> int:
        return _ROOM_TO_END + sum(max(map(len, paths)) + 1 for paths in self._left.values())


def _only(scores: "Tensor", tokens: Sequence[int]) -> "Tensor":
    allowed = scores.new_full(scores.shape, _NEVER)
    allowed[list(tokens)] = scores[list(tokens)]
    return allowed
