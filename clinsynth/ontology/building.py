"""Making the tables of an ontology from what was written for it (`authored/`) and from open data sets.

    python -m clinsynth.ontology.building check ontologies/core        say what is wrong in the authored tables
    python -m clinsynth.ontology.building build ontologies/core DATA   write the tables, then seal them
    python -m clinsynth.ontology.building verify ontologies/core DATA  compare codes and sources with the open files
    python -m clinsynth.ontology.building count ontologies/core        say what it holds and where that is from
    python -m clinsynth.ontology.building seal ontologies/core         record the checksums of the tables as they are

DATA holds the open files. The authored tables say what is so; the open files add codes (Disease Ontology, Human
Phenotype Ontology, DrugBank, RxNorm) and abbreviations, and say which of the treatments and symptoms they record too.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology import authoring
from clinsynth.ontology.concepts import KINDS, PREDICATES, Abbreviation, Concept, Ontology, Relation
from clinsynth.ontology.conflicts import CURATED
from clinsynth.ontology.loading import TABLES, checksum, load_ontology, read_about
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.ontology.ranges import OLDEST, YOUNGEST, RangeRow
from clinsynth.ontology.sources import OpenSources
from clinsynth.ontology.validation import Tables, problems
from clinsynth.ontology.writing import concept_cells, relation_cells, write_table


def check(folder: Path) -> list[str]:
    """Say what is wrong in the authored tables of an ontology, each with file and line; nothing when all is well.

    Raises:
        InputError: A table cannot be read at all.
    """
    authored = authoring.read_authored(folder / "authored")
    concepts, relations = list(authoring.concepts(authored)), list(authoring.relations(authored))
    ranges = list(authoring.ranges(authored))
    tables = Tables(
        concepts=dict(enumerate(concept for _, concept in concepts)),
        relations=dict(enumerate(relation for _, relation in relations)),
        ranges=dict(enumerate(row for _, row in ranges)),
    )
    places = {
        "concepts.tsv": [where for where, _ in concepts],
        "relations.tsv": [where for where, _ in relations],
        "ranges.tsv": [where for where, _ in ranges],
    }
    above = re.compile(r"line (\d+)")
    found = []
    for table, number, message in problems(tables):
        rows = places[table]
        found.append(f"{rows[number]}: {above.sub(lambda match: rows[int(match[1])], message)}")  # noqa: B023
    return found


def build(folder: Path, data: Path) -> None:
    """Write the tables of an ontology, and seal them.

    Raises:
        MissingError: An open file is not below `data`.
        InputError: An authored table cannot be read.
    """
    authored = authoring.read_authored(folder / "authored")
    sourcing = Sourcing(authored=authored, sources=OpenSources(data))
    relations = sorted(sourcing.relations(), key=lambda relation: (relation.predicate, relation.subject))
    rows: Mapping[str, Iterable[Iterable[str]]] = {
        "concepts.tsv": map(concept_cells, sourcing.concepts),
        "relations.tsv": map(relation_cells, relations),
        "ranges.tsv": (_range_cells(row) for _, row in authoring.ranges(authored)),
        "abbreviations.tsv": map(_abbreviation_cells, sourcing.abbreviations()),
    }
    for table, columns in TABLES.items():
        write_table(folder / table, columns, rows[table])
    seal(folder)


@dataclass(frozen=True, kw_only=True)
class Sourcing:
    """What the open files add to the authored tables: codes, and the rows that say the same."""

    authored: authoring.Authored
    sources: OpenSources

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        """All concepts, with the codes that the open files give them by name."""
        return tuple(replace(concept, codes=self._codes(concept)) for _, concept in authoring.concepts(self.authored))

    def relations(self) -> Iterator[Relation]:
        """Give all relations; treatments and symptoms that an open file records name its row as their source."""
        for _, relation in authoring.relations(self.authored):
            yield replace(relation, source=self._source(relation) or "curated")

    def abbreviations(self) -> Iterator[Abbreviation]:
        """Give the abbreviations of the open files, with the concept that each stands for."""
        for each in self.sources.abbreviations():
            concept = self._ontology.by_name(each.long)
            yield replace(each, concept=concept.id if concept else "")

    def _codes(self, concept: Concept) -> dict[str, str]:
        codes = dict(concept.codes)
        if concept.kind == "condition" and (doid := self.sources.doid(concept.name)):
            codes["doid"] = doid
        if concept.kind in {"symptom", "finding"} and (hpo := self.sources.hpo(concept.name)):
            codes["hpo"] = hpo
        if concept.kind == "medication":
            codes |= self.sources.drug_codes(concept.names)
        return codes

    def _source(self, relation: Relation) -> str:
        if relation.predicate not in {"treated_by", "has_symptom"}:
            return ""
        condition, other = (self._ontology.concepts.get(end) for end in (relation.subject, relation.object))
        if condition is None or other is None:
            return ""
        diseases = (*self._matches.get(condition.name, ()), *condition.names, condition.codes.get("doid", ""))
        asked = self.sources.treatment if relation.predicate == "treated_by" else self.sources.symptom
        return asked(diseases, other.names) or self._told(condition).get(other.id, "")

    def _told(self, condition: Concept) -> dict[str, str]:
        if condition.id not in self._told_already:
            self._told_already[condition.id] = self.sources.told(condition, self._finder)
        return self._told_already[condition.id]

    @cached_property
    def _told_already(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _matches(self) -> dict[str, tuple[str, ...]]:
        return {name: authoring.items(row["matches"]) for name, row in self.authored.named("condition").items()}

    @cached_property
    def _ontology(self) -> Ontology:
        return Ontology(name="", version="", concepts={concept.id: concept for concept in self.concepts})

    @cached_property
    def _finder(self) -> MentionFinder:
        return MentionFinder(self._ontology, kinds=("condition", "medication", "symptom"))


def seal(folder: Path) -> None:
    """Record the checksums of the tables in `ontology.toml`: what stands in them now is what is meant."""
    read_about(folder)
    path = folder / "ontology.toml"
    text = path.read_text(encoding="utf-8")
    for table in TABLES:
        if (folder / table).is_file():
            text = re.sub(rf'(?m)^"{re.escape(table)}" = .*$', f'"{table}" = "{checksum(folder / table)}"', text)
    path.write_text(text, encoding="utf-8")


def _range_cells(row: RangeRow) -> tuple[str, ...]:
    ages = ("" if row.age_min == YOUNGEST else str(row.age_min), "" if row.age_max == OLDEST else str(row.age_max))
    limits = (row.low, row.high, row.critical_low, row.critical_high)
    return row.test, row.sex, *ages, *("" if limit is None else f"{limit:g}" for limit in limits), row.source


def _abbreviation_cells(each: Abbreviation) -> tuple[str, ...]:
    return each.short, each.long, each.concept, f"{each.share:g}", each.source


def verify(folder: Path, data: Path) -> list[str]:
    """Say which codes and sources of the tables the open files do not hold; nothing when all is well.

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
        f"{concept.id}: {concept.codes[system]} has another name in the open file"
        for system, named in (("doid", sources.doid), ("hpo", sources.hpo))
        for concept in ontology.concepts.values()
        if system in concept.codes and named(concept.name) != concept.codes[system]
    ]
    sourcing = Sourcing(authored=authoring.read_authored(folder / "authored"), sources=sources)
    found = {(row.subject, row.predicate, row.object): row.source for row in sourcing.relations()}
    wrong += [
        f"{row.subject} {row.predicate} {row.object}: {row.source} does not say so"
        for row in ontology.relations
        if row.source != "curated" and found.get((row.subject, row.predicate, row.object)) != row.source
    ]
    return wrong


