"""Reading the Rich Release Format of the National Library of Medicine: the UMLS Metathesaurus and RxNorm.

Columns are those of the UMLS Reference Manual and the RxNorm technical documentation. Rows are read one at a time, in any
order. A relation of a row is said of its second concept: CUI2 is what RELA says of CUI1.
"""

import re
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
    """A row of MRREL.RRF or RXNREL.RRF; the columns before `suppress`, which the two order differently, are not used."""

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

    Held are the semantic types of the concepts that are wanted, a number for each of these, and their relations if asked
    for; MRCONSO.RRF is read twice and never held. Rows that are suppressible, obsolete or in another language are left out.

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
    path = _find(folder, "MRCONSO.RRF")
    semantic = _semantic_types(_find(folder, "MRSTY.RRF"), frozenset(types))
    chosen = frozenset(vocabularies)
    links = _Links.read(_find(folder, "MRREL.RRF"), semantic, chosen) if relations else _Links({}, {})

    def atoms() -> Iterator[tuple[str, Atom]]:
        for atom in _rows(path, Atom._make, len(Atom._fields)):
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
    for row in _rows(path, Typing._make, len(Typing._fields)):
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
        for row in _rows(path, Link._make, len(Link._fields)):
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


# Term types of RxNorm: ingredients, several of them, precise ones (salts), brand names, dose forms, and clinical drugs as
# ingredient with form and as ingredient with strength; SY is another name of any of them.
_DRUG_TYPES = ("IN", "MIN", "PIN", "BN", "DF", "SCDF", "SCDC")
_SAME_RELATION = {
    "has_tradename": "tradename_of",
    "has_form": "form_of",
    "ingredient_of": "has_ingredient",
    "dose_form_of": "has_dose_form",
    "part_of": "has_part",
}
_RELATIONS = frozenset(_SAME_RELATION.values())
_PLAIN_STRENGTH = re.compile(r"^(\d+(?:\.\d+)?) (MG|MCG|G|UNT|MEQ)$")
_UNITS = {"MG": "mg", "MCG": "mcg", "G": "g", "UNT": "units", "MEQ": "mEq"}


def read_rxnorm(folder: Path) -> Iterator[Term]:
    """Yield the ingredients of an RxNorm release ("IN") and the combinations of them ("MIN").

    Their synonyms are RxNorm's own, their salts and their brand names; a brand of several ingredients belongs to the
    combination of just these. The attributes `forms` and `strengths` are dose forms and the strengths of products where
    these are a number with a unit, which are not usual doses. Held are the rows of ingredients, brands, forms and
    strengths with the relations between them; the three files are larger and read once.

    Args:
        folder: The folder of the release, or its rrf folder.

    Raises:
        MissingError: A file is not there.
        InputError: A row has another number of columns; the message names file and line.
    """
    drugs = _Drugs.read(folder)
    for term_type in ("IN", "MIN"):
        for concept, name in drugs.names[term_type].items():
            yield Term(
                id=concept,
                name=name,
                synonyms=distinct(drugs.synonyms_of(concept, name), but=name),
                codes={"rxnorm": (concept,)},
                types=(term_type,),
                relations=tuple(("has_part", part) for part in drugs.related["has_part"].get(concept, ())),
                attributes=drugs.attributes_of(concept),
            )


