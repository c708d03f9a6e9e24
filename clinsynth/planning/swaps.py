"""Counterfactual pairs: a case with one attribute changed and everything else the same."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.planning.judging import contradictions, number_of
from clinsynth.planning.kidneys import CREATININE, FILTRATION, filtration
from clinsynth.planning.knowledge import Knowledge, fits, knowledge_of
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

MIN_YEARS_APART = 20
AGE_GROUPS = ((18, 39), (40, 64), (65, 79), (80, 89))
ETHNICITIES = (
    "White",
    "Hispanic or Latino",
    "Black or African American",
    "Asian",
    "American Indian or Alaska Native",
    "Native Hawaiian or Pacific Islander",
)
_YOUNGEST, _OLDEST = 18, 89
_STOPS = "stops"
_OF_THE_BODY = frozenset({"condition", "symptom", "finding", "procedure", "medication"})
T = TypeVar("T")


def swapped(case: Case, kind: str, *, ontology: Ontology) -> Case | None:
    """Give the case with another age, sex, ethnicity, main condition or first drug, and all else the same.

    None where nothing fits: what takes the place leaves a case that does not contradict the ontology, and no result
    changes sides. An age is at least 20 years away, or in another group; a condition is of the same specialty; a drug
    that is given alone is for the same condition, with the same dose and frequency if it has them, else with its own.
    Of the results only the filtration rate changes, for it is computed from creatinine, age and sex; symptoms stay as
    they are.

    Args:
        case: A planned case.
        kind: "age", "age_group", "sex", "ethnicity", "condition" or "medication".
        ontology: That of the case.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in _SWAPS:
        raise ValueError(f"what can be swapped is {', '.join(_SWAPS)}; got {kind}")
    others = _SWAPS[kind](case, knowledge_of(ontology))
    return next((other for other in others if _is_consistent(case, other, ontology)), None)


def _is_consistent(case: Case, other: Case, ontology: Ontology) -> bool:
    return (
        _is_possible(other, ontology)
        and _directions(case, ontology) == _directions(other, ontology)
        and not contradictions(other, ontology)
    )


def _is_possible(case: Case, ontology: Ontology) -> bool:
    """Say whether the patient can have all that is named, be it denied or over, and the kidneys bear the drugs."""
    age, sex = int(case.attributes["age"]), case.attributes["sex"]
    rate = next(
        (
            filtration(float(number_of(fact)), age=age, sex=sex)
            for fact in case.facts
            if fact.code == CREATININE and fact.relation == "measured"
        ),
        None,
    )
    for fact in case.facts:
        if fact.kind not in _OF_THE_BODY or fact.relation == "runs_in_family" or not fact.code:
            continue
        concept = ontology.concepts[fact.code]
        if fact.relation == "had":
            concept = replace(concept, attributes={**concept.attributes, "age_max": ""})
        if not fits(concept, age=age, sex=sex):
            return False
        if fact.kind == "medication" and rate is not None and round(rate) < (concept.number("renal_avoid") or 0):
            return False
    return True


def _directions(case: Case, ontology: Ontology) -> list[str]:
    """Say on which side of its range each result is."""
    age, sex = int(case.attributes["age"]), case.attributes["sex"]
    return [
        ontology.range_of(ontology.concepts[fact.code], sex=sex, age=age).direction(
            float(number_of(fact).partition("/")[0])
        )
        for fact in case.facts
        if fact.kind in {"lab", "vital"} and fact.code
    ]


def _with_attribute(case: Case, name: str, value: str) -> Case:
    facts = tuple(replace(fact, value=value) if fact.kind == name else fact for fact in case.facts)
    other = replace(case, attributes={**case.attributes, name: value}, facts=facts)
    return replace(other, facts=tuple(_with_rate(fact, other) for fact in other.facts))


def _with_rate(fact: Fact, case: Case) -> Fact:
    """Compute a filtration rate from the creatinine beside it, for the age and sex of the case."""
    if fact.code != FILTRATION:
        return fact
    for other in case.facts:
        if other.code == CREATININE and other.relation == fact.relation:
            age, sex = int(case.attributes["age"]), case.attributes["sex"]
            rate = round(filtration(float(number_of(other)), age=age, sex=sex))
            return replace(fact, value=f"{rate} {fact.value.partition(' ')[2]}".strip())
    return fact


def _present(case: Case, ontology: Ontology) -> list[Concept]:
    return [
        ontology.concepts[fact.code]
        for fact in case.facts
        if fact.kind == "condition" and fact.relation == "has" and not fact.negated and fact.code
    ]


