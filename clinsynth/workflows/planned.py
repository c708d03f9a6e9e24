"""The cases that a configuration plans."""

from collections.abc import Iterator

from clinsynth.config import Config
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.records import Case


def plan_cases(config: Config) -> Iterator[Case]:
    """Stream the cases that a configuration plans."""
    planner = Planner(
        ontology=load_ontology(config.ontology),
        space=load_space(config.plan.attributes),
        seed=config.seed,
        plan=config.plan,
    )
    return (planner.case(index) for index in range(config.plan.n_cases))