class _Drugs:
    """What is held of RxNorm: names by term type, relations in one direction, and to which drug the rest belongs."""

    def __init__(self) -> None:
        self.names: dict[str, dict[str, str]] = {term_type: {} for term_type in _DRUG_TYPES}
        self.others: dict[str, list[str]] = {}
        self.related: dict[str, dict[str, dict[str, None]]] = {relation: {} for relation in _RELATIONS}
        self.strengths: dict[str, str] = {}
        self.belonging: dict[str, dict[str, list[str]]] = {}

    @classmethod
    def read(cls, folder: Path) -> "_Drugs":
        drugs = cls()
        names, relations, attributes = (_find(folder, f"RXN{table}.RRF") for table in ("CONSO", "REL", "SAT"))
        drugs._read_names(names)
        drugs._read_relations(relations)
        drugs._read_strengths(attributes)
        drugs._assign()
        return drugs

    def _read_names(self, path: Path) -> None:
        for atom in _rows(path, Atom._make, len(Atom._fields)):
            name = tidy(atom.text)
            if atom.sab != "RXNORM" or atom.suppress != "N" or not name:
                continue
            if atom.tty in self.names:
                self.names[atom.tty].setdefault(atom.concept, name)
            elif atom.tty == "SY":
                self.others.setdefault(atom.concept, []).append(name)

    def _read_relations(self, path: Path) -> None:
        known = {concept for names in self.names.values() for concept in names}
        for row in _rows(path, Link._make, len(Link._fields)):
            if row.sab != "RXNORM" or row.suppress not in {"N", ""}:
                continue
            subject, relation, target = row.subject, row.rela, row.object
            if relation in _SAME_RELATION:
                subject, relation, target = target, _SAME_RELATION[relation], subject
            if relation in _RELATIONS and subject in known and target in known:
                self.related[relation].setdefault(subject, {})[target] = None

    def _read_strengths(self, path: Path) -> None:
        for row in _rows(path, Attribute._make, len(Attribute._fields)):
            if row.name == "RXN_STRENGTH" and row.sab == "RXNORM" and row.suppress == "N":
                self.strengths[row.concept] = row.value

    def _assign(self) -> None:
        """Find the drug of each brand, salt, form and strength: the one with just these ingredients."""
        ingredients = self.names["IN"]
        drugs = {frozenset({concept}): concept for concept in ingredients}
        for concept in self.names["MIN"]:
            drugs.setdefault(frozenset(self.related["has_part"].get(concept, ())), concept)
        for term_type, relation in (
            ("BN", "tradename_of"),
            ("PIN", "form_of"),
            ("SCDF", "has_ingredient"),
            ("SCDC", "has_ingredient"),
        ):
            self.belonging[term_type] = {}
            for concept in self.names[term_type]:
                parts = frozenset(self.related[relation].get(concept, ())).intersection(ingredients)
                if drug := drugs.get(parts):
                    self.belonging[term_type].setdefault(drug, []).append(concept)

    def synonyms_of(self, concept: str, name: str) -> Iterator[str]:
        yield from self.others.get(concept, ())
        if concept in self.names["MIN"]:
            yield from (name.replace(" / ", "-"), name.replace(" / ", "/"))
        for term_type in ("PIN", "BN"):
            for other in self.belonging[term_type].get(concept, ()):
                yield self.names[term_type][other]

    def attributes_of(self, concept: str) -> dict[str, tuple[str, ...]]:
        forms = (
            self.names["DF"][form].lower()
            for drug in self.belonging["SCDF"].get(concept, ())
            for form in self.related["has_dose_form"].get(drug, ())
            if form in self.names["DF"]
        )
        written = (self.strengths.get(drug, "") for drug in self.belonging["SCDC"].get(concept, ()))
        plain = {found.groups() for text in written if (found := _PLAIN_STRENGTH.match(text))}
        ordered = sorted(plain, key=lambda strength: (strength[1], float(strength[0])))
        found = {
            "forms": tuple(dict.fromkeys(forms)),
            "strengths": tuple(f"{number} {_UNITS[unit]}" for number, unit in ordered),
        }
        return {key: values for key, values in found.items() if values}


def _find(folder: Path, name: str) -> Path:
    """Find a file of a release in its folder or where a release keeps it, plain or gzip."""
    for place in (folder, folder / "META", folder / "rrf"):
        for path in (place / name, place / f"{name}.gz"):
            if path.is_file():
                return path
    raise MissingError(
        f"{folder} has no {name}, plain or gzip; give the META folder of a UMLS, the rrf of an RxNorm release"
    )


def _rows(path: Path, make: Callable[[list[str]], Row], n_columns: int) -> Iterator[Row]:
    for number, line in read_lines(path):
        cells = line.split("|")
        # Each column is closed with a bar, the last one too.
        if len(cells) != n_columns + 1 or cells.pop():
            raise InputError(f"{path}:{number}: {line.count('|')} columns closed with |; {n_columns} were expected")
        yield make(cells)
