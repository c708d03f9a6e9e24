"""What fills the slots of frames: names, which are marked, and clinical words, which are not."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

from clinsynth.ontology.loading import load_ontology
from clinsynth.training.names.clinical import words_for
from clinsynth.training.names.drawing import blended, happens, one_of
from clinsynth.training.names.frames import expand
from clinsynth.training.names.lists import Lists
from clinsynth.training.names.marking import EPONYM, ORGANISATION, PERSON, PLACE, Piece
from clinsynth.training.names.organisations import KINDS, Naming
from clinsynth.training.names.people import People

Draw = Callable[[], str]
Fill = Callable[[], Sequence[Piece]]
_KINDS_IN_BOTH_CASES = ("condition", "drug", "symptom", "procedure", "lab")


@cache
def _clinical(ontology: str) -> Mapping[str, tuple[str, ...]]:
    loaded = load_ontology(ontology)
    of_kind = {
        kind: tuple(
            dict.fromkeys(name for concept in loaded.of_kind(kind) for name in (concept.name, *concept.synonyms[:2]))
        )
        for kind in ("condition", "medication", "symptom", "procedure", "lab", "specialty")
    }
    return {**of_kind, "drug": (*of_kind["medication"], *words_for("brands") * 3)}


class Filling:
    """Fills the slots of frames from one part's lists.

    Clinical words are not parted: they are no names.
    """

    def __init__(self, lists: Lists, random: Random, *, ontology: str = "core", invented: float = 0.0) -> None:
        """Take the lists that names are drawn from, the generator, and the share of words that are in no list."""
        self._invented = invented
        self._random = random
        self._lists = lists
        self._clinical = _clinical(ontology)
        self.people = People(self._lists, random, invented=invented)
        self.naming = Naming(self._lists, self.people, random, invented=invented)
        self._eponyms = tuple(self._lists.eponyms)
        self._bearable = tuple(name for name in self._eponyms if name.isalpha())
        self._eponym = self._eponyms[0]
        self._slots = {**self._person_slots(), **self._other_name_slots(), **self._wordy_slots()}

    def fill(self, frame: str, family: str) -> list[Piece]:
        """Expand a frame and fill it; every piece is of its family."""
        self._eponym = self._random.choice(self._bearable if "{eponym_" in frame else self._eponyms)
        pieces = (
            piece
            for part in expand(frame, self._random)
            for piece in (self._slots[part[1:-1]]() if _is_slot(part) else (Piece(part),))
        )
        return [Piece(piece.text, piece.label, family) for piece in pieces]

    def name_for(self, label: str) -> str:
        """Draw a name that may stand where one of that label stands."""
        if label == PERSON:
            return self.people.full() if happens(self._random, 0.5) else self.people.surname()
        return self.naming.named("city") if label == PLACE else self.naming.any()

    def _person_slots(self) -> dict[str, Fill]:
        people = self.people
        names: dict[str, Draw] = {
            "first": people.given,
            "last": people.surname,
            "full": people.full,
            "last_first": people.last_first,
            "formal": people.formal,
            "initials_last": people.initials_last,
            "doctor": people.doctor,
            "eponym_last": lambda: self._eponym,
            "eponym_person": lambda: f"{people.given()} {self._eponym}",
        }
        whole: dict[str, Fill] = {
            "person": people.person,
            "titled": people.titled,
            "possessive": people.possessive,
        }
        return {**_marked(names, PERSON), **whole}

    def _other_name_slots(self) -> dict[str, Fill]:
        naming = self.naming
        organisations: dict[str, Draw] = {"care": naming.care, "org": naming.any}
        organisations |= {kind: self._named(kind) for kind in KINDS}
        places: dict[str, Draw] = {
            "city": self._named("city"),
            "street": self._named("street"),
            "state": lambda: self._lists.states.draw(self._random),
        }
        whole: dict[str, Fill] = {"placename": self._placename, "city_state": self._city_and_state}
        return {**_marked(organisations, ORGANISATION), **_marked(places, PLACE), **whole}

    def _wordy_slots(self) -> dict[str, Fill]:
        draw = self._random
        words: dict[str, Draw] = {
            "age": lambda: str(draw.randint(1, 89)),
            "n": lambda: str(draw.randint(1, 60)),
            "phone": lambda: f"555-{draw.randint(100, 999)}-{draw.randint(1000, 9999)}",
            "date": lambda: f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/{draw.randint(1990, 2024)}",
            "specialty": lambda: self._clinical_word("specialty").title(),
        }
        words |= {
            name: self._word(f"{name}s") for name in ("relation", "month", "unit", "maker", "placeholder", "device")
        }
        for kind in _KINDS_IN_BOTH_CASES:
            words[kind] = self._of_kind(kind)
            words[kind.capitalize()] = self._of_kind(kind, written=_with_capitals)
        return {**_marked(words, ""), "eponym": _one(self._thing, EPONYM)}

    def _named(self, kind: str) -> Draw:
        return lambda: self.naming.named(kind)

    def _word(self, slot: str) -> Draw:
        return lambda: self._random.choice(words_for(slot))

    def _of_kind(self, kind: str, *, written: Callable[[str], str] = str) -> Draw:
        return lambda: written(self._clinical_word(kind))

    def _clinical_word(self, kind: str) -> str:
        name = self._random.choice(self._clinical[kind])
        if kind != "drug" or not happens(self._random, self._invented):
            return name
        return blended(name, self._random.choice(self._clinical[kind]), self._random)

    def _thing(self) -> str:
        # Now and then a frame that speaks of a person and of a thing gives them different names.
        name = self._eponym if happens(self._random, 0.7) else self._random.choice(self._eponyms)
        thing = self._random.choice(self._lists.eponyms[name])
        return f"{name}{thing}" if thing.startswith(("'", "-")) else f"{name} {thing}"

    def _placename(self) -> Sequence[Piece]:
        kind = one_of(self._random, {"city": 50, "city and state": 22, "county": 10, "state": 8, "country": 10})
        if kind == "city":
            return (Piece(self.naming.named("city"), PLACE),)
        if kind == "city and state":
            return self._city_and_state()
        drawn = {"county": self._lists.counties, "state": self._lists.states, "country": self._lists.countries}[kind]
        before = self._random.choice(words_for("compass")) if happens(self._random, 0.1) else ""
        return Piece(before), Piece(drawn.draw(self._random), PLACE)

    def _city_and_state(self) -> Sequence[Piece]:
        states = self._lists.states if happens(self._random, 0.5) else self._lists.state_codes
        return Piece(self.naming.named("city"), PLACE), Piece(", "), Piece(states.draw(self._random), PLACE)


def _marked(draws: Mapping[str, Draw], label: str) -> dict[str, Fill]:
    return {name: _one(draw, label) for name, draw in draws.items()}


def _one(draw: Draw, label: str) -> Fill:
    return lambda: (Piece(draw(), label),)


def _is_slot(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _with_capitals(name: str) -> str:
    return " ".join(word if any(c.isupper() for c in word) else word.capitalize() for word in name.split(" "))
