"""Drugs as treatments: their regimens, and everything that can speak against them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Ontology, Relation
from clinsynth.planning.doses import Regimen, regimens
from clinsynth.planning.uses import THROMBOLYSIS, uses_of

_DIRECTIONS: Mapping[str, str] = MappingProxyType({"raises": "raised", "lowers": "lowered"})
_INFUSED, _ONCE = "per hour by continuous infusion", "as a single dose"
_SERIOUS = frozenset({"contraindicated", "major"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """That something raises or lowers a lab or vital sign; `strength` is "mild", "moderate" or "marked"."""

    test: Concept
    direction: str
    strength: str


def effects_of(ontology: Ontology, concept: Concept) -> tuple[Effect, ...]:
    """Give what a condition, symptom or drug raises and lowers, in the order of the ontology."""
    return tuple(
        Effect(
            test=ontology.concepts[row.object],
            direction=direction,
            strength=row.attributes.get("strength") or "moderate",
        )
        for predicate, direction in _DIRECTIONS.items()
        for row in ontology.rows(concept.id, predicate)
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Remedy:
    """A drug as a treatment of one condition.

    Attributes:
        regimens: From the smallest to the largest dose; those of the condition where it has its own.
        together: Ids of drugs that it is only given with.
        is_essential: Whether nobody with the condition goes without it, or another drug that is.
        forbidden: Ids of conditions in which it is contraindicated.
        serious: Ids of drugs that it must not be given with.
        uses: Ids of its classes, and what else it is used for as drugs of other classes are.
        allergens: Ids of allergens that it belongs to, or that bear its name.
        renal_avoid: Below this eGFR (mL/min/1.73 m2) it is not given.
        renal_reduce: Below this eGFR its smallest dose is given.
    """

    drug: Concept
    regimens: tuple[Regimen, ...]
    together: frozenset[str]
    forbidden: frozenset[str]
    serious: frozenset[str]
    uses: frozenset[str]
    allergens: frozenset[str]
    effects: tuple[Effect, ...]
    age_min: float
    age_max: float
    sex: str
    renal_avoid: float
    renal_reduce: float
    is_harmful_to_the_unborn: bool
    is_essential: bool

    @property
    def dissolves_clots(self) -> bool:
        """Whether it is only of use, and only safe, in the first hours."""
        return THROMBOLYSIS in self.uses

    @property
    def is_infused(self) -> bool:
        """Whether it is only given by continuous infusion: nobody takes it at home."""
        return all(regimen.frequency == _INFUSED for regimen in self.regimens)

    @property
    def is_begun_here(self) -> bool:
        """Whether it is only infused or given once: nobody comes with it."""
        return all(regimen.frequency in {_INFUSED, _ONCE} for regimen in self.regimens)

    @property
    def is_once(self) -> bool:
        """Whether it is only given once, and alone."""
        return not self.together and all(regimen.frequency == _ONCE for regimen in self.regimens)

    @property
    def is_intravenous(self) -> bool:
        """Whether it goes on to be given into a vein."""
        return self.drug.values("routes")[:1] == ("intravenous",) and not self.is_once


Treatment = tuple[Remedy, ...]  # one drug, or those that are only given together


def treatments(remedies: Sequence[Remedy]) -> tuple[Treatment, ...]:
    """Gather drugs that are only given together; a drug whose partners cannot be prescribed is left out."""
    known = {remedy.drug.id: remedy for remedy in remedies}
    found: dict[frozenset[str], Treatment] = {}
    for remedy in remedies:
        ids = remedy.together | {remedy.drug.id}
        if ids <= known.keys():
            found.setdefault(ids, tuple(each for each in remedies if each.drug.id in ids))
    return tuple(found.values())


@dataclass(frozen=True, kw_only=True)
class Pharmacy:
    """The drugs of an ontology."""

    ontology: Ontology = field(repr=False)

    def remedies(self, condition: Concept) -> tuple[Remedy, ...]:
        """Give the drugs for a condition; one without doses or frequencies cannot be prescribed and is left out."""
        rows = self.ontology.rows(condition.id, "treated_by")
        found = (self._new_remedy(self.ontology.concepts[row.object], row) for row in rows)
        return tuple(remedy for remedy in found if remedy.regimens)

    def _new_remedy(self, drug: Concept, row: Relation) -> Remedy:
        ontology = self.ontology
        names = {name.casefold() for name in drug.names}
        allergens = {each.id for each in ontology.related(drug.id, "in_class")}
        allergens |= {id_ for name in names for id_ in self._allergens_named.get(name, ())}
        return Remedy(
            drug=drug,
            regimens=regimens(drug, row),
            together=frozenset(row.values("with")),
            forbidden=ontology.forbidden(drug.id),
            serious=self._serious.get(drug.id, frozenset()),
            uses=uses_of(ontology.related(drug.id, "member_of")),
            allergens=frozenset(allergens),
            effects=tuple(effect for effect in effects_of(ontology, drug) if effect.test.kind == "lab"),
            age_min=drug.number("age_min") or 0,
            age_max=drug.number("age_max") or 120,
            sex=drug.attributes.get("sex", ""),
            renal_avoid=drug.number("renal_avoid") or 0.0,
            renal_reduce=drug.number("renal_reduce") or 0.0,
            is_harmful_to_the_unborn=drug.attributes.get("pregnancy") == "avoid",
            is_essential=row.attributes.get("essential") == "yes",
        )

    @cached_property
    def _serious(self) -> Mapping[str, frozenset[str]]:
        """Give for each drug those that it must not be given with; what is said of a class holds for its members."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.ontology.relations:
            if row.predicate == "interacts_with" and row.attributes.get("severity") in _SERIOUS:
                for one, other in product(self._members(row.subject), self._members(row.object)):
                    if one != other:
                        found[one].add(other)
                        found[other].add(one)
        return {drug: frozenset(others) for drug, others in found.items()}

    def _members(self, side: str) -> tuple[str, ...]:
        return (side, *(each.id for each in self.ontology.subjects(side, "member_of")))

    @cached_property
    def _allergens_named(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for allergen in self.ontology.of_kind("allergen"):
            for name in allergen.names:
                found[name.casefold()].add(allergen.id)
        return found
