"""Drawn results lie where they should, and not all in one place."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.ontology import Concept, load_ontology
from clinsynth.planning.pictures import vital_directions
from clinsynth.planning.results import draw, draw_pressure, is_possible, range_of
from clinsynth.planning.spaces import load_space

TESTS = [*load_ontology("core").of_kind("lab"), *load_ontology("core").of_kind("vital")]


@given(test=st.sampled_from(TESTS), sex=st.sampled_from(["female", "male"]), seed=st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_a_drawn_result_lies_in_its_direction(test: Concept, sex: str, seed: int) -> None:
    """Raised is above the range, lowered below, normal within; all as printed, and within the plausible values."""
    limits = range_of(test, sex=sex)
    for direction in ("raised", "lowered", "normal"):
        if not is_possible(limits, direction):
            continue
        value = float(draw(limits, direction, Random(seed)))
        assert limits.floor <= value <= limits.ceiling
        above = limits.high is not None and value > limits.high
        below = limits.low is not None and value < limits.low
        assert (above, below) == (direction == "raised", direction == "lowered"), (test.name, direction, value)


@pytest.mark.parametrize("direction", ["raised", "lowered", "normal"])
def test_results_spread(direction: str) -> None:
    """Results are not all at the limit: a model must not learn that abnormal means barely so."""
    potassium = load_ontology("core").by_name("potassium", "lab")
    assert potassium is not None
    limits = range_of(potassium, sex="female")
    values = {draw(limits, direction, Random(seed)) for seed in range(200)}
    assert len(values) > 5


@given(seed=st.integers(0, 10**6), direction=st.sampled_from(["raised", "lowered", "normal"]))
@settings(max_examples=60, deadline=None)
def test_a_pressure_has_its_larger_number_first(seed: int, direction: str) -> None:
    """The systolic pressure exceeds the diastolic by at least 25 mmHg, in every direction."""
    systolic, diastolic = map(int, draw_pressure(load_ontology("core"), direction, Random(seed)).split("/"))
    assert 40 <= diastolic <= systolic - 25
    assert (systolic > 130, systolic < 95) == (direction == "raised", direction == "lowered")


def test_what_is_denied_disturbs_nothing() -> None:
    """A vital sign that two conditions pull apart is disputed; one whose cause is denied is normal."""
    ontology, space = load_ontology("core"), load_space("attributes/general.yaml")
    named = {concept.name: concept for kind in ("condition", "symptom") for concept in ontology.of_kind(kind)}
    hypertension, anaphylaxis, sepsis, fever = (
        named[name] for name in ("hypertension", "anaphylaxis", "sepsis", "fever")
    )
    assert vital_directions(space, [hypertension], []) == {"blood pressure": "raised"}
    assert vital_directions(space, [hypertension, anaphylaxis], [])["blood pressure"] == "disputed"
    assert vital_directions(space, [sepsis], [])["temperature"] == "raised"
    assert vital_directions(space, [sepsis], [fever])["temperature"] == "normal"