def _shuffled(case: Case, kind: str, items: Iterable[T]) -> list[T]:
    listed = list(items)
    return generator(0, "swap", case.id, kind).sample(listed, len(listed))


def _age(case: Case, _: Knowledge) -> Iterator[Case]:
    age = int(case.attributes["age"])
    possible = (other for other in range(_YOUNGEST, _OLDEST + 1) if abs(other - age) >= MIN_YEARS_APART)
    yield from (_with_attribute(case, "age", str(other)) for other in _shuffled(case, "age", possible))


def _age_group(case: Case, _: Knowledge) -> Iterator[Case]:
    age = int(case.attributes["age"])
    others = (group for group in AGE_GROUPS if not group[0] <= age <= group[1])
    possible = (other for first, last in others for other in range(first, last + 1))
    yield from (_with_attribute(case, "age", str(other)) for other in _shuffled(case, "age_group", possible))


def _sex(case: Case, _: Knowledge) -> Iterator[Case]:
    yield _with_attribute(case, "sex", "male" if case.attributes["sex"] == "female" else "female")


def _ethnicity(case: Case, _: Knowledge) -> Iterator[Case]:
    known = case.attributes.get("ethnicity")
    if known is not None:
        possible = (other for other in ETHNICITIES if other != known)
        yield from (_with_attribute(case, "ethnicity", other) for other in _shuffled(case, "ethnicity", possible))


def _condition(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    main, *others = _present(case, knowledge.ontology)
    named = {main.id, *(other.id for other in others), *(fact.code for fact in case.facts if fact.kind == "condition")}
    alike = (
        other
        for other in knowledge.ontology.of_kind("condition")
        if other.id not in named and other.attributes.get("specialty") == main.attributes.get("specialty")
    )
    for other in _shuffled(case, "condition", alike):
        if not _is_denied(case, knowledge, other):
            yield replace(case, facts=tuple(_named(fact, main, other) for fact in case.facts))


def _is_denied(case: Case, knowledge: Knowledge, condition: Concept) -> bool:
    """Say whether the case denies what belongs to a condition."""
    clashing = knowledge.profile(condition).clashing
    return any(fact.negated and fact.code in clashing for fact in case.facts)


def _named(fact: Fact, main: Concept, other: Concept) -> Fact:
    """Put a condition in the place of the main one, where it is named and where its onset or course is told."""
    if fact.kind == "condition" and fact.relation == "has" and fact.code == main.id:
        return replace(fact, value=other.name, code=other.id)
    if fact.kind in {"onset", "course"} and fact.subject == main.name:
        return replace(fact, subject=other.name, code=other.id if fact.code else None)
    return fact


def _medication(case: Case, knowledge: Knowledge) -> Iterator[Case]:
    drugs = [fact for fact in case.facts if fact.kind == "medication" and not fact.negated]
    taken = {fact.code for fact in drugs}
    profiles = [knowledge.profile(condition) for condition in _present(case, knowledge.ontology)]
    in_sets = {each.drug.id for profile in profiles for each in profile.remedies if each.together & taken}
    first = next((fact for fact in drugs if fact.relation != _STOPS and fact.code not in in_sets), None)
    if first is None:
        return
    for_this = [profile for profile in profiles if any(each.drug.id == first.code for each in profile.remedies)]
    for_them = [each for profile in for_this for each in profile.remedies]
    remedies = [each for each in for_them if each.drug.id not in taken and not each.together]
    said = {fact.kind: fact.value for fact in case.facts if fact.subject == first.value}
    regimen = said.get("dose", ""), said.get("frequency", "")
    found = [(each.drug, [(one.dose, one.frequency) for one in each.regimens]) for each in remedies]
    for drug, listed in sorted(_shuffled(case, "medication", found), key=lambda pair: regimen not in pair[1]):
        chosen = regimen if regimen in listed else listed[0]
        yield replace(case, facts=tuple(_given(fact, first, drug, chosen) for fact in case.facts))


def _given(fact: Fact, first: Fact, drug: Concept, regimen: Sequence[str]) -> Fact:
    """Put a drug in the place of another, in the fact that names it and in its dose and frequency."""
    if fact.id == first.id:
        return replace(fact, value=drug.name, code=drug.id)
    if fact.subject != first.value or fact.kind not in {"dose", "frequency"}:
        return fact
    return replace(fact, subject=drug.name, value=regimen[0 if fact.kind == "dose" else 1])


_SWAPS: Mapping[str, Callable[[Case, Knowledge], Iterator[Case]]] = MappingProxyType(
    {
        "age": _age,
        "age_group": _age_group,
        "sex": _sex,
        "ethnicity": _ethnicity,
        "condition": _condition,
        "medication": _medication,
    }
)
