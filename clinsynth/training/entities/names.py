"""Names of the ontology as a part of the pipeline: what the trained part leaves free, and a list knows."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from clinsynth.errors import ConfigError, nearest
from clinsynth.ontology.concepts import Ontology
from clinsynth.training.entities.dictionary import TYPE_OF

if TYPE_CHECKING:
    from spacy.language import Language

COMPONENT = "names"
_FEWEST_LETTERS = 4  # shorter ones mean too much: "GAD" is an enzyme as often as an anxiety


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse kinds of concepts that are neither substances nor diseases.

    Raises:
        ConfigError: There is one.
    """
    for kind in kinds:
        if kind not in TYPE_OF:
            raise ConfigError(f'entities: names of the kind "{kind}" are of no type; {nearest(kind, TYPE_OF)}')


def add_names(pipeline: "Language", ontology: Ontology, kinds: Sequence[str]) -> int:
    """Add a component that marks the names of an ontology, in any case, where nothing is marked yet; give their number.

    Args:
        pipeline: A pipeline; the component becomes its last.
        ontology: Gives the names.
        kinds: Of the concepts whose names are taken, among those of `TYPE_OF`.
    """
    config = {"phrase_matcher_attr": "LOWER", "overwrite_ents": False, "validate": False}
    ruler = pipeline.add_pipe("entity_ruler", name=COMPONENT, config=config, last=True)
    patterns = [{"label": type_, "pattern": name} for name, type_ in names_of(ontology, kinds)]
    ruler.add_patterns(patterns)
    return len(patterns)


def names_of(ontology: Ontology, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each name once, in small letters, with the type of the first kind that has it."""
    told: set[str] = set()
    for kind in kinds:
        for concept in ontology.of_kind(kind):
            for name in sorted({name.casefold() for name in concept.names} - told):
                told.add(name)
                if len(name) >= _FEWEST_LETTERS:
                    yield name, TYPE_OF[kind]
