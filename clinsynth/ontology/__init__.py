"""Clinical knowledge as data: concepts with names, codes and ranges, and what relates them."""

from clinsynth.ontology.concepts import KINDS, PREDICATES, Concept, Ontology, Relation
from clinsynth.ontology.loading import load_ontology
from clinsynth.ontology.mentions import Mention, MentionFinder
from clinsynth.ontology.negation import is_negated

__all__ = [
    "KINDS",
    "PREDICATES",
    "Concept",
    "Mention",
    "MentionFinder",
    "Ontology",
    "Relation",
    "is_negated",
    "load_ontology",
]
