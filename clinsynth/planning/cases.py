"""The planner: from an attribute space, an ontology and a seed to cases that do not contradict the ontology."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import TypeVar

from clinsynth.config import Plan
from clinsynth.errors import ConfigError, nearest
from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.planning.knowledge import Knowledge, fits
from clinsynth.planning.pictures import Drawing, Patient
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

T = TypeVar("T")
_Choice = tuple[Concept, str]  # a main condition and the specialty that writes about it


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Draws cases; each depends on the seed and its index alone, whatever was drawn before.

    Age and sex decide which conditions are possible; the condition decides specialty, comorbidities and symptoms; all
    conditions together decide drugs, results and what the patient cannot be allergic to.

    Raises:
        ConfigError: The plan names a type of note or a specialty that the space does not have.
    """

    ontology: Ontology
    space: AttributeSpace
    seed: int
    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        for kind, chosen, known in (
            ("note_types", self.plan.note_types, self.space.note_types),
            ("specialties", self.plan.specialties, self.space.specialties),
        ):
            for name in chosen:
                if name not in known:
                    raise ConfigError(f'plan.{kind}: "{name}" is not in {self.space.name}; {nearest(name, known)}')

    def case(self, index: int) -> Case:
        """Draw the case of that index, counted from 0.

        Raises:
            ConfigError: The specialties of the plan have no condition that any patient of the space can have.
        """
        random = generator(self.seed, "case", index)
        patient, main, specialty = self._patient_with_condition(random)
        drawing = Drawing(knowledge=self._knowledge, space=self.space, patient=patient, random=random)
        facts = drawing.facts(main)
        return Case(
            id=f"case-{index:06d}",
            note_type=_drawn(self._note_types, random),
            specialty=specialty,
            attributes={"age": str(patient.age), "sex": patient.sex, "style": _drawn(self.space.styles, random)},
            facts=_numbered(facts),
        )

    def _patient_with_condition(self, random: Random) -> tuple[Patient, Concept, str]:
        """Draw age and sex until some condition is possible: a plan may name specialties for one sex or for the old."""
        for _ in range(_MAX_DRAWS):
            patient = self._patient(random)
            choices, weights = self._choices(patient)
            if choices:
                main, specialty = random.choices(choices, cum_weights=weights)[0]
                return patient, main, specialty
        raise ConfigError(
            f"no condition of ontology {self.ontology.name} is written about by {', '.join(self._specialties)}; "
            "name other specialties in plan.specialties"
        )

    def _patient(self, random: Random) -> Patient:
        band = random.choices(self.space.ages, [band.weight for band in self.space.ages])[0]
        return Patient(age=random.randint(band.first, band.last), sex=_drawn(self.space.sexes, random))

    def _choices(self, patient: Patient) -> tuple[list[_Choice], list[float]]:
        """Give the conditions a patient can have, each with a specialty, and their cumulative weights."""
        if patient not in self._known_choices:
            fitting = [
                (choice, weight)
                for choice, weight in self._weighted
                if fits(choice[0], age=patient.age, sex=patient.sex)
            ]
            weights = list(accumulate(weight for _, weight in fitting))
            self._known_choices[patient] = [choice for choice, _ in fitting], weights
        return self._known_choices[patient]

    @cached_property
    def _knowledge(self) -> Knowledge:
        return Knowledge(ontology=self.ontology)

    @cached_property
    def _known_choices(self) -> dict[Patient, tuple[list[_Choice], list[float]]]:
        return {}

    @cached_property
    def _weighted(self) -> list[tuple[_Choice, float]]:
        return [
            ((condition, name), self._prevalence(condition) * self.space.specialties[name].weight)
            for condition in self.ontology.of_kind("condition")
            for name in self._specialties
            if self.space.covers(name, condition.attributes.get("specialty", ""))
        ]

    def _prevalence(self, condition: Concept) -> float:
        if self.plan.prevalence == "uniform":
            return 1.0
        return self.space.prevalence.get(condition.attributes.get("prevalence", ""), 1.0)

    @property
    def _specialties(self) -> tuple[str, ...]:
        return self.plan.specialties or tuple(self.space.specialties)

    @cached_property
    def _note_types(self) -> Mapping[str, float]:
        chosen = self.plan.note_types or tuple(self.space.note_types)
        return {name: weight for name, weight in self.space.note_types.items() if name in chosen}


_MAX_DRAWS = 200


def _drawn(weights: Mapping[T, float], random: Random) -> T:
    return random.choices(list(weights), list(weights.values()))[0]


def _numbered(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(dataclasses.replace(fact, id=f"f{number}") for number, fact in enumerate(facts, start=1))
