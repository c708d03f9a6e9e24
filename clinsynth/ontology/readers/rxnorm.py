"""Reading RxNorm: ingredients and combinations with their brand names, dose forms and strengths."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clinsynth.ontology.readers.rrf import Atom, Attribute, Link, find, rows
from clinsynth.ontology.readers.terms import Term, distinct, tidy

# Term types of RxNorm: ingredients, combinations, salts (precise ingredients), brand names, dose forms, clinical
# drugs as ingredient with form, as ingredient with strength.
_TERM_TYPES = ("IN", "MIN", "PIN", "BN", "DF", "SCDF", "SCDC")
_OTHER_NAME = "SY"
# A release has each relation in both directions, a part of a release perhaps in one.
_INVERSE = {
    "has_tradename": "tradename_of",
    "has_form": "form_of",
    "ingredient_of": "has_ingredient",
    "dose_form_of": "has_dose_form",
    "part_of": "has_part",
}
_RELATIONS = frozenset(_INVERSE.values())
# Which relation says of what ingredients a brand, a salt, a form and a strength are.
_INGREDIENTS_BY = {"BN": "tradename_of", "PIN": "form_of", "SCDF": "has_ingredient", "SCDC": "has_ingredient"}
_PLAIN_STRENGTH = re.compile(r"^(\d+(?:\.\d+)?) (MG|MCG|G|UNT|MEQ)$")
_UNITS = {"MG": "mg", "MCG": "mcg", "G": "g", "UNT": "units", "MEQ": "mEq"}

Names = Mapping[str, Mapping[str, str]]
Relations = Mapping[str, Mapping[str, Mapping[str, None]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _RxNorm:
    """What is held.

    Attributes:
        names: Term type to concept to name.
        others: Concept to its other names.
        related: Relation, in one direction, to subject to objects.
        strengths: Clinical drug component to its strength.
        belonging: Term type to drug to the brands, salts, forms and strengths of just this drug.
    """

    names: Names
    others: Mapping[str, list[str]]
    related: Relations
    strengths: Mapping[str, str]
    belonging: Mapping[str, Mapping[str, list[str]]]


def read_rxnorm(folder: Path) -> Iterator[Term]:
    """Yield the ingredients of an RxNorm release ("IN"), then the combinations of them ("MIN").

    Their synonyms are RxNorm's own, their salts and their brand names; a brand of several ingredients belongs to the
    combination of just these. The attribute `forms` are dose forms; `strengths` those of products ("500 mg"), which are
    not usual doses. Held are the rows of ingredients, brands, forms and strengths with the relations between them; the
    files are larger, are read once, and their rows may come in any order.

    Args:
        folder: The folder of the release, or its rrf folder.

    Raises:
        MissingError: A file is not there.
        InputError: A row has another number of columns; the message names file and line.
    """
    held = _read(folder)
    for term_type in ("IN", "MIN"):
        for concept, name in held.names[term_type].items():
            yield Term(
                id=concept,
                name=name,
                synonyms=distinct(_synonyms(held, concept, name), but=name),
                codes={"rxnorm": (concept,)},
                types=(term_type,),
                relations=tuple(("has_part", part) for part in held.related["has_part"].get(concept, ())),
                attributes=_attributes(held, concept),
            )


def _read(folder: Path) -> _RxNorm:
    paths = [find(folder, f"RXN{table}.RRF") for table in ("CONSO", "REL", "SAT")]
    names, others = _read_names(paths[0])
    related = _read_relations(paths[1], names)
    return _RxNorm(
        names=names,
        others=others,
        related=related,
        strengths=_read_strengths(paths[2], names["SCDC"]),
        belonging=_belonging(names, related),
    )


def _read_names(path: Path) -> tuple[Names, Mapping[str, list[str]]]:
    names: dict[str, dict[str, str]] = {term_type: {} for term_type in _TERM_TYPES}
    others: dict[str, list[str]] = {}
    for atom in rows(path, Atom._make, len(Atom._fields)):
        name = tidy(atom.text)
        if atom.sab != "RXNORM" or atom.suppress != "N" or not name:
            continue
        if atom.tty in names:
            names[atom.tty].setdefault(atom.concept, name)
        elif atom.tty == _OTHER_NAME:
            others.setdefault(atom.concept, []).append(name)
    return names, others


def _read_relations(path: Path, names: Names) -> Relations:
    known = {concept for each in names.values() for concept in each}
    related: dict[str, dict[str, dict[str, None]]] = {relation: {} for relation in _RELATIONS}
    for row in rows(path, Link._make, len(Link._fields)):
        if row.sab != "RXNORM" or row.suppress not in {"N", ""}:
            continue
        subject, relation, target = row.subject, row.rela, row.object
        if relation in _INVERSE:
            subject, relation, target = target, _INVERSE[relation], subject
        if relation in _RELATIONS and subject in known:
            related[relation].setdefault(subject, {})[target] = None
    return related


def _read_strengths(path: Path, components: Mapping[str, str]) -> Mapping[str, str]:
    return {
        row.concept: row.value
        for row in rows(path, Attribute._make, len(Attribute._fields))
        if row.name == "RXN_STRENGTH" and row.sab == "RXNORM" and row.suppress == "N" and row.concept in components
    }


def _belonging(names: Names, related: Relations) -> Mapping[str, Mapping[str, list[str]]]:
    """Find the drug with just the ingredients that each brand, salt, form and strength has."""
    drugs = {frozenset((concept,)): concept for concept in names["IN"]}
    for concept in names["MIN"]:
        drugs.setdefault(frozenset(related["has_part"].get(concept, ())), concept)
    found: dict[str, dict[str, list[str]]] = {term_type: {} for term_type in _INGREDIENTS_BY}
    for term_type, relation in _INGREDIENTS_BY.items():
        for concept in names[term_type]:
            # A brand may be said to be one of a salt too. An ingredient that is suppressed counts, so that the brand of
            # two ingredients does not become that of one.
            parts = frozenset(part for part in related[relation].get(concept, ()) if part not in names["PIN"])
            if drug := drugs.get(parts):
                found[term_type].setdefault(drug, []).append(concept)
    return found


def _synonyms(held: _RxNorm, concept: str, name: str) -> Iterator[str]:
    yield from held.others.get(concept, ())
    if concept in held.names["MIN"]:
        # RxNorm writes "amoxicillin / clavulanate".
        yield from (name.replace(" / ", "-"), name.replace(" / ", "/"))
    for term_type in ("PIN", "BN"):
        for other in held.belonging[term_type].get(concept, ()):
            yield held.names[term_type][other]


def _attributes(held: _RxNorm, concept: str) -> dict[str, tuple[str, ...]]:
    found = {"forms": tuple(dict.fromkeys(_forms(held, concept))), "strengths": tuple(_strengths(held, concept))}
    return {key: values for key, values in found.items() if values}


def _forms(held: _RxNorm, concept: str) -> Iterator[str]:
    for drug in held.belonging["SCDF"].get(concept, ()):
        for form in held.related["has_dose_form"].get(drug, ()):
            if form in held.names["DF"]:
                yield held.names["DF"][form].lower()


def _strengths(held: _RxNorm, concept: str) -> Iterator[str]:
    written = (held.strengths.get(component, "") for component in held.belonging["SCDC"].get(concept, ()))
    plain = {found.groups() for text in written if (found := _PLAIN_STRENGTH.match(text))}
    for number, unit in sorted(plain, key=lambda strength: (strength[1], float(strength[0]))):
        yield f"{number} {_UNITS[unit]}"
