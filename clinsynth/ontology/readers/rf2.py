"""Reading SNOMED CT in Release Format 2, the snapshot of an edition.

Columns and identifiers are those of the SNOMED CT release file specifications.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers.tables import gathered, read_lines
from clinsynth.ontology.readers.terms import Term, distinct, tidy

Row = TypeVar("Row")

LANGUAGES = {"en-US": "900000000000509007", "en-GB": "900000000000508004"}
_IS_A = "116680003"
_FULLY_SPECIFIED = "900000000000003001"
_SYNONYM = "900000000000013009"
_PREFERRED = "900000000000548007"
_STATED = "900000000000010007"
_ANY_CASE = frozenset({"900000000000448009", "900000000000020002"})  # of the whole term; of its first letter
_TAG = re.compile(r"\(([^()]+)\)$")


class _Concept(NamedTuple):
    id: str
    effective_time: str
    active: str
    module: str
    definition_status: str


class _Description(NamedTuple):
    id: str
    effective_time: str
    active: str
    module: str
    concept: str
    language: str
    type: str
    term: str
    case_significance: str


class _Relationship(NamedTuple):
    id: str
    effective_time: str
    active: str
    module: str
    source: str
    destination: str
    group: str
    type: str
    characteristic: str
    modifier: str


class _LanguageMember(NamedTuple):
    id: str
    effective_time: str
    active: str
    module: str
    refset: str
    description: str
    acceptability: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Graph:
    """Is-a and other relations, by the concept they are said of; a role group may say one again."""

    parents: dict[str, list[str]]
    others: dict[str, list[tuple[str, str]]]


class _Name(NamedTuple):
    """What is held of a description: a name of the language, or the semantic tag of a fully specified name."""

    written: str
    is_preferred: bool
    tag: str


def read_snomed(
    folder: Path, *, language: str = "en-US", tags: Collection[str] = (), relations: bool = False
) -> Iterator[Term]:
    """Yield the active concepts of a SNOMED CT edition that have a preferred term in a language.

    Descriptions are in the order of their own ids, so that most names are held before their concept is complete; held
    too are the ids of active concepts and of the descriptions of the language, and the is-a relations. The files may be
    in any folder below, plain or gzip, and several of a kind (an extension beside the international edition) count as
    one.

    Args:
        folder: The unpacked release, or its Snapshot folder.
        language: "en-US", "en-GB" or the id of another language reference set.
        tags: Semantic tags ("disorder"); a concept with another is left out. All when none is given.
        relations: Keep relations other than is-a too, as the id of their type and of their destination.

    Raises:
        MissingError: A file is not there.
        InputError: A row has another number of columns, or no description belongs to the language.
    """
    active = {row.id for row in _active(_find(folder, "sct2_Concept_Snapshot"), _Concept._make, _Concept._fields)}
    acceptable = _acceptability(folder, LANGUAGES.get(language, language))
    files = _find(folder, "sct2_Description_Snapshot")
    graph = _read_graph(_find(folder, "sct2_Relationship_Snapshot"), active, relations=relations)

    def names() -> Iterator[tuple[str, _Name]]:
        for row in _active(files, _Description._make, _Description._fields):
            if row.concept in active and (name := _name(row, acceptable)):
                yield row.concept, name

    for concept, named in gathered(names):
        term = _term(concept, named, graph)
        if term and (not tags or set(term.types).intersection(tags)):
            yield term


def _name(row: _Description, acceptable: Mapping[str, bool]) -> _Name | None:
    if row.type == _SYNONYM and row.id in acceptable:
        return _Name(_written(row), acceptable[row.id], "")
    # Semantic tags are looked for in English, whatever the language of the names.
    tagged = row.type == _FULLY_SPECIFIED and row.language == "en" and _TAG.search(tidy(row.term))
    return _Name("", is_preferred=False, tag=tagged[1]) if tagged else None


def _written(row: _Description) -> str:
    """Give a term as it stands within a sentence: "Gout" begins with a small letter there, "Crohn disease" does not."""
    term = tidy(row.term)
    return term[:1].lower() + term[1:] if row.case_significance in _ANY_CASE else term


def _term(concept: str, names: list[_Name], graph: _Graph) -> Term | None:
    name = next((each.written for each in names if each.is_preferred), "")
    if not name:
        return None
    return Term(
        id=concept,
        name=name,
        synonyms=distinct((each.written for each in names), but=name),
        codes={"snomedct": (concept,)},
        parents=tuple(dict.fromkeys(graph.parents.get(concept, ()))),
        types=tuple(dict.fromkeys(each.tag for each in names if each.tag)),
        relations=tuple(dict.fromkeys(graph.others.get(concept, ()))),
    )


def _acceptability(folder: Path, refset: str) -> dict[str, bool]:
    """Say of the descriptions of a language whether they are the preferred ones of their concepts."""
    found: dict[str, bool] = {}
    others: set[str] = set()
    paths = _find(folder, "der2_cRefset_Language")
    for row in _active(paths, _LanguageMember._make, _LanguageMember._fields):
        if row.refset == refset:
            found[row.description] = row.acceptability == _PREFERRED
        else:
            others.add(row.refset)
    if not found:
        known = ", ".join(sorted(others)) or "none"
        raise InputError(f"{folder} has no language reference set {refset}; it has: {known}")
    return found


def _read_graph(paths: tuple[Path, ...], active: set[str], *, relations: bool) -> _Graph:
    graph = _Graph(parents={}, others={})
    for row in _active(paths, _Relationship._make, _Relationship._fields):
        if row.source not in active or row.destination not in active or row.characteristic == _STATED:
            continue
        if row.type == _IS_A:
            graph.parents.setdefault(row.source, []).append(row.destination)
        elif relations:
            graph.others.setdefault(row.source, []).append((row.type, row.destination))
    return graph


def _find(folder: Path, name: str) -> tuple[Path, ...]:
    # "x" stands before the names of a provisional release; the language refset names its snapshot further on.
    found = [
        path
        for path in sorted((*folder.rglob(f"{name}*"), *folder.rglob(f"x{name}*")))
        if path.name.removesuffix(".gz").endswith(".txt") and "Snapshot" in path.name
    ]
    if not found:
        raise MissingError(
            f"{folder} has no {name}...Snapshot file; give an unpacked RF2 release with its Snapshot folder"
        )
    return tuple(found)


def _active(paths: tuple[Path, ...], make: Callable[[list[str]], Row], columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows that are active, of all files; their third column says so."""
    for path in paths:
        for number, line in read_lines(path):
            cells = line.split("\t")
            if len(cells) != len(columns):
                raise InputError(f"{path}:{number}: {len(cells)} columns; {len(columns)} were expected")
            # The header says "active" there.
            if cells[2] == "1":
                yield make(cells)
