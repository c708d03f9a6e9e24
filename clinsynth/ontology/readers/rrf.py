"""Reading the Rich Release Format of the National Library of Medicine, and the UMLS Metathesaurus in it.

Columns are those of the UMLS Reference Manual and the RxNorm technical documentation. A relation is said of the second
concept of its row: CUI2 is what RELA says of CUI1. `rxnorm.py` reads RxNorm's own tables of the same layout.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers.tables import gathered, read_lines
from clinsynth.ontology.readers.terms import Term, distinct, grouped, tidy

Row = TypeVar("Row")

# Fully specified names ("Gout (disorder)") are never what a note says.
_NEVER_WRITTEN = frozenset({"FN", "MTH_FN"})
_NO_CODE = "NOCODE"


class Atom(NamedTuple):
    """A row of MRCONSO.RRF or RXNCONSO.RRF: one name of a concept in one vocabulary."""

    concept: str
    lat: str
    ts: str
    lui: str
    stt: str
    sui: str
    ispref: str
    aui: str
    saui: str
    scui: str
    sdui: str
    sab: str
    tty: str
    code: str
    text: str
    srl: str
    suppress: str
    cvf: str


class Link(NamedTuple):
    """A row of MRREL.RRF or RXNREL.RRF; these two put group and direction, which are not used, in different order."""

    object: str
    object_atom: str
    object_kind: str
    rel: str
    subject: str
    subject_atom: str
    subject_kind: str
    rela: str
    rui: str
    srui: str
    sab: str
    sl: str
    group_or_direction: str
    direction_or_group: str
    suppress: str
    cvf: str


class Typing(NamedTuple):
    """A row of MRSTY.RRF: one semantic type of a concept."""

    concept: str
    tui: str
    stn: str
    sty: str
    atui: str
    cvf: str


class Attribute(NamedTuple):
    """A row of RXNSAT.RRF: one attribute of a concept."""

    concept: str
    lui: str
    sui: str
    aui: str
    kind: str
    code: str
    atui: str
    satui: str
    name: str
    sab: str
    value: str
    suppress: str
    cvf: str


def read_umls(
    folder: Path,
    *,
    language: str = "ENG",
    vocabularies: Collection[str] = (),
    types: Collection[str] = (),
    relations: bool = False,
) -> Iterator[Term]:
    """Yield the concepts of a UMLS release, each when its last row of MRCONSO.RRF was read.

    Held are the semantic types of the concepts that are wanted, a number for each of these, and their relations if they
    are asked for. MRCONSO.RRF is read twice, its rows may come in any order, and of a sorted file one concept is held.
    Rows that are suppressible, obsolete or in another language are left out.

    Args:
        folder: The folder of the release, or its META folder.
        language: The language of names, as LAT has it.
        vocabularies: Source abbreviations (SAB) whose names, codes and relations count; all when none is given.
        types: Semantic types (TUI); a concept with none of them is left out. All when none is given.
        relations: Read MRREL.RRF too, for parents and relations between the concepts that are wanted.

    Raises:
        MissingError: A file is not there.
        InputError: A row has another number of columns; the message names file and line.
    """
    path = find(folder, "MRCONSO.RRF")
    semantic = _semantic_types(find(folder, "MRSTY.RRF"), frozenset(types))
    chosen = frozenset(vocabularies)
    links = _Links.read(find(folder, "MRREL.RRF"), semantic, chosen) if relations else _Links({}, {})

    def atoms() -> Iterator[tuple[str, Atom]]:
        for atom in rows(path, Atom._make, len(Atom._fields)):
            wanted = atom.concept in semantic and atom.lat == language and atom.suppress == "N"
            if wanted and atom.tty not in _NEVER_WRITTEN and (not chosen or atom.sab in chosen):
                yield atom.concept, atom

    for concept, named in gathered(atoms):
        if term := _umls_term(concept, named, semantic[concept], links):
            yield term


def _umls_term(concept: str, atoms: list[Atom], types: tuple[str, ...], links: "_Links") -> Term | None:
    # The preferred form of the preferred name, in the preferred atom; the order of the file decides what is left.
    ordered = sorted(atoms, key=lambda atom: (atom.ts != "P", atom.stt != "PF", atom.ispref != "Y"))
    name = next((text for atom in ordered if (text := tidy(atom.text))), "")
    if not name:
        return None
    codes = ((atom.sab, atom.code) for atom in atoms if atom.code != _NO_CODE)
    return Term(
        id=concept,
        name=name,
        synonyms=distinct((atom.text for atom in ordered), but=name),
        codes=grouped((("umls", concept), *codes)),
        parents=tuple(links.parents.get(concept, ())),
        types=types,
        relations=tuple(links.others.get(concept, ())),
    )


def _semantic_types(path: Path, wanted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    same: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in rows(path, Typing._make, len(Typing._fields)):
        types = (*found.get(row.concept, ()), row.tui)
        # A few hundred combinations for millions of concepts: each is held once.
        found[row.concept] = same.setdefault(types, types)
    return {concept: types for concept, types in found.items() if not wanted or wanted.intersection(types)}


class _Links(NamedTuple):
    """Parents and other relations by concept; dictionaries as sets that keep their order."""

    parents: Mapping[str, Mapping[str, None]]
    others: Mapping[str, Mapping[tuple[str, str], None]]

    @classmethod
    def read(cls, path: Path, known: Collection[str], vocabularies: frozenset[str]) -> "_Links":
        parents: dict[str, dict[str, None]] = {}
        others: dict[str, dict[tuple[str, str], None]] = {}
        for row in rows(path, Link._make, len(Link._fields)):
            inside = row.subject in known and row.object in known and row.subject != row.object
            if not inside or row.suppress not in {"N", ""} or (vocabularies and row.sab not in vocabularies):
                continue
            if row.rel == "CHD":
                parents.setdefault(row.subject, {})[row.object] = None
            elif row.rel == "PAR":
                parents.setdefault(row.object, {})[row.subject] = None
            elif row.rela:
                others.setdefault(row.subject, {})[row.rela, row.object] = None
        return cls(parents, others)


def find(folder: Path, name: str) -> Path:
    """Find a file of a release in its folder or where a release keeps it, plain or gzip."""
    for place in (folder, folder / "META", folder / "rrf"):
        for path in (place / name, place / f"{name}.gz"):
            if path.is_file():
                return path
    raise MissingError(
        f"{folder} has no {name}, plain or gzip; give the META folder of a UMLS, the rrf of an RxNorm release"
    )


def rows(path: Path, make: Callable[[list[str]], Row], n_columns: int) -> Iterator[Row]:
    """Yield the rows of a table as records.

    Raises:
        InputError: It cannot be read, or a row has not `n_columns` columns; the message names the line.
    """
    for number, line in read_lines(path):
        cells = line.split("|")
        # Each column is closed with a bar, the last one too.
        if len(cells) != n_columns + 1 or cells.pop():
            raise InputError(f"{path}:{number}: {line.count('|')} columns closed with |; {n_columns} were expected")
        yield make(cells)
