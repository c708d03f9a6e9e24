"""Counterfactual pairs: a case with one attribute changed and everything else the same."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.planning.knowledge import Knowledge, fits
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

MIN_YEARS_APART = 20
_YOUNGEST, _OLDEST = 18, 89


def swapped(case: Case, kind: str, *, ontology: Ontology) -> Case | None:
    """Give the case with another age, sex, main condition or first drug, and all else the same; None if none fits.

    What takes the place suits the rest of the case: an age at least 20 years away that all conditions allow; the other
    sex unless a condition is of one sex; a condition of the same specialty that this patient can have and that forbids
    none of the drugs; a drug that no condition forbids, for the same condition and with the same dose and frequency if
    there is one, else with its own. Results and symptoms stay as they are: only what is named changes.

    Args:
        case: A planned case.
        kind: "age", "sex", "condition" or "medication".
        ontology: That of the case.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in _SWAPS:
        raise ValueError(f"what can be swapped is {', '.join(_SWAPS)}; got {kind}")
    return next(_SWAPS[kind](case, Knowledge(ontology=ontology)), None)


def _with_attribute(case: Case, name: str, value: str) -> Case:
    facts = tuple(dataclasses.replace(fact, value=value) if fact.kind == name else fact for fact in case.facts)
    return dataclasses.replace(case, attributes={**case.attributes, name: value}, facts=facts)


def _conditions(case: Case, ontology: Ontology) -> list[Concept]:
    return [ontology.concepts[fact.code] for fact in case.facts if fact.kind == "condition" and fact.code]


def _shuffled(case: Case, kind: str, items: Sequence[Concept]) -> list[Concept]:
    return generator(0, "swap", case.id, kind).sample(list(items), len(items))


def _age(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    age, sex = int(case.attributes["age"]), case.attributes["sex"]
    conditions = _conditions(case, knowledge.ontology)
    possible = [
        other
        for other in range(_YOUNGEST, _OLDEST + 1)
        if abs(other - age) >= MIN_YEARS_APART and all(fits(each, age=other, sex=sex) for each in conditions)
    ]
    if possible:
        yield _with_attribute(case, "age", str(generator(0, "swap", case.id, "age").choice(possible)))


def _sex(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    age = int(case.attributes["age"])
    other = "male" if case.attributes["sex"] == "female" else "female"
    if all(fits(each, age=age, sex=other) for each in _conditions(case, knowledge.ontology)):
        yield _with_attribute(case, "sex", other)


def _condition(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    ontology = knowledge.ontology
    age, sex = int(case.attributes["age"]), case.attributes["sex"]
    main, *others = _conditions(case, ontology)
    drugs = [ontology.concepts[fact.code] for fact in case.facts if fact.kind == "medication" and fact.code]
    forbidden = {each.id for drug in drugs for each in ontology.related(drug.id, "contraindicated_in")}
    taken = {main.id, *(other.id for other in others), *forbidden}
    alike = [
        other
        for other in ontology.of_kind("condition")
        if other.id not in taken
        and other.attributes.get("specialty") == main.attributes.get("specialty")
        and fits(other, age=age, sex=sex)
    ]
    place = next(index for index, fact in enumerate(case.facts) if fact.kind == "condition")
    for other in _shuffled(case, "condition", alike):
        named = dataclasses.replace(case.facts[place], value=other.name, code=other.id)
        yield dataclasses.replace(case, facts=(*case.facts[:place], named, *case.facts[place + 1 :]))


def _medication(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    ontology = knowledge.ontology
    first = next((fact for fact in case.facts if fact.kind == "medication"), None)
    if first is None:
        return
    conditions = _conditions(case, ontology)
    allergens = {fact.code for fact in case.facts if fact.kind == "allergy"}
    taken = [ontology.concepts[fact.code] for fact in case.facts if fact.kind == "medication" and fact.code]
    treated = [
        each for each in conditions if ontology.concepts[first.code or ""] in ontology.related(each.id, "treated_by")
    ]
    safe = [
        drug
        for condition in treated
        for drug in knowledge.safe_treatments(condition, conditions=conditions, taken=taken)
        if allergens.isdisjoint(allergen.id for allergen in ontology.related(drug.id, "in_class"))
    ]
    regimen = {fact.kind: fact.value for fact in case.facts if fact.subject == first.value}
    drugs = _shuffled(case, "medication", safe)
    for drug in sorted(drugs, key=lambda drug: not _takes(drug, regimen)):
        yield dataclasses.replace(case, facts=tuple(_given(fact, first.value, drug) for fact in case.facts))


def _takes(drug: Concept, regimen: Mapping[str, str]) -> bool:
    return regimen.get("dose") in drug.values("doses") and regimen.get("frequency") in drug.values("frequencies")


def _given(fact: Fact, name: str, drug: Concept) -> Fact:
    """Put a drug in the place of the one of that name, in the fact that names it and in its dose and frequency."""
    if fact.kind == "medication" and fact.value == name:
        return dataclasses.replace(fact, value=drug.name, code=drug.id)
    if fact.subject != name:
        return fact
    listed = drug.values("doses" if fact.kind == "dose" else "frequencies")
    return dataclasses.replace(fact, subject=drug.name, value=fact.value if fact.value in listed else listed[0])


_SWAPS: Mapping[str, Callable[[Case, Knowledge], Iterator[Case]]] = MappingProxyType(
    {"age": _age, "sex": _sex, "condition": _condition, "medication": _medication}
)
