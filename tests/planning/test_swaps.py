"""Counterfactual pairs differ in one thing."""

import pytest

from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.judging import contradictions, number_of
from clinsynth.planning.kidneys import CREATININE, FILTRATION, filtration
from clinsynth.planning.spaces import load_space
from clinsynth.planning.swaps import AGE_GROUPS, ETHNICITIES, MIN_YEARS_APART, swapped
from clinsynth.records import Case, Fact

# The kinds of facts that may differ, and the least share of cases that have a counterpart.
CHANGED = {
    "age": ({"age", "lab"}, 0.6),
    "age_group": ({"age", "lab"}, 0.6),
    "sex": ({"sex", "lab"}, 0.4),
    "ethnicity": (set[str](), 1.0),
    "condition": ({"condition", "course", "onset"}, 0.6),
    "medication": ({"medication", "dose", "frequency"}, 0.5),
}
NAMED = {"age_group": "age", "age": "age", "sex": "sex", "ethnicity": "ethnicity"}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Give some planned cases."""
    planner = Planner(ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=3)
    return [planner.case(index) for index in range(80)]


@pytest.fixture(scope="module")
def pairs(cases: list[Case]) -> dict[str, list[tuple[Case, Case]]]:
    """Give the cases with their counterparts, by kind of swap."""
    ontology = load_ontology("core")
    return {
        kind: [(case, other) for case in cases if (other := swapped(case, kind, ontology=ontology)) is not None]
        for kind in CHANGED
    }


def _differing(case: Case, other: Case) -> list[tuple[Fact, Fact]]:
    return [(one, two) for one, two in zip(case.facts, other.facts, strict=True) if one != two]


@pytest.mark.parametrize("kind", CHANGED)
def test_a_pair_differs_in_what_was_swapped_and_in_nothing_else(
    kind: str, cases: list[Case], pairs: dict[str, list[tuple[Case, Case]]]
) -> None:
    """All other facts, their order and ids, type, specialty and attributes are the same; most cases have a pair."""
    allowed, share = CHANGED[kind]
    able = [case for case in cases if kind != "medication" or any(fact.kind == "medication" for fact in case.facts)]
    assert len(pairs[kind]) >= share * len(able)
    for case, other in pairs[kind]:
        differing = _differing(case, other)
        assert {one.kind for one, _ in differing} <= allowed, case.id
        assert kind == "ethnicity" or kind.partition("_")[0] in {one.kind for one, _ in differing}
        assert all(one.code == FILTRATION for one, _ in differing if one.kind == "lab"), case.id
        gone = {one.value for one, _ in differing}
        assert gone.isdisjoint(fact.subject for fact in other.facts), case.id
        assert [fact.id for fact in case.facts] == [fact.id for fact in other.facts]
        assert (case.id, case.note_type, case.specialty) == (other.id, other.note_type, other.specialty)
        same = {name for name in case.attributes if case.attributes[name] == other.attributes[name]}
        assert same == set(case.attributes) - {NAMED.get(kind, "")}


def test_what_takes_the_place_suits_the_case(pairs: dict[str, list[tuple[Case, Case]]]) -> None:
    """No counterpart contradicts the ontology, and its filtration rate is that of its creatinine, age and sex."""
    ontology = load_ontology("core")
    for kind, listed in pairs.items():
        for _, other in listed:
            assert not contradictions(other, ontology), (kind, other.id)
            shown = {f.code: float(number_of(f)) for f in other.facts if f.kind == "lab" and f.relation == "measured"}
            if {CREATININE, FILTRATION} <= shown.keys():
                age, sex = int(other.attributes["age"]), other.attributes["sex"]
                assert abs(filtration(shown[CREATININE], age=age, sex=sex) - shown[FILTRATION]) <= 0.5, other.id


def test_no_result_changes_sides(pairs: dict[str, list[tuple[Case, Case]]]) -> None:
    """What was raised, lowered or normal is so for the other age and sex as well."""
    ontology = load_ontology("core")

    def sides(case: Case) -> list[str]:
        age, sex = int(case.attributes["age"]), case.attributes["sex"]
        results = [fact for fact in case.facts if fact.kind in {"lab", "vital"}]
        return [
            ontology.range_of(ontology.concepts[fact.code or ""], sex=sex, age=age).direction(
                float(number_of(fact).partition("/")[0])
            )
            for fact in results
        ]

    for kind in ("age", "age_group", "sex"):
        assert all(sides(case) == sides(other) for case, other in pairs[kind])


def test_ages_are_apart_and_ethnicities_known(pairs: dict[str, list[tuple[Case, Case]]]) -> None:
    """An age is at least 20 years away, an age group another one, an ethnicity another known one."""

    def group(case: Case) -> int:
        age = int(case.attributes["age"])
        return next(place for place, (first, last) in enumerate(AGE_GROUPS) if first <= age <= last)

    for case, other in pairs["age"]:
        assert abs(int(other.attributes["age"]) - int(case.attributes["age"])) >= MIN_YEARS_APART
    assert all(group(case) != group(other) for case, other in pairs["age_group"])
    assert all(other.attributes["ethnicity"] in ETHNICITIES for _, other in pairs["ethnicity"])


def test_a_condition_of_one_sex_keeps_it(cases: list[Case]) -> None:
    """A case with anything of women alone has no counterpart of the other sex."""
    ontology = load_ontology("core")
    for case in cases:
        codes = [fact.code for fact in case.facts if fact.code and fact.relation != "runs_in_family"]
        if any(ontology.concepts[code].attributes.get("sex") for code in codes):
            assert swapped(case, "sex", ontology=ontology) is None


def test_an_unknown_kind_is_a_mistake(cases: list[Case]) -> None:
    """Only what the function knows can be swapped."""
    with pytest.raises(ValueError, match="age, age_group, sex, ethnicity, condition, medication"):
        swapped(cases[0], "height", ontology=load_ontology("core"))
