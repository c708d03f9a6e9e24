"""Finding the concepts of an ontology in a text, by their names and synonyms."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.ontology.concepts import KINDS, Concept, Ontology
from clinsynth.ontology.negation import is_negated
from clinsynth.ontology.phrases import PhraseIndex, folded
from clinsynth.records import Span

# "MI", "Na": in any other case these are ordinary words or parts of other abbreviations ("mi", "as", "na").
_SHORT = 3
# What notes are read for: a body site or a class of drugs inside a longer name ("chest" of "chest pain") says nothing.
FOUND_KINDS = tuple(kind for kind in KINDS if kind not in {"drug_class", "body_site", "specialty"})
# Longer abbreviations that are words in lower case.
_WORDS_IN_LOWER_CASE = frozenset({"AIDS"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A place where a text names a concept, and whether it is said to be absent there."""

    concept: Concept
    span: Span
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pattern:
    concept: Concept
    written: str | None  # the only spelling that counts, or None: any case


@dataclass(frozen=True)
class MentionFinder:
    """Finds names and synonyms as whole words, whatever their case, in the singular or with a plural "s".

    Where names overlap the leftmost counts, of these the longest, of these the concept whose kind comes first in
    `KINDS`. A name with up to three letters that are not all lower case ("MI", "Na") matches as written only.
    Hyphens, line breaks and blanks are alike.

    Attributes:
        kinds: The kinds to look for; those of `FOUND_KINDS` when None.
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

    def _candidates(self, text: str) -> Iterator[tuple[_Pattern, Span]]:
        for start, end, number in self._index.find(text):
            written = text[start:end]
            chosen = next((each for each in self._patterns[number] if each.written in (None, written)), None)
            if chosen is not None:
                yield chosen, Span(start=start, end=end)

    @cached_property
    def _by_phrase(self) -> dict[str, list[_Pattern]]:
        found: dict[str, list[_Pattern]] = {}
        for kind in KINDS:
            if kind in (self.kinds or FOUND_KINDS):
                for concept in self.ontology.of_kind(kind):
                    for pattern, surface in _surfaces(concept):
                        found.setdefault(folded(surface), []).append(pattern)
        return found

    @cached_property
    def _patterns(self) -> tuple[list[_Pattern], ...]:
        return tuple(self._by_phrase.values())

    @cached_property
    def _index(self) -> PhraseIndex:
        return PhraseIndex(self._by_phrase)


def _surfaces(concept: Concept) -> Iterator[tuple[_Pattern, str]]:
    for name in concept.names:
        exact = _matches_in_its_case_only(name)
        for surface in (name, f"{name}s") if _has_plural(concept, name) else (name,):
            yield _Pattern(concept=concept, written=surface if exact else None), surface


def _has_plural(concept: Concept, name: str) -> bool:
    # "pulses" are felt on examination; "sodiums" are never seen.
    return concept.kind not in {"lab", "vital"} and name[-1].isalpha() and name[-1] not in "sS"


def _matches_in_its_case_only(name: str) -> bool:
    n_letters = sum(character.isalpha() for character in name)
    return (n_letters <= _SHORT and name != name.lower()) or name in _WORDS_IN_LOWER_CASE
