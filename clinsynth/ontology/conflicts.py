"""What in a patient's data contradicts an ontology: the reading by which planned cases and written notes are judged.

It shares nothing with the planner: a planner that judges itself repeats its mistakes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Ontology, Relation
from clinsynth.ontology.values import find_doses, find_frequencies

SERIOUS = frozenset({"contraindicated", "major"})
CURATED = "curated"
_EGFR = "lab/estimated-glomerular-filtration-rate"
_PREGNANCY_CHAPTER = "O"
# How often a day; what is taken seldom or when needed has no daily amount that could be too high.
_DAILY: Mapping[str, float] = MappingProxyType(
    {
        "once daily": 1,
        "twice daily": 2,
        "three times daily": 3,
        "four times daily": 4,
        "five times daily": 5,
        "every 24 hours": 1,
        "every 12 hours": 2,
        "every 8 hours": 3,
        "every 6 hours": 4,
        "every 4 hours": 6,
        "every 3 hours": 8,
        "every 2 hours": 12,
        "at bedtime": 1,
        "every morning": 1,
        "every evening": 1,
    }
)
_MICROGRAMS: Mapping[str, float] = MappingProxyType({"mcg": 1, "mg": 1000, "g": 1_000_000})


@dataclass(frozen=True, kw_only=True, slots=True)
class Regimen:
    """A drug that a patient takes; dose and frequency are "" where nothing is known of them."""

    drug: Concept
    dose: str = ""
    frequency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientData:
    """What is so of one patient at one time.

    Attributes:
        age: Years; None where nothing is known.
        sex: "female", "male" or "".
        conditions: Those present; past ones are in `past`.
        symptoms: Those present, findings of the examination among them.
        results: Labs and vital signs with their numbers, in the unit of the ontology.
    """

    age: int | None = None
    sex: str = ""
    conditions: tuple[Concept, ...] = ()
    past: tuple[Concept, ...] = ()
    symptoms: tuple[Concept, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    allergens: tuple[Concept, ...] = ()
    results: tuple[tuple[Concept, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Two things that cannot both be so, by a row of an ontology.

    Attributes:
        code: "wrong-sex", "wrong-age", "excluded", "contraindicated", "interaction", "allergy", "class-twice", "dose",
            "daily-dose", "kidney", "pregnancy", "impossible-result" or "wrong-direction".
        subject: The id of the concept that is at fault.
        object: The id of what it conflicts with, or "".
        source: Of the relation that says so; limits, doses and cautions of a concept count as curated, whatever the
            source of its name and codes.
    """

    code: str
    subject: str
    object: str = ""
    source: str = field(default=CURATED)


