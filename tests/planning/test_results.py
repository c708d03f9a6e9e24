"""Drawn results lie where they should, and not all in one place; those that follow from each other agree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.ontology import Concept, load_ontology
from clinsynth.ontology.concepts import Relation
from clinsynth.planning.doses import regimens
from clinsynth.planning.histories import duration
from clinsynth.planning.kidneys import creatinine_of, filtration
from clinsynth.planning.results import bounds_of, falls_by_ratio, value, written

TESTS = [*load_ontology("core").of_kind("lab"), *load_ontology("core").of_kind("vital")]
STRENGTHS = ("mild", "moderate", "marked")


@given(
    test=st.sampled_from(TESTS),
    patient=st.tuples(st.sampled_from(["female", "male"]), st.integers(18, 89)),
    share=st.floats(0, 1),
    severity=st.floats(0.15, 1),
    strength=st.sampled_from(STRENGTHS),
)
@settings(max_examples=200, deadline=None)
def test_a_drawn_result_lies_in_its_direction(
    test: Concept, patient: tuple[str, int], share: float, severity: float, strength: str
) -> None:
    """Raised is above the range, lowered below, normal within; all as printed, and within what a patient can have."""
    limits = load_ontology("core").range_of(test, sex=patient[0], age=patient[1])
    for direction in ("raised", "lowered", "normal"):
        if not limits.is_possible(direction):
            continue
        number = float(written(value(limits, direction, share, strength=strength, severity=severity), limits))
        assert limits.floor - 1e-9 <= number <= limits.ceiling + 1e-9
        assert limits.direction(number) == direction, (test.name, direction, number)


@pytest.mark.parametrize("direction", ["raised", "lowered"])
def test_what_is_marked_lies_farther_out_and_what_is_milder_nearer(direction: str) -> None:
    """At the same share a result is farther from its range the stronger the effect, and nearer the less is left."""
    potassium = load_ontology("core").by_name("potassium", "lab")
    assert potassium is not None
    limits = load_ontology("core").range_of(potassium, sex="female", age=50)

    def beyond(strength: str, severity: float) -> float:
        number = value(limits, direction, 0.5, strength=strength, severity=severity)
        return number - (limits.high or 0) if direction == "raised" else (limits.low or 0) - number

    by_strength = [beyond(strength, 1.0) for strength in STRENGTHS]
    assert by_strength == sorted(by_strength)
    assert beyond("marked", 0.3) < beyond("marked", 0.9)
    assert len({written(value(limits, direction, n / 50, strength="marked"), limits) for n in range(50)}) > 5


@pytest.mark.parametrize(
    ("lab", "direction", "least", "most"),
    [
        ("lipase", "raised", 850, 5000),
        ("urine protein", "raised", 2820, 15800),
        ("beta-hydroxybutyrate", "raised", 3.3, 14),
        ("glucose", "raised", 390, 900),
        ("thyroid stimulating hormone", "lowered", 0.012, 0.044),
    ],
)
def test_what_is_marked_is_as_far_out_as_in_the_clinic(lab: str, direction: str, least: float, most: float) -> None:
    """Pancreatitis has a lipase many times its limit, overt hyperthyroidism a suppressed hormone."""
    test = load_ontology("core").by_name(lab, "lab")
    assert test is not None
    limits = load_ontology("core").range_of(test, sex="female", age=50)
    ends = [
        value(limits, direction, share, strength="marked", by_ratio=falls_by_ratio(test.id)) for share in (0.0, 1.0)
    ]
    assert least <= min(ends) <= max(ends) <= most


def test_a_result_that_defines_a_condition_has_its_values() -> None:
    """Prediabetes is between its limits, a heat stroke at 104 F and more; other codes define nothing."""
    assert bounds_of("lab/hemoglobin-a1c", ["I10", "R73.03"]) == (5.7, 6.4)
    assert bounds_of("vital/temperature", ["T67.01XA"]) == (104.0, 106.5)
    assert bounds_of("lab/glucose", ["E11.9"]) is None


def test_the_filtration_rate_is_that_of_the_published_equation() -> None:
    """CKD-EPI 2021: 1.0 mg/dL gives 92 at 50 years in a man, 69 in a woman; the inverse finds the creatinine again."""
    assert round(filtration(1.0, age=50, sex="male")) == 92
    assert round(filtration(1.0, age=50, sex="female")) == 69
    for sex in ("female", "male"):
        for rate in (8, 25, 59, 90, 120):
            assert filtration(creatinine_of(rate, age=70, sex=sex), age=70, sex=sex) == pytest.approx(rate)


def test_regimens_stay_within_what_a_drug_allows() -> None:
    """No dose out of the usual range, none above the daily maximum; what a treatment lists itself is taken as it is."""
    drug = Concept(
        id="medication/x",
        name="x",
        kind="medication",
        attributes={
            "doses": "1 g|250 mg|500 mg|2 g",
            "frequencies": "once daily|three times daily|as needed",
            "dose_max": "1 g",
            "daily_max": "2 g",
        },
    )
    usual = Relation(subject="condition/y", predicate="treated_by", object=drug.id)
    found = [(each.dose, each.frequency) for each in regimens(drug, usual)]
    assert ("1 g", "once daily") in found
    assert ("1 g", "three times daily") not in found
    assert "2 g" not in {dose for dose, _ in found}
    assert [dose for dose, _ in found] == ["250 mg"] * 3 + ["500 mg"] * 3 + ["1 g"] * 2
    own = Relation(subject="condition/y", predicate="treated_by", object=drug.id, attributes={"doses": "4 g"})
    assert {each.dose for each in regimens(drug, own)} == {"4 g"}


@given(days=st.floats(0.05, 10_000))
@settings(max_examples=100, deadline=None)
def test_a_duration_says_how_long_it_was(days: float) -> None:
    """A duration in words is within a third of the days it tells, and never says one of many."""
    number, unit = duration(days).split()
    length = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30.4, "year": 365}[unit.rstrip("s")]
    assert abs(int(number) * length - days) <= max(days / 3, 1 / 24)
    assert unit.endswith("s") == (int(number) > 1)
