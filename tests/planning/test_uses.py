"""A patient takes one drug of a use, and mostly the one that is named first."""

from functools import cache
from itertools import combinations

from clinsynth.config import Plan
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import knowledge_of
from clinsynth.planning.pictures import Picture
from clinsynth.planning.remedies import treatments
from clinsynth.planning.spaces import load_space
from clinsynth.planning.uses import CLASSES_BY_USE, uses_of

N_PATIENTS = 500


@cache
def _pictures() -> tuple[Picture, ...]:
    planner = Planner(
        ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=23, plan=Plan(encounters=2)
    )
    return tuple(picture for number in range(N_PATIENTS) for picture in planner.pictures(number))


def test_the_classes_of_uses_are_those_of_the_ontology() -> None:
    """No use names a class that no drug belongs to."""
    named = {name for members in CLASSES_BY_USE.values() for name in members}
    assert named <= {each.name for each in load_ontology("core").of_kind("drug_class")}


def test_two_drugs_of_one_use_are_a_combination() -> None:
    """Two antibacterials or two insulins for meals stand side by side only where `with` says so."""
    n_together = 0
    for picture in _pictures():
        for one, other in combinations(picture.prescriptions, 2):
            is_together = other.drug.id in one.remedy.together
            assert is_together or one.remedy.uses.isdisjoint(other.remedy.uses), (one.drug.id, other.drug.id)
            n_together += is_together
    assert n_together > N_PATIENTS / 20


def test_uses_join_classes() -> None:
    """Drugs of different classes can have one use: a cephalosporin and a macrolide treat bacterial infection."""
    ontology = load_ontology("core")
    classes = [ontology.by_name(name, "drug_class") for name in ("cephalosporin antibiotic", "macrolide antibiotic")]
    one, other = (uses_of([each]) for each in classes if each is not None)
    assert one & other == {"bacterial infection"}


def test_one_condition_has_two_drugs_at_most_or_a_combination() -> None:
    """More than two drugs for one condition are only drawn where they are given together."""
    for picture in _pictures():
        for problem in picture.problems:
            own = [each for each in picture.prescriptions if each.reason.id == problem.condition.id]
            assert len(own) <= 2 or any(each.remedy.together for each in own), problem.condition.id


def test_first_line_drugs_are_drawn_most() -> None:
    """Of the first drugs for conditions with a choice, most belong to the first two that the ontology lists."""
    ranks = []
    for picture in _pictures():
        listed = treatments(picture.main.profile.remedies)
        own = [each.drug.id for each in picture.prescriptions if each.reason is picture.main.condition]
        if own and len(listed) > 3:
            ranks.append(min(place for place, each in enumerate(listed) if own[0] in {one.drug.id for one in each}))
    assert sum(rank < 2 for rank in ranks) > 0.6 * len(ranks)


def test_what_a_taken_drug_treats_gets_no_other() -> None:
    """A comorbidity has no drug of its own where one of the main condition treats it, unless one is essential."""
    knowledge = knowledge_of(load_ontology("core"))
    for picture in (picture for picture in _pictures() if not picture.day and not picture.stopped):
        for problem in (each for each in picture.problems[1:] if each.profile.essentials is None):
            mine = {each.drug.id for each in picture.prescriptions if each.reason is problem.condition}
            earlier = {each.drug.id for each in picture.prescriptions if each.reason is picture.main.condition}
            treating = {remedy.drug.id for remedy in knowledge.profile(problem.condition).remedies}
            assert not mine or not earlier & treating, problem.condition.id
