"""Other facts of the same kinds: text that cannot be known, only copied from its prompt.

The drug in the text is the one in the prompt, whatever the text leads to expect. Meant for pretraining: a small model
that reads only real notes learns what usually follows, and names that.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.prompts.slots import plain_wording
from clinsynth.records import Fact, Note

# The kinds of concepts that each kind of fact can be of.
_CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "condition": ("condition",),
    "symptom": ("symptom",),
    "finding": ("finding",),
    "procedure": ("procedure",),
    "medication": ("medication",),
    "allergy": ("allergen", "medication"),
}
_SHARE_OF_ONTOLOGY = 0.5  # the rest is drawn as often as notes have it
_SHARE_OF_SYNONYMS = 0.15
_SHARE_REDRAWN = 0.7  # results with other digits
_ADULT, _OLDEST = 18, 89
_NUMBER = re.compile(r"\d[\d.]*(?:/\d+)?")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """Facts that stand for those of a section, with the ids of these.

    Attributes:
        surfaces: By id, the words of a fact in the text, where they are not those of the prompt.
    """

    facts: tuple[Fact, ...]
    surfaces: Mapping[str, str] = field(repr=False)

    def wording(self, fact: Fact, random: Random) -> str:
        """Word a fact for the text."""
        return self.surfaces.get(fact.id) or plain_wording(fact, random)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Draws facts of the same kinds: half of the names from an ontology, evenly, half as often as real notes have them.

    Attributes:
        seen: The facts of real notes.
    """

    ontology: Ontology = field(repr=False)
    seen: tuple[Fact, ...] = field(repr=False)

    @classmethod
    def of(cls, notes: Iterable[Note], ontology: Ontology) -> "Exchange":
        """Draw from an ontology and from extracted notes."""
        facts = (fact for note in notes if note.case is not None for fact in note.case.facts)
        return cls(ontology=ontology, seen=tuple(fact for fact in facts if not fact.negated))

    def __call__(self, facts: Sequence[Fact], random: Random) -> Exchanged:
        """Give a fact for each fact: same id, kind, relation and polarity, another value; a dose follows its drug."""
        drugs: dict[str, str] = {}
        surfaces: dict[str, str] = {}
        others = []
        for fact in facts:
            if fact.kind in _CONCEPTS:
                name, surface = self._name(fact.kind, random)
                if fact.kind == "medication":
                    drugs[fact.value] = name
                surfaces[fact.id] = surface
                others.append(replace(fact, value=name, code=None))
            else:
                others.append(self._other(fact, drugs, random))
        return Exchanged(facts=tuple(others), surfaces=surfaces)

    def _name(self, kind: str, random: Random) -> tuple[str, str]:
        """Give the name of a concept, and its words in the text."""
        seen = self._seen.get(kind, ())
        if seen and random.random() >= _SHARE_OF_ONTOLOGY:
            name = random.choice(seen).value
            return name, name
        concept = random.choice(self._concepts[kind])
        is_synonym = random.random() < _SHARE_OF_SYNONYMS
        return concept.name, random.choice(concept.names) if is_synonym else concept.name

    def _other(self, fact: Fact, drugs: Mapping[str, str], random: Random) -> Fact:
        if fact.kind == "age":
            return replace(fact, value=_age(fact.value, random))
        drawn = random.choice(self._seen.get(fact.kind) or (fact,))
        if fact.kind in {"dose", "frequency"}:
            return replace(fact, subject=drugs.get(fact.subject, fact.subject), value=drawn.value)
        if fact.kind not in {"lab", "vital"}:
            return fact
        value = _redrawn(drawn.value, random) if random.random() < _SHARE_REDRAWN else drawn.value
        return replace(fact, subject=drawn.subject, value=value, code=None)

    @cached_property
    def _seen(self) -> dict[str, tuple[Fact, ...]]:
        kinds: dict[str, list[Fact]] = {}
        for fact in self.seen:
            kinds.setdefault(fact.kind, []).append(fact)
        return {kind: tuple(facts) for kind, facts in kinds.items()}

    @cached_property
    def _concepts(self) -> dict[str, tuple[Concept, ...]]:
        return {
            kind: tuple(concept for each in concepts for concept in self.ontology.of_kind(each))
            for kind, concepts in _CONCEPTS.items()
        }


def _age(value: str, random: Random) -> str:
    """Draw another age on the same side of adulthood: a child's note speaks of a child."""
    is_adult = not value.isdigit() or int(value) >= _ADULT
    return str(random.randint(_ADULT, _OLDEST) if is_adult else random.randint(1, _ADULT - 1))


def _redrawn(value: str, random: Random) -> str:
    """Draw each digit of a result anew, not those of its unit; none that begins a number becomes 0.

    >>> _redrawn("143/72 mmHg", Random(1))
    '391/51 mmHg'
    """
    number = _NUMBER.match(value)
    if number is None:
        return value
    begins = {match.start() for match in re.finditer(r"(?<![\d.])\d", number[0])}
    digits = _DIGIT.sub(lambda match: str(random.randint(1 if match.start() in begins else 0, 9)), number[0])
    return digits + value[number.end() :]
