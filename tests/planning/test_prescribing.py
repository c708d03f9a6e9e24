"""What is given, and when it is too late for it."""

from random import Random

import pytest

from clinsynth.ontology import load_ontology
from clinsynth.planning.knowledge import knowledge_of
from clinsynth.planning.pictures import Problem
from clinsynth.planning.prescribing import Circumstances, first_list
from clinsynth.planning.weights import weighted

_STROKE, _DIABETES = "condition/ischemic-stroke", "condition/type-1-diabetes-mellitus"
_CLOTS = {"medication/alteplase", "medication/tenecteplase"}


def _given(condition: str, just_begun: str, seed: int, n: int = 3) -> set[str]:
    """Draw the drugs of a patient with one condition."""
    ontology = load_ontology("core")
    problem = Problem(profile=knowledge_of(ontology).profile(ontology.concepts[condition]), severity=0.5)
    around = Circumstances(
        age=60,
        sex="female",
        conditions=frozenset({condition}),
        is_pregnant=False,
        filtration=90,
        allergens=frozenset(),
        is_home=False,
        just_begun=just_begun,
    )
    drawn = first_list([problem], around, weighted({n: 1.0}), is_flare=False, random=Random(seed))
    return {each.drug.id for each in drawn}


@pytest.mark.parametrize(("just_begun", "can_be_given"), [(_STROKE, True), ("", False), (_DIABETES, False)])
def test_clots_are_dissolved_only_where_the_illness_has_just_begun(just_begun: str, *, can_be_given: bool) -> None:
    """A thrombolytic is drawn for what began in the last hours, and never later."""
    given = set().union(*(_given(_STROKE, just_begun, seed) for seed in range(300)))
    assert bool(given & _CLOTS) is can_be_given


def test_what_is_essential_is_given_even_where_nothing_else_is() -> None:
    """Type 1 diabetes is treated with insulin, whatever number of drugs is drawn."""
    for seed in range(100):
        assert any("insulin" in drug for drug in _given(_DIABETES, "", seed, n=seed % 3))
