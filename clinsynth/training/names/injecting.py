"""Putting names into real notes: for those there, for "the patient", and by frames between sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from clinsynth.training.names.drawing import happens
from clinsynth.training.names.filling import Filling
from clinsynth.training.names.frames import Family, Swap, families, swaps
from clinsynth.training.names.lists import name_lists, part_of
from clinsynth.training.names.marking import Marked, Piece, assemble, plain
from clinsynth.training.names.sources import pieces

_SENTENCE_END = re.compile(r"(?<=[a-z0-9)][.!?])(?<!\bDr\.)(?<!\b[MDJS][rs]\.)(?<!\bMrs\.) (?=[A-Z])|\n")
_CASES = ("as written", "lower", "upper")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doses:
    """How much is put into a text.

    Attributes:
        untouched: The share of texts that stay as they are, names replaced.
        swapped: The share of phrases that could be replaced by a name and are.
        sentences: Sentences from frames for each 100 words, on average.
        lines: The chance of a line above, and of one below.
        cases: Shares of texts as written, in lower case, in capitals.
        kept: The share of names already there that stay, if no other part may hold them.
        invented: The share of names, and of drugs beside them, that are put together of two and are in no list.
    """

    untouched: float = 0.1
    swapped: float = 0.5
    sentences: float = 4.5
    lines: float = 0.3
    cases: tuple[float, float, float] = (0.7, 0.17, 0.13)
    kept: float = 0.2
    invented: float = 0.0


class Injector:
    """Makes marked text of the names and frames of one part."""

    def __init__(self, part: str, random: Random, *, doses: Doses | None = None, ontology: str = "core") -> None:
        """Take the part that lists and frames are of, and the generator that everything is drawn by."""
        self._part = part
        self._random = random
        self._doses = doses or Doses()
        self._filling = Filling(name_lists(part), random, ontology=ontology, invented=self._doses.invented)
        by_place: dict[str, list[Family]] = {"sentence": [], "header": [], "footer": []}
        for family in families(part):
            by_place[family.place].append(family)
        self._families = by_place
        self._swaps = swaps(part)

    def inject(self, text_id: str, text: str) -> Marked:
        """Put names into a text."""
        random, doses = self._random, self._doses
        case = random.choices(_CASES, doses.cases)[0]
        held = [self._exchanged(piece) for piece in pieces(text)]
        if not happens(random, doses.untouched):
            for swap in self._swaps:
                held = self._swapped(held, swap)
            held = self._with_sentences(held, n_words=len(text.split()))
            held = self._with_lines(held)
        return assemble(text_id, held, case=case)

    def _exchanged(self, piece: Piece) -> Piece:
        if not piece.label:
            return piece
        ours = all(part_of(word) == self._part for word in re.findall(r"[^\W\d_]{2,}", piece.text))
        if ours and happens(self._random, self._doses.kept):
            return piece
        return Piece(self._filling.name_for(piece.label), piece.label, "in place")

    def _swapped(self, held: Sequence[Piece], swap: Swap) -> list[Piece]:
        result: list[Piece] = []
        for piece in held:
            if piece.label or piece.family:
                result.append(piece)
            else:
                result += self._swapped_in(piece.text, swap)
        return result

    def _swapped_in(self, text: str, swap: Swap) -> Iterator[Piece]:
        at = 0
        for match in swap.found.finditer(text):
            if not happens(self._random, self._doses.swapped):
                continue
            yield Piece(text[at : match.start()])
            frame = self._random.choice(swap.instead).replace(r"\0", match[0])
            yield from self._filling.fill(frame, "swap")
            at = match.end()
        yield Piece(text[at:])

    def _with_sentences(self, held: list[Piece], *, n_words: int) -> list[Piece]:
        for _ in range(self._count(self._doses.sentences * max(n_words, 30) / 100)):
            places = [at for at in plain(held) if held[at].text.strip()]
            if not places:
                break
            held = self._between(held, self._random.choice(places))
        return held

    def _between(self, held: list[Piece], at: int) -> list[Piece]:
        text = held[at].text
        ends = [match.start() for match in _SENTENCE_END.finditer(text)]
        cut = self._random.choice(ends) if ends else len(text) if at == len(held) - 1 else None
        if cut is None:
            return held
        gap = self._random.choice((" ", " ", " ", "\n", "  "))
        inner = [Piece(gap), *self._frame("sentence")]
        if not text[cut:].startswith((" ", "\n")):
            inner.append(Piece(" "))
        return [*held[:at], Piece(text[:cut]), *inner, Piece(text[cut:]), *held[at + 1 :]]

    def _with_lines(self, held: list[Piece]) -> list[Piece]:
        while happens(self._random, self._doses.lines):
            held = [*self._frame("header"), Piece("\n"), *held]
        while happens(self._random, self._doses.lines):
            held = [*held, Piece("\n"), *self._frame("footer")]
        return held

    def _frame(self, place: str) -> list[Piece]:
        family = self._random.choice(self._families[place])
        return self._filling.fill(self._random.choice(family.frames), family.name)

    def _count(self, mean: float) -> int:
        """Draw a number of that mean, whole ones and a coin for the rest, between half and one and a half of it."""
        drawn = mean * self._random.uniform(0.5, 1.5)
        return int(drawn) + happens(self._random, drawn % 1)
