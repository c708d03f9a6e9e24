"""What an ontology allows, on one small enough to see through."""

import pytest

from clinsynth.ontology import Concept, Ontology, Relation, load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import Knowledge, Profile, fits, is_coded
from clinsynth.planning.prescribing import Circumstances
from clinsynth.planning.spaces import load_space


def _concept(kind: str, name: str, *, code: str = "", **attributes: str) -> Concept:
    codes = {"icd10cm": code} if code else {}
    return Concept(id=f"{kind}/{name}", name=name, kind=kind, codes=codes, attributes=attributes)


def _drug(name: str, **attributes: str) -> Concept:
    return _concept("medication", name, **{"doses": "1 mg", "frequencies": "once daily", **attributes})


CONCEPTS = [
    _concept("condition", "flu", sex="", age_min="18", age_max="80", specialty="A", course="acute"),
    _concept("condition", "cold", sex="", specialty="A", course="chronic", onset="days|weeks"),
    _concept("condition", "bad cold", sex="", specialty="A", course="chronic", onset="years"),
    _concept("condition", "wart", sex="female", specialty="B"),
    _concept("condition", "pregnancy", code="O10.919", sex="female"),
    _concept("condition", "mastitis", code="O91.22", sex="female"),
    _concept("symptom", "fever"),
    _concept("symptom", "high fever"),
    _concept("symptom", "cough"),
    _concept("symptom", "itch"),
    _concept("symptom", "hot flashes", sex="female"),
    _concept("symptom", "nightmares", system="psychiatric"),
    _concept("symptom", "warmth"),
    _concept("finding", "rales"),
    _concept("lab", "sodium"),
    _concept("vital", "temperature"),
    _concept("allergen", "penicillins"),
    _concept("allergen", "cillin"),
    _concept("drug_class", "macrolide"),
    _concept("drug_class", "analgesic"),
    _drug("cillin"),
    _drug("mycin", renal_avoid="30", pregnancy="avoid"),
    _drug("profen", sex="female", age_min="40"),
    _drug("salicin"),
    _concept("medication", "nothing", doses="", frequencies=""),
]
RELATIONS: list[tuple[str, str, str]] = [
    ("condition/flu", "treated_by", "medication/cillin"),
    ("condition/flu", "treated_by", "medication/mycin"),
    ("condition/flu", "treated_by", "medication/profen"),
    ("condition/flu", "treated_by", "medication/nothing"),
    ("medication/mycin", "member_of", "drug_class/macrolide"),
    ("medication/profen", "member_of", "drug_class/analgesic"),
    ("medication/salicin", "member_of", "drug_class/analgesic"),
    ("drug_class/analgesic", "contraindicated_in", "condition/wart"),
    ("medication/mycin", "in_class", "allergen/penicillins"),
    ("condition/flu", "has_symptom", "symptom/fever"),
    ("condition/flu", "has_finding", "finding/rales"),
    ("condition/flu", "raises", "vital/temperature"),
    ("symptom/warmth", "raises", "vital/temperature"),
    ("condition/cold", "has_symptom", "symptom/warmth"),
    ("condition/cold", "has_symptom", "symptom/cough"),
    ("condition/cold", "has_symptom", "symptom/high fever"),
    ("condition/wart", "has_symptom", "symptom/itch"),
    ("condition/cold", "has_symptom", "symptom/hot flashes"),
    ("condition/cold", "has_symptom", "symptom/nightmares"),
    ("condition/flu", "comorbid_with", "condition/cold"),
    ("condition/wart", "comorbid_with", "condition/flu"),
    ("condition/cold", "comorbid_with", "condition/bad cold"),
]
INTERACTION = Relation(
    subject="drug_class/macrolide",
    predicate="interacts_with",
    object="drug_class/analgesic",
    attributes={"severity": "major"},
)
MINOR = Relation(
    subject="medication/cillin",
    predicate="interacts_with",
    object="medication/profen",
    attributes={"severity": "minor"},
)
ONTOLOGY = Ontology(
    name="small",
    version="1",
    concepts={concept.id: concept for concept in CONCEPTS},
    relations=(*(Relation(subject=s, predicate=p, object=o) for s, p, o in RELATIONS), INTERACTION, MINOR),
)
KNOWN = Knowledge(ontology=ONTOLOGY)


def _profile(name: str) -> Profile:
    return KNOWN.profile(ONTOLOGY.concepts[f"condition/{name}"])


def _names(concepts: tuple[Concept, ...]) -> list[str]:
    return [concept.name for concept in concepts]


@pytest.mark.parametrize(
    ("name", "age", "sex", "possible"),
    [("flu", 18, "male", True), ("flu", 17, "male", False), ("flu", 81, "male", False), ("wart", 5, "male", False)],
)
def test_age_and_sex_decide_who_can_have_what(name: str, age: int, sex: str, *, possible: bool) -> None:
    """Both ends of the ages are included; an absent limit is none; years to come count."""
    assert fits(ONTOLOGY.concepts[f"condition/{name}"], age=age, sex=sex) is possible
    assert _profile(name).fits(age, sex) is possible
    assert not _profile("flu").fits(79, "male", years=2)