def conflicts(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    """Yield what contradicts the ontology; nothing when all goes together."""
    yield from _wrong_patients(patient)
    yield from _excluded(patient, ontology)
    yield from _forbidden(patient, ontology)
    yield from _interactions(patient, ontology)
    yield from _classes(patient, ontology)
    for regimen in patient.regimens:
        yield from _doses(regimen, patient, ontology)
    yield from _kidney(patient)
    yield from _pregnancy(patient)
    yield from _results(patient, ontology)


def _wrong_patients(patient: PatientData) -> Iterator[Conflict]:
    drugs = tuple(regimen.drug for regimen in patient.regimens)
    for concept in (*patient.conditions, *patient.past, *patient.symptoms, *drugs):
        if patient.sex and concept.attributes.get("sex", "") not in {"", patient.sex}:
            yield Conflict(code="wrong-sex", subject=concept.id)
        if patient.age is None or concept in patient.past:
            continue
        lowest, highest = concept.number("age_min"), concept.number("age_max")
        if (lowest is not None and patient.age < lowest) or (highest is not None and patient.age > highest):
            yield Conflict(code="wrong-age", subject=concept.id)


def _excluded(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    present = {condition.id for condition in patient.conditions}
    for condition in sorted(present):
        for row in ontology.rows(condition, "excludes"):
            if row.object in present:
                yield Conflict(code="excluded", subject=row.subject, object=row.object, source=row.source)


def _forbidden(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    present = {condition.id for condition in patient.conditions}
    for regimen in patient.regimens:
        for row in _contraindications(regimen.drug, ontology):
            if row.object in present:
                yield Conflict(code="contraindicated", subject=regimen.drug.id, object=row.object, source=row.source)


def _contraindications(drug: Concept, ontology: Ontology) -> Iterator[Relation]:
    yield from ontology.rows(drug.id, "contraindicated_in")
    for membership in ontology.rows(drug.id, "member_of"):
        yield from ontology.rows(membership.object, "contraindicated_in")


def _interactions(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    for one, other in combinations(patient.regimens, 2):
        for row in ontology.interactions(one.drug.id, other.drug.id):
            if row.attributes.get("severity") in SERIOUS:
                yield Conflict(code="interaction", subject=one.drug.id, object=other.drug.id, source=row.source)


def _classes(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    allergens = {allergen.id for allergen in patient.allergens}
    avoided = {name.casefold() for allergen in patient.allergens for name in allergen.names}
    for regimen in patient.regimens:
        drug = regimen.drug
        named = not avoided.isdisjoint(name.casefold() for name in drug.names)
        groups = [row for row in ontology.rows(drug.id, "in_class") if row.object in allergens]
        if named or groups:
            source = groups[0].source if groups else CURATED
            yield Conflict(code="allergy", subject=drug.id, object=groups[0].object if groups else "", source=source)
    for one, other in combinations(patient.regimens, 2):
        shared = _classes_of(one.drug, ontology) & _classes_of(other.drug, ontology)
        if shared and not _are_given_together(one.drug, other.drug, patient, ontology):
            yield Conflict(code="class-twice", subject=one.drug.id, object=other.drug.id)


def _classes_of(drug: Concept, ontology: Ontology) -> frozenset[str]:
    return frozenset(row.object for row in ontology.rows(drug.id, "member_of"))


def _are_given_together(one: Concept, other: Concept, patient: PatientData, ontology: Ontology) -> bool:
    """Say whether a condition of the patient is treated by both at once, as tuberculosis is."""
    rows = (row for each in patient.conditions for row in ontology.rows(each.id, "treated_by"))
    return any(row.object == one.id and other.id in row.values("with") for row in rows)


def _doses(regimen: Regimen, patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    amount = _amount(regimen.dose)
    drug = regimen.drug
    if amount is None or _is_listed(regimen, patient, ontology):
        return
    lowest, highest = _amount(drug.attributes.get("dose_min", "")), _amount(drug.attributes.get("dose_max", ""))
    if (lowest and _below(amount, lowest)) or (highest and _below(highest, amount)):
        yield Conflict(code="dose", subject=drug.id)
    most = _amount(drug.attributes.get("daily_max", ""))
    a_day = _DAILY.get(_frequency(regimen.frequency))
    if most and a_day and _below(most, (amount[0] * a_day, amount[1])):
        yield Conflict(code="daily-dose", subject=drug.id)


def _is_listed(regimen: Regimen, patient: PatientData, ontology: Ontology) -> bool:
    """Say whether a dose is the one that the ontology lists for a condition of the patient."""
    rows = (row for each in patient.conditions for row in ontology.rows(each.id, "treated_by"))
    return any(row.object == regimen.drug.id and regimen.dose in row.values("doses") for row in rows)


def _amount(text: str) -> tuple[float, str] | None:
    """Read "500 mg" as a number and a unit, masses in micrograms; None where it is no amount."""
    doses = find_doses(text)
    number, _, unit = (doses[0].value if doses else text).partition(" ")
    try:
        value = float(number.replace(",", ""))
    except ValueError:
        return None
    return (value * _MICROGRAMS[unit], "mcg") if unit in _MICROGRAMS else (value, unit)


def _below(one: tuple[float, str], other: tuple[float, str]) -> bool:
    return one[1] == other[1] and one[0] < other[0] * (1 - 1e-9)


def _frequency(text: str) -> str:
    found = find_frequencies(text)
    return found[0].value if found else text


def _kidney(patient: PatientData) -> Iterator[Conflict]:
    rates = [value for test, value in patient.results if test.id == _EGFR]
    for regimen in patient.regimens:
        least = regimen.drug.number("renal_avoid")
        if least is not None and any(rate < least for rate in rates):
            yield Conflict(code="kidney", subject=regimen.drug.id, object=_EGFR)


def _pregnancy(patient: PatientData) -> Iterator[Conflict]:
    pregnant = [each for each in patient.conditions if is_of_pregnancy(each)]
    for regimen in patient.regimens:
        if pregnant and regimen.drug.attributes.get("pregnancy") == "avoid":
            yield Conflict(code="pregnancy", subject=regimen.drug.id, object=pregnant[0].id)


def is_of_pregnancy(condition: Concept) -> bool:
    """Say whether a condition means that the patient is pregnant and may stay so.

    That is chapter O of ICD-10-CM, without pregnancies that end (ectopic, abortion) and without the puerperium.
    """
    code = condition.codes.get("icd10cm", "")
    return code.startswith(_PREGNANCY_CHAPTER) and code[1:3] not in _NO_LONGER


_NO_LONGER = frozenset(
    {"00", "01", "02", "03", "04", "05", "06", "07", "08", "72", "85", "86", "87", "90", "91", "92", "94"}
)


def _results(patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    for test, value in patient.results:
        limits = ontology.range_of(test, sex=patient.sex, age=patient.age)
        if not limits.floor - limits.step / 2 <= value <= limits.ceiling + limits.step / 2:
            yield Conflict(code="impossible-result", subject=test.id)
        yield from _wrong_direction(test, limits.direction(value), patient, ontology)


def _wrong_direction(test: Concept, way: str, patient: PatientData, ontology: Ontology) -> Iterator[Conflict]:
    """Say that a result lies on the side where nothing takes it; treatment can bring one back into its range."""
    expected = {"lowered": "raises", "raised": "lowers"}.get(way)
    drugs = (regimen.drug for regimen in patient.regimens)
    pulls = [row for each in (*patient.conditions, *patient.symptoms, *drugs) for row in _pulls(each, test, ontology)]
    if expected is None or any(row.predicate != expected for row in pulls):
        return
    present = {condition.id for condition in patient.conditions}
    for row in pulls[:1]:
        if row.subject in present:
            yield Conflict(code="wrong-direction", subject=test.id, object=row.subject, source=row.source)


def _pulls(cause: Concept, test: Concept, ontology: Ontology) -> Iterator[Relation]:
    for predicate in ("raises", "lowers"):
        yield from (row for row in ontology.rows(cause.id, predicate) if row.object == test.id)
