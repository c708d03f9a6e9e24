"""The baseline of the recognizer: the names of the ontology, found as they are written."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from clinsynth.data.entities import Entity, Sentence
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.training.entities.scoring import Finder

TYPE_OF: Mapping[str, str] = MappingProxyType(
    {"medication": "CHEMICAL", "drug_class": "CHEMICAL", "condition": "DISEASE", "symptom": "DISEASE"}
)


def named(finder: MentionFinder, text: str) -> tuple[Entity, ...]:
    """Give the names of drugs, classes of drugs, conditions and symptoms in a text, as chemicals and diseases."""
    return tuple(
        Entity(span=found.span, type=TYPE_OF[found.concept.kind])
        for found in finder(text)
        if found.concept.kind in TYPE_OF
    )


def by_names(finder: MentionFinder, types: Sequence[str]) -> Finder:
    """Find entities of some types in sentences by the names of an ontology."""

    def find(sentences: Sequence[Sentence]) -> Iterator[Sequence[Entity]]:
        for sentence in sentences:
            yield tuple(each for each in named(finder, sentence.text) if each.type in types)

    return find
