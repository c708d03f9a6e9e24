"""What an ontology allows, on one small enough to see through."""

import pytest

from clinsynth.ontology import Concept, Ontology, Relation
from clinsynth.planning.knowledge import Knowledge, fits


def _concept(kind: str, name: str, **attributes: str) -> Concept:
    return Concept(id=f"{kind}/{name}", name=name, kind=kind, attributes=attributes)


def _drug(name: str, drug_class: str) -> Concept:
    return _concept("medication", name, **{"class": drug_class, "doses": "1 mg", "frequencies": "once daily"})


CONCEPTS = [
    _concept("condition", "flu", sex="", age_min="18", age_max="80", specialty="A"),
    _concept("condition", "cold", sex="", specialty="A"),
    _concept("condition", "wart", sex="female", specialty="B"),
    _concept("symptom", "fever"),
    _concept("symptom", "high fever"),
    _concept("symptom", "cough"),
    _concept("symptom", "itch"),
    _concept("symptom", "hot flashes", sex="female"),
    _concept("symptom", "nightmares", system="psychiatric"),
    _concept("lab", "sodium"),
    _concept("lab", "potassium"),
    _concept("allergen", "penicillins"),
    _concept("allergen", "cillin"),
    _concept("allergen", "latex"),
    _drug("cillin", "antibiotic"),
    _drug("mycin", "antibiotic"),
    _drug("profen", "analgesic"),
    _concept("medication", "nothing", **{"class": "x", "doses": "", "frequencies": ""}),
]
RELATIONS = [
    ("condition/flu", "treated_by", "medication/cillin"),
    ("condition/flu", "treated_by", "medication/mycin"),
    ("condition/flu", "treated_by", "medication/profen"),
    ("condition/flu", "treated_by", "medication/nothing"),
    ("medication/profen", "contraindicated_in", "condition/wart"),
    ("medication/mycin", "in_class", "allergen/penicillins"),
    ("condition/flu", "has_symptom", "symptom/fever"),
    ("condition/cold", "has_symptom", "symptom/cough"),
    ("condition/cold", "has_symptom", "symptom/high fever"),
    ("condition/wart", "has_symptom", "symptom/itch"),
    ("condition/cold", "has_symptom", "symptom/hot flashes"),
    ("condition/cold", "has_symptom", "symptom/nightmares"),
    ("condition/flu", "raises", "lab/sodium"),
    ("condition/flu", "raises", "lab/potassium"),
    ("condition/cold", "lowers", "lab/sodium"),
    ("condition/flu", "comorbid_with", "condition/cold"),
    ("condition/wart", "comorbid_with", "condition/flu"),
    ("condition/flu", "comorbid_with", "condition/flu"),
]
ONTOLOGY = Ontology(
    name="small",
    version="1",
    concepts={concept.id: concept for concept in CONCEPTS},
    relations=tuple(Relation(subject=s, predicate=p, object=o) for s, p, o in RELATIONS),
)
KNOWN = Knowledge(ontology=ONTOLOGY)
FLU, COLD, WART = (ONTOLOGY.concepts[f"condition/{name}"] for name in ("flu", "cold", "wart"))


def _names(concepts: tuple[Concept, ...]) -> list[str]:
    return [concept.name for concept in concepts]


@pytest.mark.parametrize(
    ("condition", "age", "sex", "possible"),
    [(FLU, 18, "male", True), (FLU, 17, "male", False), (FLU, 81, "male", False), (WART, 5, "male", False)],
)
def test_age_and_sex_decide_who_can_have_what(condition: Concept, age: int, sex: str, *, possible: bool) -> None:
    """Both ends of the ages are included; an absent limit is none."""
    assert fits(condition, age=age, sex=sex) is possible


def test_comorbidity_holds_in_both_directions() -> None:
    """What goes with a condition is found whichever of the two the relation names first, but never itself."""
    assert _names(KNOWN.comorbidities(FLU, age=30, sex="female")) == ["cold", "wart"]
    assert _names(KNOWN.comorbidities(FLU, age=30, sex="male")) == ["cold"]


def test_a_treatment_is_safe_new_and_can_be_prescribed() -> None:
    """Left out are forbidden drugs, those taken already or of a class taken already, and those without a dose."""
    assert _names(KNOWN.safe_treatments(FLU, conditions=[FLU], taken=[])) == ["cillin", "mycin", "profen"]
    assert _names(KNOWN.safe_treatments(FLU, conditions=[FLU, WART], taken=[])) == ["cillin", "mycin"]
    taken = [ONTOLOGY.concepts["medication/cillin"]]
    assert _names(KNOWN.safe_treatments(FLU, conditions=[FLU], taken=taken)) == ["profen"]


def test_a_lab_pulled_both_ways_is_disputed() -> None:
    """Directions leave out what one condition raises and another lowers."""
    assert KNOWN.disturbed_labs([FLU]) == ({"lab/sodium": "raised", "lab/potassium": "raised"}, frozenset())
    assert KNOWN.disturbed_labs([FLU, COLD]) == ({"lab/potassium": "raised"}, frozenset({"lab/sodium"}))


def test_denied_are_symptoms_of_like_conditions_that_the_patient_lacks() -> None:
    """A symptom of another specialty or body system is not pertinent; "high fever" is no less present than "fever"."""
    assert _names(KNOWN.pertinent_negatives([FLU])) == ["cough", "hot flashes"]
    assert _names(KNOWN.pertinent_negatives([FLU, COLD])) == []


def test_nobody_has_or_lacks_a_symptom_of_the_other_sex() -> None:
    """What only one sex can feel is neither stated nor denied of the other."""
    assert _names(KNOWN.pertinent_negatives([FLU], sex="male")) == ["cough"]
    assert _names(KNOWN.symptoms([COLD], sex="male")) == ["cough", "high fever", "nightmares"]
    assert "hot flashes" in _names(KNOWN.symptoms([COLD], sex="female"))


def test_a_lab_is_routine_as_far_as_conditions_of_such_a_patient_disturb_it() -> None:
    """Conditions that the patient is too old for, or of the other sex, do not count."""
    sodium = ONTOLOGY.concepts["lab/sodium"]
    assert [KNOWN.routine(sodium, age=age, sex="male") for age in (40, 81)] == [2, 1]


def test_allergens_are_of_no_drug_that_is_taken() -> None:
    """Neither the class of a drug nor its own name can be an allergy."""
    drugs = [ONTOLOGY.concepts["medication/mycin"], ONTOLOGY.concepts["medication/cillin"]]
    assert _names(KNOWN.safe_allergens(drugs)) == ["latex"]
    assert _names(KNOWN.safe_allergens(drugs[:1])) == ["cillin", "latex"]
