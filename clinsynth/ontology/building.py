"""Making the tables of an ontology from what was written for it (`authored/`) and from open data sets.

    python -m clinsynth.ontology.building build ontologies/core DATA   write the tables, then seal them
    python -m clinsynth.ontology.building seal ontologies/core         record the checksums of the tables as they are

DATA holds `ontologies/` with the open files. The authored tables say what is so; the open files add codes (Disease
Ontology) and say which of the treatments they record too (PharmacotherapyDB, LabeledIn).
"""

import argparse
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.concepts import Concept, Relation
from clinsynth.ontology.loading import CONCEPT_COLUMNS, RELATION_COLUMNS, TABLES, checksum, load_ontology, read_about
from clinsynth.ontology.sources import OpenSources

AUTHORED = {
    "condition": "conditions.tsv",
    "medication": "medications.tsv",
    "lab": "labs.tsv",
    "vital": "vitals.tsv",
    "symptom": "symptoms.tsv",
    "allergen": "allergens.tsv",
    "procedure": "procedures.tsv",
}
# Columns that name other concepts, and what the relation is called; the rest of a row describes its concept.
_RELATIONS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "condition": (
        ("symptoms", "has_symptom", "symptom"),
        ("drugs", "treated_by", "medication"),
        ("raises", "raises", "lab"),
        ("lowers", "lowers", "lab"),
        ("comorbid", "comorbid_with", "condition"),
    ),
    "medication": (
        ("allergens", "in_class", "allergen"),
        ("contraindicated", "contraindicated_in", "condition"),
    ),
}
_NO_DRUG = "none"

Row = dict[str, str]
AuthoredTables = Mapping[str, list[Row]]


def build(folder: Path, data: Path) -> None:
    """Write `concepts.tsv` and `relations.tsv` of an ontology, and seal them.

    Raises:
        MissingError: An open file is not below `data`.
        InputError: An authored table cannot be read.
    """
    authored = read_authored(folder)
    sources = OpenSources(data)
    concepts = [_concept(kind, row, sources) for kind, rows in authored.items() for row in rows]
    treatments = _treatment_source(authored, sources)
    relations = sorted(
        (relation for kind, rows in authored.items() for row in rows for relation in _relations(kind, row, treatments)),
        key=lambda relation: (relation.predicate, relation.subject),
    )
    _write(folder / TABLES[0], CONCEPT_COLUMNS, map(_concept_cells, concepts))
    _write(folder / TABLES[1], RELATION_COLUMNS, map(_relation_cells, relations))
    seal(folder)


def seal(folder: Path) -> None:
    """Record the checksums of the tables in `ontology.toml`: what stands in them now is what is meant."""
    read_about(folder)
    path = folder / "ontology.toml"
    text = path.read_text(encoding="utf-8")
    for table in TABLES:
        text = re.sub(rf'(?m)^"{re.escape(table)}" = .*$', f'"{table}" = "{checksum(folder / table)}"', text)
    path.write_text(text, encoding="utf-8")


def read_authored(folder: Path) -> AuthoredTables:
    """Read the authored tables by kind: dictionaries of cells, lists joined with "|".

    Raises:
        InputError: A table is missing, or a row has more or fewer cells than the header.
    """
    return {kind: _read(folder / "authored" / name) for kind, name in AUTHORED.items()}


