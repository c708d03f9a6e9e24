"""Forms in which people are named in notes."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from random import Random

from clinsynth.training.names.clinical import words_for
from clinsynth.training.names.drawing import blended, happens, one_of
from clinsynth.training.names.lists import Lists, Names
from clinsynth.training.names.marking import PERSON, Piece

_SUFFIXES = ("Jr.", "Jr", "Sr.", "III", "II", "IV")
_PREFIXES = ("O'", "D'", "Mc", "Mac", "Fitz", "O\u2019", "L'")
# Letters that no decomposition parts from their marks.
_UNMARKED = str.maketrans({"\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u00f0": "d"})
_INITIALS = "ABCDEFGHIJKLMNOPQRSTUVW"
_SURNAMES: Mapping[str, float] = {"plain": 89.5, "double": 5, "particle": 3, "prefix": 2.5}


class People:
    """Draws names of people of one part's lists."""

    def __init__(self, lists: Lists, random: Random, *, invented: float = 0.0) -> None:
        """Take the lists, the generator that everything is drawn by, and the share of names that are in no list."""
        self._lists = lists
        self._random = random
        self._invented = invented

    def given(self) -> str:
        """Draw a given name."""
        return self._written(self._listed(self._lists.given))

    def surname(self) -> str:
        """Draw a surname: plain, of two parts, or with what stands before it."""
        drawn = self._written(self._listed(self._lists.surnames))
        form = one_of(self._random, _SURNAMES)
        if form == "double":
            return f"{drawn}-{self._written(self._random.choice(self._lists.surnames).draw(self._random))}"
        before = {"particle": words_for("particles"), "prefix": _PREFIXES}.get(form, ("",))
        return self._random.choice(before) + drawn

    def full(self) -> str:
        """Draw a full name in the order in which it is spoken."""
        draw: Mapping[str, Callable[[], str]] = {
            "given": self.given,
            "last": self.surname,
            "initial": self._initial,
            "nick": lambda: self._lists.words["nickname"].draw(self._random),
            "suffix": lambda: self._random.choice(_SUFFIXES),
        }
        parts = one_of(self._random, _FULL).split("|")
        return "".join(draw[part]() if part in draw else part for part in parts)

    def last_first(self) -> str:
        """Draw a full name with the surname first, as registers have it."""
        given, surname = self.given(), self.surname()
        forms = (
            f"{surname}, {given}", f"{surname}, {given} {self._initial()}", f"{surname}, {given} {self._initial()}.",
            f"{surname.upper()}, {given.upper()}", f"{surname.upper()}, {given.upper()} {self._initial()}",
            f"{surname},{given}", f"{surname.upper()},{given.upper()} {self._initial()}", f"{surname.upper()}, {given}",
        )  # fmt: skip
        return self._random.choice(forms)

    def formal(self) -> str:
        """Draw a name as it stands behind a label."""
        form = one_of(self._random, {"last first": 40, "capitals": 15, "full": 45})
        if form == "last first":
            return self.last_first()
        return self.full().upper() if form == "capitals" else self.full()

    def initials_last(self) -> str:
        """Draw a surname behind initials."""
        first, second = self._initial(), self._initial()
        before = self._random.choice(
            (f"{first}.", f"{first}", f"{first}.{second}.", f"{first}. {second}.", first + second)
        )
        return f"{before} {self.surname()}"

    def titled(self) -> tuple[Piece, ...]:
        """Draw a name behind its title, which is no part of it."""
        name = self.surname() if happens(self._random, 0.8) else self.full()
        return self._behind(self._random.choice(words_for("titles")), name)

    def doctor(self) -> str:
        """Draw what stands behind "Dr."."""
        draw = {"last": self.surname, "full": self.full, "initials": self.initials_last}
        return draw[one_of(self._random, {"last": 70, "full": 23, "initials": 7})]()

    def person(self) -> tuple[Piece, ...]:
        """Draw a full name, with or without a title."""
        return self.titled() if happens(self._random, 0.15) else (Piece(self.full(), PERSON),)

    def possessive(self) -> tuple[Piece, ...]:
        """Draw a name in the genitive; its ending is no part of it."""
        pieces = self.titled() if happens(self._random, 0.6) else (Piece(self._short(), PERSON),)
        last = pieces[-1].text
        return *pieces, Piece("'" if last.endswith("s") and happens(self._random, 0.4) else "'s")

    def _listed(self, lists: Sequence[Names]) -> str:
        chosen = self._random.choice(lists)
        name = chosen.draw(self._random)
        if not happens(self._random, self._invented):
            return name
        return blended(name, chosen.draw(self._random), self._random)

    def _behind(self, title: str, name: str) -> tuple[Piece, ...]:
        return Piece(f"{title} "), Piece(name, PERSON)

    def _short(self) -> str:
        return self.given() if happens(self._random, 0.5) else self.full()

    def _initial(self) -> str:
        return self._random.choice(_INITIALS)

    def _written(self, name: str) -> str:
        """Give a name as it is typed: half of those with marks lose them, as in most records."""
        if name.isascii() or happens(self._random, 0.5):
            return name
        bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        return bare.translate(_UNMARKED)


_FULL: Mapping[str, float] = {
    "given| |last": 55,
    "given| |initial|. |last": 13,
    "given| |initial| |last": 3,
    "given| |given| |last": 7,
    "nick| |last": 6,
    "initial|. |last": 4,
    "given| |initial|.": 3,
    "initial|. |initial|. |last": 2,
    "initial|.|initial|. |last": 1,
    "initial|. |given| |last": 1,
    "given| |last| |last": 3,
    "given| |last|, |suffix": 2,
    "given| |last| |suffix": 2,
    'given| "|nick|" |last': 1,
    "given|-|given| |last": 2,
}
