"""Counterfactual pairs differ in one thing."""

import pytest

from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import fits
from clinsynth.planning.spaces import load_space
from clinsynth.planning.swaps import MIN_YEARS_APART, swapped
from clinsynth.records import Case

CHANGED = {
    "age": {"age"},
    "sex": {"sex"},
    "condition": {"condition"},
    "medication": {"medication", "dose", "frequency"},
}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Give some planned cases."""
    planner = Planner(ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=3)
    return [planner.case(index) for index in range(150)]


@pytest.mark.parametrize("kind", CHANGED)
def test_a_pair_differs_in_what_was_swapped_and_in_nothing_else(kind: str, cases: list[Case]) -> None:
    """All other facts, their order and ids, type, specialty and attributes are the same; most cases have a pair."""
    ontology = load_ontology("core")
    pairs = [(case, other) for case in cases if (other := swapped(case, kind, ontology=ontology)) is not None]
    assert len(pairs) > 0.6 * len(cases)
    for case, other in pairs:
        differing = {one.kind for one, two in zip(case.facts, other.facts, strict=True) if one != two}
        assert kind in differing <= CHANGED[kind], case.id
        gone = {one.value for one, two in zip(case.facts, other.facts, strict=True) if one != two}
        assert gone.isdisjoint(fact.subject for fact in other.facts), case.id
        assert [fact.id for fact in case.facts] == [fact.id for fact in other.facts]
        assert (case.id, case.note_type, case.specialty) == (other.id, other.note_type, other.specialty)
        same = {name for name in case.attributes if case.attributes[name] == other.attributes[name]}
        assert same == set(case.attributes) - {kind}


def test_what_takes_the_place_suits_the_case(cases: list[Case]) -> None:
    """Conditions still fit age and sex, and drugs still treat a condition and are forbidden by none."""
    ontology = load_ontology("core")
    for case in cases:
        others = [swapped(case, kind, ontology=ontology) for kind in CHANGED]
        for other in [each for each in others if each is not None]:
            conditions = [ontology.concepts[fact.code or ""] for fact in other.facts if fact.kind == "condition"]
            age, sex = int(other.attributes["age"]), other.attributes["sex"]
            assert all(fits(condition, age=age, sex=sex) for condition in conditions), case.id
            for fact in other.facts:
                if fact.kind == "medication":
                    drug = ontology.concepts[fact.code or ""]
                    assert not set(ontology.related(drug.id, "contraindicated_in")) & set(conditions), case.id
        if others[0] is not None:
            assert abs(int(others[0].attributes["age"]) - int(case.attributes["age"])) >= MIN_YEARS_APART


def test_a_condition_of_one_sex_keeps_it(cases: list[Case]) -> None:
    """A case with a condition of women alone has no counterpart of the other sex."""
    ontology = load_ontology("core")
    for case in cases:
        codes = [fact.code or "" for fact in case.facts if fact.kind == "condition"]
        if any(ontology.concepts[code].attributes["sex"] for code in codes):
            assert swapped(case, "sex", ontology=ontology) is None


def test_an_unknown_kind_is_a_mistake(cases: list[Case]) -> None:
    """Only what the function knows can be swapped."""
    with pytest.raises(ValueError, match="age, sex, condition, medication"):
        swapped(cases[0], "height", ontology=load_ontology("core"))
