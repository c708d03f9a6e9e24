"""Finding the concepts of an ontology in a text, by their names and synonyms."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from clinsynth.ontology.concepts import KINDS, Concept, Ontology
from clinsynth.ontology.negation import is_negated
from clinsynth.records import Span

# "MI", "Na": in any other case these are ordinary words or parts of other abbreviations ("mi", "as", "na").
_SHORT = 3
# Longer abbreviations that are words in lower case.
_WORDS_IN_LOWER_CASE = frozenset({"AIDS", "DASH", "FAST", "HELLP", "PAIN"})
_ALIKE = str.maketrans({"-": " ", "‐": " ", "‑": " ", "–": " ", "\n": " ", "\t": " ", "\u00a0": " ", "’": "'"})  # noqa: RUF001 - these are what notes hold


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A place where a text names a concept, and whether it is said to be absent there."""

    concept: Concept
    span: Span
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pattern:
    concept: Concept
    written: str
    exact: bool


@dataclass(frozen=True)
class MentionFinder:
    """Finds names and synonyms as whole words, whatever their case, in the singular or with a plural "s".

    Where names overlap the leftmost counts, of these the longest, of these the concept whose kind comes first in
    `KINDS`. A name of up to three letters that is not written in lower case ("MI", "Na") matches in its own case only.
    Hyphens, line breaks and blanks are alike.

    Attributes:
        kinds: The kinds to look for; all when None.
    """

    ontology: Ontology = field(repr=False)
    kinds: tuple[str, ...] | None = None

    def __call__(self, text: str) -> tuple[Mention, ...]:
        """Give the mentions in the order of the text, without overlap."""
        mentions: list[Mention] = []
        end = 0
        for pattern, span in self._candidates(text):
            if span.start >= end:
                mentions.append(Mention(concept=pattern.concept, span=span, negated=is_negated(text, span)))
                end = span.end
        return tuple(mentions)

    def _candidates(self, text: str) -> list[tuple[_Pattern, Span]]:
        found: list[tuple[int, int, int]] = []
        for key, start, end in self._automaton.find_matches_as_indexes(_folded(text), overlapping=True):
            if _is_whole(text, start, end):
                chosen = self._chosen(key, text[start:end])
                if chosen is not None:
                    found.append((start, -end, chosen))
        found.sort()
        return [(self._flat[index], Span(start=start, end=-minus_end)) for start, minus_end, index in found]

    def _chosen(self, key: int, written: str) -> int | None:
        indexes = self._indexes[key]
        return next((i for i in indexes if not self._flat[i].exact or self._flat[i].written == written), None)

    @cached_property
    def _flat(self) -> tuple[_Pattern, ...]:
        kinds = KINDS if self.kinds is None else tuple(kind for kind in KINDS if kind in self.kinds)
        concepts = (concept for kind in kinds for concept in self.ontology.of_kind(kind))
        return tuple(pattern for concept in concepts for pattern in _patterns(concept))

    @cached_property
    def _by_key(self) -> dict[str, list[int]]:
        keys: dict[str, list[int]] = {}
        for index, pattern in enumerate(self._flat):
            keys.setdefault(_folded(pattern.written), []).append(index)
        return keys

    @cached_property
    def _indexes(self) -> tuple[list[int], ...]:
        return tuple(self._by_key.values())

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(self._by_key)


def _patterns(concept: Concept) -> Iterator[_Pattern]:
    for name in concept.names:
        exact = _matches_in_its_case_only(name)
        yield _Pattern(concept=concept, written=name, exact=exact)
        if name[-1].isalpha() and name[-1] not in "sS":
            yield _Pattern(concept=concept, written=f"{name}s", exact=exact)


def _matches_in_its_case_only(name: str) -> bool:
    n_letters = sum(character.isalpha() for character in name)
    return (n_letters <= _SHORT and name != name.lower()) or name in _WORDS_IN_LOWER_CASE


def _folded(text: str) -> str:
    """Fold case, hyphens and blanks without moving a character: the result is as long as the text.

    >>> _folded("Type-2 DIABETES")
    'type 2 diabetes'
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
    return lowered.translate(_ALIKE)


def _is_whole(text: str, start: int, end: int) -> bool:
    joined_before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    joined_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not joined_before and not joined_after
