"""What examples are made from: real ones that may be used, names, contexts, and the words of the labels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.methods.schemes import Scheme
from clinsynth.ontology import MentionFinder, Ontology
from clinsynth.records import Argument, Example, Span
from clinsynth.shingles import words

Found = Sequence[tuple[str, Span]]


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a method draws from.

    Attributes:
        layout: "relations" or "questions".
        real: The real examples that may be used, as few as they are.
    """

    scheme: Scheme
    layout: str
    real: Sequence[Example] = field(repr=False)
    ontology: Ontology = field(repr=False)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Names for the first argument."""
        return self._concepts or _surfaces(self.real, "head")

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """Names for the second argument."""
        return self._concepts or _surfaces(self.real, "tail")

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of the real questions, each once."""
        return tuple(dict.fromkeys(example.text for example in self.real if example.question is not None))

    @cached_property
    def by_label(self) -> Mapping[str, Sequence[Example]]:
        """The real examples of each label."""
        return {label: [e for e in self.real if e.label == label] for label in self.scheme.labels}

    def mentions(self, text: str) -> Found:
        """Find names of possible arguments: what they are called, and where, in the order of the text."""
        if self.scheme.kind is not None:
            return [(mention.concept.name, mention.span) for mention in self._finder(text)]
        if self._names is None:
            return []
        return [(m[0].casefold(), Span(start=m.start(), end=m.end())) for m in self._names.finditer(text)]

    def nearest_context(self, question: str) -> str | None:
        """Give the real context that shares the largest part of a question's words; None where none shares any."""
        asked = {word for word, _ in words(question)}
        shares = [len(asked & known) for known in self._context_words]
        best = max(shares, default=0)
        return self.contexts[shares.index(best)] if best else None

    @cached_property
    def _concepts(self) -> tuple[str, ...]:
        if self.scheme.kind is None:
            return ()
        return tuple(sorted(concept.name for concept in self.ontology.of_kind(self.scheme.kind)))

    @cached_property
    def _finder(self) -> MentionFinder:
        return MentionFinder(self.ontology, kinds=(str(self.scheme.kind),))

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        names = sorted({*self.heads, *self.tails}, key=lambda name: (-len(name), name))
        return name_pattern(*names) if names else None

    @cached_property
    def _context_words(self) -> list[frozenset[str]]:
        return [frozenset(word for word, _ in words(context)) for context in self.contexts]


def name_pattern(*names: str) -> re.Pattern[str]:
    """Match any of some names as whole words, whatever their case."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)


def surface(example: Example, side: Argument) -> str:
    """Give what an argument is called where it is first mentioned."""
    return example.text[side.mentions[0].start : side.mentions[0].end]


def _surfaces(examples: Sequence[Example], side: str) -> tuple[str, ...]:
    sides = ((example, getattr(example, side)) for example in examples)
    return tuple(sorted({surface(example, argument) for example, argument in sides if argument}))
