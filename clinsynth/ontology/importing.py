"""Making an ontology of a vocabulary that a user brings under its own licence.

    python -m clinsynth.ontology.importing obo doid.obo OUT --name doid --licence "CC0 1.0" --kind condition
    python -m clinsynth.ontology.importing obo hp.obo OUT --name hpo --licence "HPO licence" --root HP:0000118=symptom
    python -m clinsynth.ontology.importing umls META OUT --name umls --licence "UMLS licence" --vocabulary MSH
    python -m clinsynth.ontology.importing rxnorm rrf OUT --name rxnorm --licence "UMLS licence"
    python -m clinsynth.ontology.importing snomed RELEASE OUT --name snomed --licence "SNOMED CT affiliate licence"

OUT then loads like an ontology that ships: it finds and codes what notes say. Planning needs more than vocabularies
hold (sex, age, prevalence, doses, ranges); nothing is made up for it.

Kinds come from semantic types (UMLS), semantic tags (SNOMED CT) and term types (RxNorm) by the tables of
`readers/kinds.py`. `--kind TYPE=KIND` changes them, `--kind TYPE=` leaves a type out, `--root ID=KIND` takes all that
is a kind of a term, `--kind KIND` is for all others. Is-a is not kept; relations are, where a predicate of ours fits.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from clinsynth.errors import ClinsynthError, ConfigError, OutputError, nearest
from clinsynth.ontology.concepts import KINDS, PREDICATES, Concept, Relation
from clinsynth.ontology.loading import NEEDED_TABLES, TABLES, checksum
from clinsynth.ontology.readers import Term, read_obo, read_rxnorm, read_snomed, read_umls
from clinsynth.ontology.readers.kinds import RXNORM_KINDS, SNOMED_KINDS, UMLS_KINDS, KindRule
from clinsynth.ontology.validation import Tables, problems
from clinsynth.ontology.writing import concept_cells, relation_cells, write_table

# What vocabularies call relations of ours; others count if they have the name of a predicate.
_PREDICATES: Mapping[str, str] = {
    "363698007": "located_in",  # SNOMED CT: finding site
    "has_finding_site": "located_in",
    "may_be_treated_by": "treated_by",
    "contraindicated_with_disease": "contraindicated_in",
}
_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_FIRST_LINE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What `ontology.toml` says of an imported vocabulary.

    Attributes:
        name: Small letters, digits, "-", "_" and "."; also the source of each row.
        licence: The licence under which the user has the vocabulary.
        origin: What was read ("obo: doid.obo.gz").
    """

    name: str
    version: str
    licence: str
    origin: str

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ConfigError(f'a name has small letters, digits, "-", "_" and "."; got "{self.name}"')
        if not self.licence.strip():
            raise ConfigError("the licence is empty; say under which licence you have the vocabulary")


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What became of the terms of a vocabulary.

    Attributes:
        n_terms: How many were read.
        n_without_kind: How many of these have no kind.
        n_names_dropped: Names of a term that name another of its kind already.
        n_renamed: Terms whose preferred name was one of these, and that go by their first other name.
        n_left_out: Terms of whose names none was left.
        n_concepts: Concepts written, by kind.
        n_relations: Relations written.
    """

    n_terms: int
    n_without_kind: int
    n_names_dropped: int
    n_renamed: int
    n_left_out: int
    n_concepts: Mapping[str, int]
    n_relations: int

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in self.n_concepts.items()) or "none"
        return (
            f"{self.n_terms:,} terms read, {sum(self.n_concepts.values()):,} concepts written ({kinds}), "
            f"{self.n_relations:,} relations; {self.n_without_kind:,} terms without a kind, "
            f"{self.n_names_dropped:,} names dropped that name another concept of the kind, "
            f"{self.n_renamed:,} concepts that go by another name for that, {self.n_left_out:,} left out"
        )


def import_terms(terms: Iterable[Term], folder: Path, *, about: About, kinds: KindRule) -> Imported:
    """Write an ontology folder of the terms of a vocabulary, sealed. The terms that have a kind are held.

    A preferred name goes before a synonym, an earlier term before a later one, within a kind. The id of a concept is
    made from its name; where that is taken or has no letter, from name and code.

    Raises:
        OutputError: The folder holds something already, or cannot be written.
    """
    _check_empty(folder)
    n_terms, chosen = 0, []
    for kind, term in kinds(terms):
        n_terms += 1
        if kind:
            chosen.append((kind, term))
    names = list(_names(chosen))
    concepts = dict(_concepts(chosen, names, about.name))
    relations = _relations((term for _, term in chosen), concepts, about.name)
    _write(folder, about, concepts.values(), relations)
    return Imported(
        n_terms=n_terms,
        n_without_kind=n_terms - len(chosen),
        n_names_dropped=sum(len(_written(term)) - len(kept) for (_, term), kept in zip(chosen, names, strict=True)),
        n_renamed=sum(kept[:1] not in {(), _written(term)[:1]} for (_, term), kept in zip(chosen, names, strict=True)),
        n_left_out=sum(not kept for kept in names),
        n_concepts=Counter(concept.kind for concept in concepts.values()),
        n_relations=len(relations),
    )


def _written(term: Term) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_cell, (term.name, *term.synonyms)))))


def _names(terms: Sequence[tuple[str, Term]]) -> Iterator[tuple[str, ...]]:
    """Give the names that each term keeps: those that name no other of its kind."""
    owners: dict[tuple[str, str], str] = {}
    for kind, term in terms:
        owners.setdefault((kind, _cell(term.name).casefold()), term.id)
    for kind, term in terms:
        yield tuple(name for name in _written(term) if owners.setdefault((kind, name.casefold()), term.id) == term.id)


def _concepts(
    terms: Sequence[tuple[str, Term]], names: Sequence[tuple[str, ...]], source: str
) -> Iterator[tuple[str, Concept]]:
    """Yield concepts with the ids of their terms."""
    taken: set[str] = set()
    for (kind, term), kept in zip(terms, names, strict=True):
        if kept:
            concept = _concept(kind, term, kept, source=source, taken=taken)
            taken.add(concept.id)
            yield term.id, concept


def _concept(kind: str, term: Term, names: tuple[str, ...], *, source: str, taken: set[str]) -> Concept:
    return Concept(
        id=next(each for each in _ids(kind, names[0], term.id) if each not in taken),
        name=names[0],
        kind=kind,
        synonyms=names[1:],
        codes=_lists(term.codes),
        attributes=_lists(term.attributes),
        source=source,
    )


def _ids(kind: str, name: str, code: str) -> Iterator[str]:
    if slug := _slug(name):
        yield f"{kind}/{slug}"
    longer = f"{kind}/{_slug(f'{name} {code}') or 'term'}"
    yield longer
    yield from (f"{longer}-{number}" for number in count(2))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _cell(text: str) -> str:
    # A bar parts the items of a list, a semicolon with a blank the pairs of a mapping.
    return " ".join(text.replace("|", "/").split())


def _lists(values: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found = {_slug(key).replace("-", "_"): "|".join(map(_item, items)) for key, items in values.items()}
    return {key: text for key, text in found.items() if key and text}


def _item(text: str) -> str:
    return _cell(text).replace(";", ",")


def _relations(terms: Iterable[Term], concepts: Mapping[str, Concept], source: str) -> list[Relation]:
    """Give the relations that have a predicate of ours and that hold: right kinds, none twice, none against another."""
    rows = {
        number: Relation(subject=subject.id, predicate=predicate, object=target.id, source=source)
        for number, (subject, predicate, target) in enumerate(_related(terms, concepts), start=_FIRST_LINE)
    }
    tables = Tables(concepts=dict(enumerate(concepts.values(), start=_FIRST_LINE)), relations=rows)
    wrong = {line for table, line, _ in problems(tables) if table == "relations.tsv"} if rows else set()
    return [row for line, row in rows.items() if line not in wrong]


def _related(terms: Iterable[Term], concepts: Mapping[str, Concept]) -> Iterator[tuple[Concept, str, Concept]]:
    for term in terms:
        for name, target in term.relations:
            predicate = _PREDICATES.get(name, name)
            if predicate in PREDICATES and term.id in concepts and target in concepts:
                yield concepts[term.id], predicate, concepts[target]


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} holds something already; give a new folder")


def _write(folder: Path, about: About, concepts: Iterable[Concept], relations: Iterable[Relation]) -> None:
    rows = {"concepts.tsv": map(concept_cells, concepts), "relations.tsv": map(relation_cells, relations)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in NEEDED_TABLES:
            write_table(folder / table, TABLES[table], rows[table])
        # Last: a folder without it is no ontology.
        (folder / "ontology.toml").write_text(_about_text(folder, about), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}") from None


def _about_text(folder: Path, about: About) -> str:
    head = [f"{key} = {_quoted(getattr(about, key))}" for key in ("name", "version", "licence")]
    sums = [f'"{table}" = "{checksum(folder / table)}"' for table in NEEDED_TABLES]
    sources = [f"{_quoted(about.name)} = {_quoted(f'{about.origin}; {about.licence}')}"]
    return "\n".join([*head, "", "[sources]", *sources, "", "[sha256]", *sums, ""])


def _quoted(text: str) -> str:
    """Write a TOML string; JSON's are of the same form where there is no control character."""
    return json.dumps("".join(character for character in text if character.isprintable()), ensure_ascii=False)


