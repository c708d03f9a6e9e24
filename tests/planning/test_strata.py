"""What is rare has its share in every stretch of cases."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.config import Plan
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import knowledge_of
from clinsynth.planning.spaces import load_space
from clinsynth.planning.strata import Strata
from clinsynth.planning.weights import weighted


@cache
def _strata(**plan: object) -> Strata:
    return Strata(
        knowledge=knowledge_of(load_ontology("core")),
        space=load_space("attributes/general.yaml"),
        plan=Plan.model_validate(plan),
    )


@given(seed=st.integers(0, 2**32), start=st.integers(0, 10**6), n=st.integers(1, 5000))
@settings(max_examples=15, deadline=None)
def test_every_stratum_has_its_share_of_every_stretch(seed: int, start: int, n: int) -> None:
    """In any run of cases the count of a stratum, and of a type of note, differs from its share by less than 5."""
    counts: Counter[tuple[str, str, str]] = Counter()
    types: Counter[str] = Counter()
    for index in range(start, start + n):
        stratum = _strata().at(seed, index, 0.0)
        counts[stratum.key] += 1
        types[stratum.form] += 1
    for stratum in _strata().listed.items:
        assert abs(counts[stratum.key] - n * stratum.share) < 5, stratum.key
    for name, note_type in _strata().space.note_types.items():
        assert abs(types[name] - n * note_type.weight / 100) < 5, name


def test_all_strata_appear() -> None:
    """All strata with a weight are drawn within twice the cases that the rarest asks for."""
    listed = _strata().listed.items
    assert sum(stratum.share for stratum in listed) == pytest.approx(1)
    n = round(3 / min(stratum.share for stratum in listed))
    seen = {_strata().at(1, index, 0.0).key for index in range(min(n, 200_000))}
    assert {stratum.key for stratum in listed if stratum.share * 200_000 > 3} <= seen


def test_independent_draws_do_not_depend_on_the_place() -> None:
    """With independent sampling the draw alone decides."""
    strata = _strata(sampling="independent")
    assert strata.at(1, 5, 0.25) is strata.at(2, 900, 0.25)


def test_prevalence_weighs_the_bands() -> None:
    """Weighted by prevalence the common conditions have a larger share than when all are alike."""

    def share(band: str, **plan: object) -> float:
        return sum(stratum.share for stratum in _strata(**plan).listed.items if stratum.band == band)

    assert share("common") > 1.5 * share("common", prevalence="uniform")
    assert 0 < share("rare") < share("rare", prevalence="uniform")


def test_planned_cases_are_those_of_the_strata() -> None:
    """Note types and specialties of cases are those of their strata."""
    planner = Planner(ontology=load_ontology("core"), space=_strata().space, seed=4)
    for index in range(100):
        case, stratum = planner.case(index), _strata().at(4, index, 0.0)
        assert (case.note_type, case.specialty) == (stratum.form, stratum.specialty)


def test_weights_are_shares() -> None:
    """Each item has a stretch as long as its weight; one without weight is never drawn, and nothing is an error."""
    drawn = Counter(weighted({"a": 1, "b": 0, "c": 3}).at(step / 400) for step in range(400))
    assert drawn == {"a": 100, "c": 300}
    with pytest.raises(ValueError, match="no weight is above 0"):
        weighted({"a": 0})
