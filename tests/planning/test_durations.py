"""No illness is over before it can be."""

from functools import cache
from itertools import pairwise

import pytest

from clinsynth.config import Plan
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.durations import least_days, share_left
from clinsynth.planning.knowledge import knowledge_of
from clinsynth.planning.pictures import Picture
from clinsynth.planning.spaces import load_space

N_PATIENTS = 300


@cache
def _planner() -> Planner:
    return Planner(
        ontology=load_ontology("core"),
        space=load_space("attributes/general.yaml"),
        seed=17,
        plan=Plan(encounters=4),
    )


@cache
def _pictures() -> tuple[tuple[Picture, ...], ...]:
    return tuple(_planner().pictures(number) for number in range(N_PATIENTS))


def test_only_what_is_acute_resolves_and_not_before_its_time() -> None:
    """A condition that is over is an acute one, and as many days old as it lasts at least."""
    knowledge, n = knowledge_of(load_ontology("core")), 0
    for before, after in (pair for pictures in _pictures() for pair in pairwise(pictures)):
        since = {problem.condition.id: problem.since for problem in before.problems}
        for condition in after.resolved:
            profile = knowledge.profile(condition)
            assert profile.course not in {"chronic", "recurrent"}, condition.id
            assert after.day - since[condition.id] >= least_days(profile), condition.id
            n += 1
    assert n > N_PATIENTS / 10


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("community-acquired pneumonia", 7),
        ("subacute thyroiditis", 28),
        ("acute respiratory distress syndrome", 14),
        ("distal radius fracture", 42),
    ],
)
def test_a_duration_fits_the_illness(condition: str, days: int) -> None:
    """Days for an infection, weeks for what begins within weeks and for bones."""
    concept = load_ontology("core").by_name(condition, "condition")
    assert concept is not None
    profile = knowledge_of(load_ontology("core")).profile(concept)
    assert least_days(profile) == days
    assert share_left(profile, 0) == 1
    assert share_left(profile, days) == pytest.approx(0.2)


def test_a_course_says_of_what() -> None:
    """The course of the main condition comes first and names it, then what has resolved."""
    for number in range(N_PATIENTS):
        for case, picture in zip(_planner().patient(number), _pictures()[number], strict=True):
            told = [(fact.subject, fact.value) for fact in case.facts if fact.kind == "course"]
            if "course" in _planner().space.note_types[case.note_type].tells:
                own = [(picture.main.condition.name, picture.course)] if picture.course else []
                assert told == [*own, *((each.name, "resolved") for each in picture.resolved)], case.id