def test_comorbidity_holds_in_both_directions() -> None:
    """What goes with a condition is found whichever of the two the relation names first, but not by another name."""
    assert [other.condition.name for other in _profile("flu").related["female"]] == ["cold", "wart"]
    assert [other.condition.name for other in _profile("flu").related["male"]] == ["cold"]
    assert "bad cold" not in [other.condition.name for other in _profile("cold").related["male"]]


def test_a_treatment_can_be_prescribed() -> None:
    """Left out are drugs without a dose; the rest knows its classes' contraindications and serious interactions."""
    remedies = {remedy.drug.name: remedy for remedy in _profile("flu").remedies}
    assert list(remedies) == ["cillin", "mycin", "profen"]
    assert remedies["profen"].forbidden == {"condition/wart"}
    assert {"medication/profen", "medication/salicin"} <= remedies["mycin"].serious
    assert "medication/mycin" in remedies["profen"].serious
    assert not remedies["cillin"].serious
    assert remedies["mycin"].allergens == {"allergen/penicillins"}
    assert remedies["cillin"].allergens == {"allergen/cillin"}


@pytest.mark.parametrize(
    ("changed", "allowed"),
    [
        ({}, ["cillin", "mycin", "profen"]),
        ({"sex": "male"}, ["cillin", "mycin"]),
        ({"age": 39}, ["cillin", "mycin"]),
        ({"filtration": 29}, ["cillin", "profen"]),
        ({"is_pregnant": True}, ["cillin", "profen"]),
        ({"conditions": frozenset({"condition/wart"})}, ["cillin", "mycin"]),
        ({"allergens": frozenset({"allergen/penicillins", "allergen/cillin"})}, ["profen"]),
    ],
)
def test_each_circumstance_can_speak_against_a_drug(changed: dict[str, object], allowed: list[str]) -> None:
    """Sex, age, kidneys, pregnancy, a condition and an allergy each take away what they forbid, and no more."""
    usual = {
        "age": 50,
        "sex": "female",
        "conditions": frozenset[str](),
        "is_pregnant": False,
        "filtration": 90,
        "allergens": frozenset[str](),
        "is_home": False,
    }
    around = Circumstances(**{**usual, **changed})  # type: ignore[arg-type]
    assert [each.drug.name for each in _profile("flu").remedies if around.allow(each)] == allowed


def test_denied_are_symptoms_of_like_conditions_that_the_patient_lacks() -> None:
    """Not pertinent is what is of another body system, would show in a result, or is named alike."""
    negatives = _profile("flu").negatives
    assert negatives["female"] is not None
    assert negatives["male"] is not None
    assert _names(negatives["female"].items) == ["cough", "hot flashes"]
    assert _names(negatives["male"].items) == ["cough"]
    assert {"symptom/fever", "symptom/high fever", "finding/rales"} <= _profile("flu").clashing


def test_nobody_has_a_symptom_of_the_other_sex() -> None:
    """What only one sex can feel is no symptom of the other."""
    assert "hot flashes" in _names(_profile("cold").symptoms["female"])
    assert "hot flashes" not in _names(_profile("cold").symptoms["male"])


def test_pregnancy_is_told_by_the_code() -> None:
    """Chapter O means pregnancy, but what comes after birth does not."""
    assert _profile("pregnancy").is_pregnancy
    assert not _profile("mastitis").is_pregnancy
    assert not is_coded(ONTOLOGY.concepts["condition/flu"], "O")


def test_what_is_chronic_flares_up_only_within_days() -> None:
    """An emergency is acute, or begins within hours or days."""
    assert _profile("flu").can_flare
    assert _profile("cold").can_flare
    assert not _profile("bad cold").can_flare


def test_a_complication_stands_beside_what_it_comes_from_and_nothing_like_a_complaint_is_denied() -> None:
    """Whoever can have the disease under a complication has it; no case denies what resembles a symptom of it."""
    ontology = load_ontology("core")
    planner = Planner(ontology=ontology, space=load_space("attributes/general.yaml"), seed=31)
    n_complications, n_without = 0, 0
    for case in map(planner.case, range(1500)):
        present = {fact.code or "" for fact in case.facts if fact.kind == "condition" and fact.relation == "has"}
        for code in present:
            causes = {cause.id for cause in ontology.related(code, "complicates")}
            n_complications += bool(causes)
            n_without += bool(causes) and causes.isdisjoint(present)
        told = [fact for fact in case.facts if fact.kind in {"symptom", "finding"} and fact.code]
        felt = {fact.code for fact in told if not fact.negated}
        for fact in (fact for fact in told if fact.negated):
            alike = (*ontology.related(fact.code or "", "resembles"), *ontology.subjects(fact.code or "", "resembles"))
            if case.encounter == 0:
                assert felt.isdisjoint(each.id for each in alike), (case.id, fact.value)
    assert n_complications > 20
    assert n_without <= n_complications / 5
