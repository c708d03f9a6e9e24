"""Writing the tables of an ontology, as `loading` reads them."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from clinsynth.ontology.concepts import Concept, Relation


def concept_cells(concept: Concept) -> tuple[str, ...]:
    """Give the cells of a row of concepts.tsv."""
    synonyms = "|".join(concept.synonyms)
    codes, attributes = pairs(concept.codes), pairs(concept.attributes)
    return concept.id, concept.kind, concept.name, synonyms, codes, attributes, concept.source


def relation_cells(relation: Relation) -> tuple[str, ...]:
    """Give the cells of a row of relations.tsv."""
    return relation.subject, relation.predicate, relation.object, pairs(relation.attributes), relation.source


def pairs(values: Mapping[str, str]) -> str:
    """Write a mapping in one cell.

    >>> pairs({"unit": "mmol/L", "low": "3.5"})
    'unit=mmol/L; low=3.5'
    """
    return "; ".join(f"{key}={value}" for key, value in values.items())


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a header and rows, separated by tabs; nothing in a cell is escaped."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(cells) + "\n" for cells in chain((columns,), rows))