def main(arguments: list[str] | None = None) -> None:
    """Run one of the commands above, and say what became of the terms."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        about = About(
            name=given.name, version=given.version, licence=given.licence, origin=f"{given.format}: {given.source.name}"
        )
        rule = _kind_rule(given)
        imported = import_terms(_READERS[given.format](given, rule), given.out, about=about, kinds=rule)
    except ClinsynthError as error:
        parser.error(str(error))
    sys.stdout.write(f"{imported}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clinsynth.ontology.importing")
    formats = parser.add_subparsers(dest="format", required=True)
    for name in _READERS:
        command = formats.add_parser(name)
        command.add_argument("source", type=Path)
        command.add_argument("out", type=Path)
        command.add_argument("--name", required=True)
        command.add_argument("--licence", required=True, help="the licence under which you have the vocabulary")
        command.add_argument("--version", default="unknown", help="its release")
        command.add_argument("--kind", action="append", default=[], metavar="[TYPE=]KIND")
        command.add_argument("--root", action="append", default=[], metavar="ID=KIND")
    formats.choices["obo"].add_argument("--synonyms", nargs="+", default=["EXACT"], help="scopes or types")
    formats.choices["umls"].add_argument("--language", default="ENG")
    formats.choices["umls"].add_argument("--vocabulary", action="append", default=[], metavar="SAB")
    formats.choices["snomed"].add_argument("--language", default="en-US", help="en-US, en-GB or a reference set's id")
    for name in ("umls", "snomed"):
        formats.choices[name].add_argument("--relations", action="store_true", help="read relations too")
    return parser


def _kind_rule(given: argparse.Namespace) -> KindRule:
    by_type: dict[str, str] = {}
    otherwise = ""
    for text in given.kind:
        type_, equals, kind = text.rpartition("=")
        if equals:
            by_type[type_] = _known_kind(kind) if kind else ""
        else:
            otherwise = _known_kind(kind)
    by_root = {root: _known_kind(kind) for root, _, kind in (text.rpartition("=") for text in given.root)}
    table = {type_: kind for type_, kind in _KINDS.get(given.format, {}).items() if type_ not in by_type}
    if not (by_root or otherwise or table or any(by_type.values())):
        raise ConfigError("no kind is given; say --kind condition for all terms, or --root ID=KIND")
    return KindRule(by_root=by_root, by_type={**by_type, **table}, otherwise=otherwise)


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ConfigError(f"there is no kind {kind}; {nearest(kind, KINDS)}")
    return kind


def _types_needed(rule: KindRule) -> tuple[str, ...]:
    """Give the types that a reader may leave the others out for; none where any term can get a kind."""
    return () if rule.by_root or rule.otherwise else tuple(type_ for type_, kind in rule.by_type.items() if kind)


_KINDS = {"umls": UMLS_KINDS, "rxnorm": RXNORM_KINDS, "snomed": SNOMED_KINDS}
_READERS: Mapping[str, Callable[[argparse.Namespace, KindRule], Iterator[Term]]] = {
    "obo": lambda given, _: read_obo(given.source, synonyms=given.synonyms),
    "umls": lambda given, rule: read_umls(
        given.source,
        language=given.language,
        vocabularies=given.vocabulary,
        types=_types_needed(rule),
        relations=given.relations or bool(rule.by_root),
    ),
    "rxnorm": lambda given, _: read_rxnorm(given.source),
    "snomed": lambda given, rule: read_snomed(
        given.source, language=given.language, tags=_types_needed(rule), relations=given.relations
    ),
}


if __name__ == "__main__":
    main()