def _read(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InputError(f"{path}:{line}: the row has not as many cells as the header")
    return rows


def concept_id(kind: str, name: str) -> str:
    """Give the id of a concept.

    >>> concept_id("condition", "Type 2 diabetes mellitus")
    'condition/type-2-diabetes-mellitus'
    """
    return f"{kind}/{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"


def _items(cell: str) -> tuple[str, ...]:
    return tuple(item for item in cell.split("|") if item)


def _concept(kind: str, row: Row, sources: OpenSources) -> Concept:
    names = (row["name"], *_items(row["synonyms"]))
    targets = {column for column, _, _ in _RELATIONS.get(kind, ())}
    attributes = {key: value for key, value in row.items() if key not in {"name", "synonyms", "icd10cm", *targets}}
    attributes.pop("matches", None)
    codes: dict[str, str] = {}
    if kind == "condition":
        attributes["therapy"] = "none" if row["drugs"] == _NO_DRUG else "drug"
        doid = sources.doid(row["name"])
        codes = {"icd10cm": row["icd10cm"]} | ({"doid": doid} if doid else {})
    if kind in {"lab", "vital"}:
        attributes = {key: value for key, value in attributes.items() if value or not key.endswith("male")}
    return Concept(
        id=concept_id(kind, row["name"]),
        name=row["name"],
        kind=kind,
        synonyms=names[1:],
        codes=codes,
        attributes=attributes,
        source="icd10cm-2021" if kind == "condition" else "curated",
    )


def _relations(kind: str, row: Row, treatment_source: Callable[[str, str], str]) -> Iterator[Relation]:
    for column, predicate, target in _RELATIONS.get(kind, ()):
        for name in _items(row[column]):
            if name == _NO_DRUG:
                continue
            yield Relation(
                subject=concept_id(kind, row["name"]),
                predicate=predicate,
                object=concept_id(target, name),
                source=treatment_source(row["name"], name) if predicate == "treated_by" else "curated",
            )


def _treatment_source(authored: AuthoredTables, sources: OpenSources) -> Callable[[str, str], str]:
    conditions = {row["name"]: row for row in authored["condition"]}
    drugs = {row["name"]: row for row in authored["medication"]}

    def source(condition: str, drug: str) -> str:
        row = conditions[condition]
        names = (drug, *_items(drugs.get(drug, {"synonyms": ""})["synonyms"]))
        return sources.treatment((sources.doid(condition), *_items(row["matches"])), names) or "curated"

    return source


def _concept_cells(concept: Concept) -> tuple[str, ...]:
    synonyms = "|".join(concept.synonyms)
    codes, attributes = _pairs(concept.codes), _pairs(concept.attributes)
    return concept.id, concept.kind, concept.name, synonyms, codes, attributes, concept.source


def _relation_cells(relation: Relation) -> tuple[str, ...]:
    return relation.subject, relation.predicate, relation.object, relation.source


def _pairs(pairs: Mapping[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in pairs.items())


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    lines = ["\t".join(cells) for cells in (columns, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def verify(folder: Path, data: Path) -> list[str]:
    """Say which codes and sourced treatments of the tables the open files do not hold; nothing when all is well.

    Raises:
        MissingError: An open file is not below `data`.
    """
    ontology, sources = load_ontology(str(folder)), OpenSources(data)
    wrong = [
        f"{concept.id}: there is no billable ICD-10-CM code {concept.codes['icd10cm']}"
        for concept in ontology.of_kind("condition")
        if not sources.is_billable(concept.codes["icd10cm"])
    ]
    wrong += [
        f"{concept.id}: {concept.codes['doid']} has another name in the Disease Ontology"
        for concept in ontology.of_kind("condition")
        if "doid" in concept.codes and sources.doid(concept.name) != concept.codes["doid"]
    ]
    wrong += [
        f"{row.subject} {row.predicate} {row.object}: {row.source} does not exist"
        for row in ontology.relations
        if row.source != "curated" and not sources.has_row(row.source)
    ]
    return wrong


def main(arguments: list[str] | None = None) -> None:
    """Run one of the commands above."""
    parser = argparse.ArgumentParser(prog="python -m clinsynth.ontology.building")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("build", "verify"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("data", type=Path)
    commands.add_parser("seal").add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    try:
        _run(given)
    except (InputError, MissingError) as error:
        parser.error(str(error))


def _run(given: argparse.Namespace) -> None:
    if given.command == "seal":
        seal(given.folder)
    elif given.command == "build":
        build(given.folder, given.data)
    elif wrong := verify(given.folder, given.data):
        raise InputError("; ".join(wrong))


if __name__ == "__main__":
    main()