def counts(ontology: Ontology) -> str:
    """Count what an ontology holds and how much of it has a source beside curation, as tables in Markdown."""
    concepts = Counter(concept.kind for concept in ontology.concepts.values())
    rows = Counter(row.predicate for row in ontology.relations)
    sourced = Counter(row.predicate for row in ontology.relations if row.source != CURATED)
    lines = ["| concepts | n |", "|---|---|", *(f"| {kind} | {concepts[kind]:,} |" for kind in KINDS)]
    lines += ["", "| relations | n | with a source that was opened |", "|---|---|---|"]
    lines += [f"| {predicate} | {rows[predicate]:,} | {sourced[predicate]:,} |" for predicate in PREDICATES]
    interactions = Counter(row.attributes.get("level") for row in ontology.relations if row.predicate == _INTERACTS)
    lines += ["", f"Interactions: {interactions['drug']} of two drugs, {interactions['class']} of classes."]
    lines += [f"Ranges by sex or age: {len(ontology.ranges)}. Abbreviations: {len(ontology.abbreviations):,}."]
    return "\n".join(lines)


_INTERACTS = "interacts_with"


def main(arguments: list[str] | None = None) -> None:
    """Run one of the commands above."""
    parser = argparse.ArgumentParser(prog="python -m clinsynth.ontology.building")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("build", "verify"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("data", type=Path)
    for name in ("check", "count", "seal"):
        commands.add_parser(name).add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    try:
        _run(given)
    except (InputError, MissingError) as error:
        parser.error(str(error))


def _run(given: argparse.Namespace) -> None:
    if given.command == "seal":
        seal(given.folder)
    elif given.command == "count":
        sys.stdout.write(f"{counts(load_ontology(str(given.folder)))}\n")
    elif given.command == "build":
        _refuse(check(given.folder))
        build(given.folder, given.data)
    else:
        _refuse(check(given.folder) if given.command == "check" else verify(given.folder, given.data))


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise InputError("\n".join([f"{len(wrong)} problems", *wrong]))


if __name__ == "__main__":
    main()
