"""A case as a patient's data: what `clinsynth.ontology.conflicts` judges."""

from collections.abc import Iterator

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.ontology.conflicts import Conflict, PatientData, Regimen, conflicts
from clinsynth.planning.results import BLOOD_PRESSURE, DIASTOLIC
from clinsynth.records import Case, Fact

_PRESCRIBED = frozenset({"takes", "starts", "increases", "reduces"})


def patient_data(case: Case, ontology: Ontology) -> PatientData:
    """Read what is so now: what is denied, of the family or stopped is no part of it."""
    found = [fact for fact in case.facts if fact.code and not fact.negated]
    return PatientData(
        age=int(case.attributes["age"]),
        sex=case.attributes["sex"],
        conditions=_concepts(found, ontology, "condition", "has"),
        past=_concepts(found, ontology, "condition", "had"),
        symptoms=(*_concepts(found, ontology, "symptom", "has"), *_concepts(found, ontology, "finding", "has")),
        regimens=tuple(
            Regimen(
                drug=ontology.concepts[fact.code or ""],
                dose=_detail(case, "dose", fact.value),
                frequency=_detail(case, "frequency", fact.value),
            )
            for fact in found
            if fact.kind == "medication" and fact.relation in _PRESCRIBED
        ),
        allergens=_concepts(found, ontology, "allergy", "allergic_to"),
        results=tuple(result for fact in found for result in _results(fact, ontology)),
    )


def contradictions(case: Case, ontology: Ontology) -> list[Conflict]:
    """List what in a case contradicts the ontology."""
    return list(conflicts(patient_data(case, ontology), ontology))


def number_of(fact: Fact) -> str:
    """Give the number of a result: "148/92" of "148/92 mmHg", "98" of "98%"."""
    return fact.value.partition(" ")[0].rstrip("%")


def _concepts(facts: list[Fact], ontology: Ontology, kind: str, relation: str) -> tuple[Concept, ...]:
    """Give the concepts of one kind; a finding of an investigation names the procedure and is left out."""
    named = (ontology.concepts[fact.code or ""] for fact in facts if fact.kind == kind and fact.relation == relation)
    return tuple(concept for concept in named if concept.kind == _CONCEPT_OF.get(kind, kind))


_CONCEPT_OF = {"allergy": "allergen"}


def _detail(case: Case, kind: str, drug: str) -> str:
    return next((fact.value for fact in case.facts if fact.kind == kind and fact.subject == drug), "")


def _results(fact: Fact, ontology: Ontology) -> Iterator[tuple[Concept, float]]:
    if fact.relation != "measured":
        return
    first, _, second = number_of(fact).partition("/")
    yield ontology.concepts[fact.code or ""], float(first)
    lower = ontology.by_name(DIASTOLIC, "vital") if fact.subject == BLOOD_PRESSURE else None
    if lower is not None and second:
        yield lower, float(second)
