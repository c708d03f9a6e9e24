"""The names that checks look for: built once a process for each ontology, whatever asks for them."""

from functools import cache

from clinsynth.checks.near_names import NearNames
from clinsynth.ontology.loading import load_ontology
from clinsynth.ontology.mentions import MentionFinder


@cache
def mention_finder(ontology: str) -> MentionFinder:
    """Give the finder of all concepts of an ontology, by its name or folder."""
    return MentionFinder(load_ontology(ontology))


@cache
def drug_names(ontology: str) -> NearNames:
    """Give the names of all drugs of an ontology, to be searched for the nearest."""
    drugs = load_ontology(ontology).of_kind("medication")
    return NearNames([name for drug in drugs for name in drug.names])
