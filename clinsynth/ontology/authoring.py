"""The authored tables of an ontology: what was written by hand, read into concepts, relations and ranges.

A kind of concept has a folder of tables (`conditions/cardiology.tsv`, ...), read in the order of their names. Columns
that name other concepts become relations; the rest describes the concept itself.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from clinsynth.errors import InputError
from clinsynth.ontology.concepts import Concept, Relation
from clinsynth.ontology.ranges import OLDEST, RANGE_LIMITS, YOUNGEST, RangeRow, range_row

FOLDERS: Mapping[str, str] = {
    "condition": "conditions",
    "medication": "medications",
    "lab": "labs",
    "vital": "vitals",
    "symptom": "symptoms",
    "allergen": "allergens",
    "procedure": "procedures",
    "finding": "findings",
    "drug_class": "drug_classes",
    "body_site": "body_sites",
    "specialty": "specialties",
}
_TABLES = (
    "ranges.tsv",
    "interactions.tsv",
    "regimens.tsv",
    "combinations.tsv",
    "essentials.tsv",
    "exclusions.tsv",
    "alike.tsv",
    "complications.tsv",
    "effects.tsv",
)
# Columns that name other concepts: what the relation is called, and the kind that is named.
_RELATIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "condition": {
        "symptoms": ("has_symptom", "symptom"),
        "findings": ("has_finding", "finding"),
        "sites": ("located_in", "body_site"),
        "drugs": ("treated_by", "medication"),
        "raises": ("raises", "lab"),
        "lowers": ("lowers", "lab"),
        "vitals_raised": ("raises", "vital"),
        "vitals_lowered": ("lowers", "vital"),
        "comorbid": ("comorbid_with", "condition"),
        "tests": ("investigated_by", "procedure"),
        "operations": ("operated_by", "procedure"),
        "imaging": ("shown_by", "procedure"),
    },
    "medication": {
        "class": ("member_of", "drug_class"),
        "allergens": ("in_class", "allergen"),
        "contraindicated": ("contraindicated_in", "condition"),
    },
    "drug_class": {"contraindicated": ("contraindicated_in", "condition")},
}
_NOT_ATTRIBUTES = frozenset({"name", "synonyms", "icd10cm", "matches"})
NO_DRUG = "none"
_BETWEEN_ATTRIBUTES = ";"
_STRENGTH = re.compile(r"^(.+?) \((mild|moderate|marked)\)$")
# A blood pressure is two signs.
_BOTH_PRESSURES = ("systolic blood pressure", "diastolic blood pressure")
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Authored:
    """All rows, each with where it stands ("conditions/cardiology.tsv:12")."""

    by_kind: Mapping[str, tuple[tuple[str, Row], ...]]
    tables: Mapping[str, tuple[tuple[str, Row], ...]]

    def named(self, kind: str) -> dict[str, Row]:
        """Give the rows of a kind by name."""
        return {row["name"]: row for _, row in self.by_kind[kind]}


def read_authored(folder: Path) -> Authored:
    """Read the authored tables below a folder; lists in cells are joined with "|".

    Raises:
        InputError: A table is missing, or a row has more or fewer cells than the header.
    """
    by_kind = {
        kind: tuple(pair for path in sorted((folder / name).glob("*.tsv")) for pair in _read(path, folder))
        for kind, name in FOLDERS.items()
    }
    return Authored(by_kind=by_kind, tables={name: tuple(_read(folder / name, folder)) for name in _TABLES})


def _read(path: Path, folder: Path) -> Iterator[tuple[str, Row]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    for line, row in enumerate(rows, start=2):
        where = f"{path.relative_to(folder)}:{line}"
        if None in row or None in row.values():
            raise InputError(f"{where}: the row has not as many cells as the header")
        if _BETWEEN_ATTRIBUTES in "".join(row.values()):
            raise InputError(f'{where}: a cell holds ";", which parts the attributes in the built tables; use a comma')
        yield where, {key: value.strip() for key, value in row.items()}


def concept_id(kind: str, name: str) -> str:
    """Give the id of a concept.

    >>> concept_id("condition", "Type 2 diabetes mellitus")
    'condition/type-2-diabetes-mellitus'
    """
    return f"{kind}/{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"


def items(cell: str) -> tuple[str, ...]:
    """Split a cell that is a list."""
    return tuple(item.strip() for item in cell.split("|") if item.strip())


def concepts(authored: Authored) -> Iterator[tuple[str, Concept]]:
    """Give each concept with where it stands."""
    for kind, rows in authored.by_kind.items():
        named = _RELATIONS.get(kind, {})
        for where, row in rows:
            attributes = {
                key: value
                for key, value in row.items()
                if (key not in named or key == "class") and key not in _NOT_ATTRIBUTES
            }
            if kind == "condition":
                attributes["therapy"] = "none" if row["drugs"] == NO_DRUG else "drug"
            yield (
                where,
                Concept(
                    id=concept_id(kind, row["name"]),
                    name=row["name"],
                    kind=kind,
                    synonyms=items(row["synonyms"]),
                    codes={"icd10cm": row["icd10cm"]} if kind == "condition" else {},
                    attributes=attributes,
                    source="icd10cm-2021" if kind == "condition" else "curated",
                ),
            )


def relations(authored: Authored) -> Iterator[tuple[str, Relation]]:
    """Give each relation with where it stands, all of them `curated`."""
    regimens = _regimens(authored)
    for kind, rows in authored.by_kind.items():
        for where, row in rows:
            for column, (predicate, target) in _RELATIONS.get(kind, {}).items():
                for item in items(row[column]):
                    if item != NO_DRUG:
                        yield from _related(where, (kind, row["name"]), predicate, (target, item), regimens)
    yield from _unused_regimens(authored)
    yield from ((where, _interaction(row)) for where, row in authored.tables["interactions.tsv"])
    yield from _beside_each_other(authored)
    for where, row in authored.tables["effects.tsv"]:
        for thing in _both(row["object"]):
            kind, _, name = row["subject"].partition("/")
            target, _, test = thing.partition("/")
            yield (
                where,
                Relation(
                    subject=concept_id(kind, name),
                    predicate=row["direction"],
                    object=concept_id(target, test),
                    attributes={"strength": row["strength"]} if row["strength"] else {},
                ),
            )


def _regimens(authored: Authored) -> dict[tuple[str, str], Row]:
    """Give what is special of a drug for a condition: doses, frequencies, what it is only given with, if essential."""
    found = {(row["condition"], row["drug"]): dict(row) for _, row in authored.tables["regimens.tsv"]}
    for _, row in authored.tables["combinations.tsv"]:
        drugs = items(row["drugs"])
        for drug in drugs:
            others = "|".join(concept_id("medication", other) for other in drugs if other != drug)
            found.setdefault((row["condition"], drug), {})["with"] = others
    for _, row in authored.tables["essentials.tsv"]:
        for drug in items(row["drugs"]):
            found.setdefault((row["condition"], drug), {})["essential"] = "yes"
    return found


def _related(
    where: str,
    subject: tuple[str, str],
    predicate: str,
    named: tuple[str, str],
    regimens: Mapping[tuple[str, str], Row],
) -> Iterator[tuple[str, Relation]]:
    (kind, name), (target, item) = subject, named
    attributes: dict[str, str] = {}
    if predicate == "shown_by":
        item, _, shows = item.partition(":")
        attributes["shows"] = shows.strip()
    if predicate in {"raises", "lowers"} and (match := _STRENGTH.match(item)):
        item, attributes["strength"] = match[1], match[2]
    if predicate == "treated_by" and (regimen := regimens.get((name, item))):
        attributes |= {key: regimen[key] for key in ("doses", "frequencies", "with", "essential") if regimen.get(key)}
    for one in _both(f"{target}/{item.strip()}"):
        target, _, thing = one.partition("/")
        yield (
            where,
            Relation(
                subject=concept_id(kind, name),
                predicate=predicate,
                object=concept_id(target, thing),
                attributes=attributes,
            ),
        )


def _both(named: str) -> tuple[str, ...]:
    return tuple(f"vital/{name}" for name in _BOTH_PRESSURES) if named == "vital/blood pressure" else (named,)


def _unused_regimens(authored: Authored) -> Iterator[tuple[str, Relation]]:
    """Say that a regimen whose condition does not list its drug belongs to no relation.

    Raises:
        InputError: There is one.
    """
    drugs = {row["name"]: items(row["drugs"]) for _, row in authored.by_kind["condition"]}
    named = [(where, row, row["drug"]) for where, row in authored.tables["regimens.tsv"]]
    for table in ("combinations.tsv", "essentials.tsv"):
        named += [(where, row, drug) for where, row in authored.tables[table] for drug in items(row["drugs"])]
    for where, row, drug in named:
        if drug not in drugs.get(row["condition"], ()):
            raise InputError(f"{where}: {row['condition']} does not list {drug} among its drugs")
    yield from ()


def _beside_each_other(authored: Authored) -> Iterator[tuple[str, Relation]]:
    """Give what excludes, underlies or resembles what."""
    yield from ((where, _exclusion(row)) for where, row in authored.tables["exclusions.tsv"])
    for where, row in authored.tables["alike.tsv"]:
        yield from ((where, relation) for relation in _alike(row))
    for where, row in authored.tables["complications.tsv"]:
        for other in items(row["of"]):
            ends = concept_id("condition", row["condition"]), concept_id("condition", other)
            yield where, Relation(subject=ends[0], predicate="complicates", object=ends[1])


def _alike(row: Row) -> Iterator[Relation]:
    """Give each pair of a group of symptoms and findings that say nearly the same."""
    names = (name.partition("/") for name in items(row["names"]))
    for one, other in combinations([concept_id(kind, name) for kind, _, name in names], 2):
        yield Relation(subject=one, predicate="resembles", object=other)


def _exclusion(row: Row) -> Relation:
    one, other = concept_id("condition", row["condition"]), concept_id("condition", row["other"])
    return Relation(subject=one, predicate="excludes", object=other)


def _interaction(row: Row) -> Relation:
    sides = [row[side].partition("/") for side in ("subject", "object")]
    subject, other = (concept_id(kind, name) for kind, _, name in sides)
    is_of_classes = any(kind == "drug_class" for kind, _, _ in sides)
    return Relation(
        subject=subject,
        predicate="interacts_with",
        object=other,
        attributes={
            "level": "class" if is_of_classes else "drug",
            **{key: row[key] for key in ("mechanism", "effect", "severity", "management")},
        },
    )


def ranges(authored: Authored) -> Iterator[tuple[str, RangeRow]]:
    """Give the limits by sex and age, each with where it stands.

    Raises:
        InputError: An age or a limit is not a number.
    """
    for where, row in authored.tables["ranges.tsv"]:
        kind = "vital" if any(row["lab"] == each["name"] for _, each in authored.by_kind["vital"]) else "lab"
        try:
            limits = {key: float(row[key]) if row[key] else None for key in RANGE_LIMITS}
            ages = int(row["age_min"] or YOUNGEST), int(row["age_max"] or OLDEST)
        except ValueError:
            raise InputError(f"{where}: an age or a limit is not a number") from None
        yield where, range_row(concept_id(kind, row["lab"]), row["sex"], ages, limits)
