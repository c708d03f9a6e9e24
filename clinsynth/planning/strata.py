"""Strata of cases, and how often each is drawn: what is rare has its share in every stretch of cases."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.config import Plan
from clinsynth.errors import ConfigError
from clinsynth.ontology.concepts import Concept
from clinsynth.planning.knowledge import Knowledge, Profile
from clinsynth.planning.spaces import AttributeSpace, NoteType, Pathway, Step, Weights
from clinsynth.planning.weights import Weighted, weighted
from clinsynth.seeds import derive_seed

_GOLDEN = 0.6180339887498949
_NOBODY = 1e-9
_SELDOM = {"ward": 0.02, "emergency": 0.4}  # what is not serious, beside what is


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stratum:
    """Cases alike: of one form (a type of note, or a pathway of a patient), one specialty and one prevalence band.

    Attributes:
        share: Of all cases, 0 to 1.
        conditions: That such a case can be about.
    """

    form: str
    specialty: str
    band: str
    share: float
    conditions: Weighted[Profile]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is told apart by."""
        return self.form, self.specialty, self.band


@dataclass(frozen=True, kw_only=True)
class Strata:
    """All strata that a plan can draw from.

    The place of case i among them is the fractional part of a seeded start plus i times the golden section: a Kronecker
    sequence (Kuipers & Niederreiter, Uniform Distribution of Sequences, 1974), whose counts in any stretch of cases
    differ from their share by no more than a few, however long the stretch.
    """

    knowledge: Knowledge
    space: AttributeSpace = field(repr=False)
    plan: Plan

    def at(self, seed: int, index: int, independent: float) -> Stratum:
        """Give the stratum of a case; `independent` (0 to below 1) decides where the plan samples independently."""
        if self.plan.sampling == "independent":
            return self.listed.at(independent)
        start = derive_seed(seed, "strata") / 2**63
        return self.listed.at((start + index * _GOLDEN) % 1.0)

    @cached_property
    def listed(self) -> Weighted[Stratum]:
        """The strata with their shares.

        Raises:
            ConfigError: The plan leaves none.
        """
        found = [stratum for name, form in self._forms.items() for stratum in self._of_form(name, form)]
        if not found:
            raise ConfigError(
                f"no condition of ontology {self.knowledge.ontology.name} is written about by "
                f"{', '.join(self.specialties)} in {', '.join(self._forms) or 'such notes'}; "
                "name other specialties or note types in plan"
            )
        total = sum(stratum.share for stratum in found)
        return weighted((_scaled(stratum, total), stratum.share) for stratum in found)

    @property
    def specialties(self) -> tuple[str, ...]:
        """Those that the plan names, else all of the space."""
        return self.plan.specialties or tuple(self.space.specialties)

    def steps(self, pathway: str) -> tuple[Step, ...]:
        """Give the steps of a pathway that the plan allows."""
        allowed = self.plan.note_types
        return tuple(step for step in self.space.pathways[pathway].steps if not allowed or step.note_type in allowed)

    @cached_property
    def _forms(self) -> Mapping[str, NoteType | Pathway]:
        if self.plan.encounters > 1:
            return {
                name: pathway for name, pathway in self.space.pathways.items() if pathway.weight and self.steps(name)
            }
        chosen = self.plan.note_types or tuple(self.space.note_types)
        return {name: kind for name, kind in self.space.note_types.items() if kind.weight and name in chosen}

    def _of_form(self, name: str, form: NoteType | Pathway) -> Iterator[Stratum]:
        """Give the strata of a form; its weight is parted among the specialties that can write it."""
        by_specialty = {specialty: self._bands(specialty, name, form) for specialty in self.specialties}
        able = {specialty: bands for specialty, bands in by_specialty.items() if bands}
        total = sum(self.space.specialties[specialty].weight for specialty in able)
        for specialty, bands in able.items():
            share = form.weight * self.space.specialties[specialty].weight / total
            whole = sum(weight for listed in bands.values() for _, weight in listed)
            for band, listed in bands.items():
                yield Stratum(
                    form=name,
                    specialty=specialty,
                    band=band,
                    share=share * sum(weight for _, weight in listed) / whole,
                    conditions=weighted(listed),
                )

    def _bands(self, specialty: str, name: str, form: NoteType | Pathway) -> dict[str, list[tuple[Profile, float]]]:
        """Give by prevalence the conditions that a specialty writes about in this form, each with its weight."""
        written = [name] if isinstance(form, NoteType) else [step.note_type for step in (*form.steps, form.then)]
        if not all(self.space.writes(specialty, note_type) for note_type in written):
            return {}
        found: defaultdict[str, list[tuple[Profile, float]]] = defaultdict(list)
        for profile, mass in self._profiles:
            condition = profile.condition
            if not self.space.covers(specialty, condition.attributes.get("specialty", "")):
                continue
            weight = mass * self._prevalence(condition) * self._suits(profile, name, form)
            if condition.attributes.get("specialty") == specialty:
                weight *= self.space.specialties[specialty].own
            if weight > 0:
                found[condition.attributes.get("prevalence", "")].append((profile, weight))
        return found

    def _suits(self, profile: Profile, name: str, form: NoteType | Pathway) -> float:
        """Give how much a condition counts in a form: by its course, and by what the form needs."""
        if isinstance(form, Pathway):
            first = self.space.note_types[self.steps(name)[0].note_type]
            is_possible = any(is_written(profile, self.space.note_types[s.note_type]) for s in self.steps(name))
            return _by_course(profile, form.courses) * is_possible * _is_met(profile, first.setting)
        return _by_course(profile, form.courses) * is_written(profile, form) * _is_met(profile, form.setting)

    def _prevalence(self, condition: Concept) -> float:
        if self.plan.prevalence == "uniform":
            return 1.0
        return self.space.prevalence.get(condition.attributes.get("prevalence", ""), 1.0)

    @cached_property
    def _profiles(self) -> list[tuple[Profile, float]]:
        """Give the conditions that anybody of the space can have, each with the share of those who can."""
        conditions = self.knowledge.ontology.of_kind("condition")
        found = ((profile, self._mass(profile)) for profile in map(self.knowledge.profile, conditions))
        return [(profile, mass) for profile, mass in found if mass > _NOBODY]

    def _mass(self, profile: Profile) -> float:
        sexes = self.space.sexes
        share = sum(weight for sex, weight in sexes.items() if sex in profile.sexes) / sum(sexes.values())
        return share * sum(weight for _, weight in ages_of(profile, self.space))


def ages_of(profile: Profile, space: AttributeSpace) -> list[tuple[tuple[int, int], float]]:
    """Give the stretches of age in which a patient of the space can have a condition, with their weights."""
    total = sum(band.weight for band in space.ages)
    found = []
    for band in space.ages:
        first, last = max(band.first, profile.age_min), min(band.last, profile.age_max)
        if first <= last:
            found.append(((first, last), band.weight / total * (last - first + 1) / (band.last - band.first + 1)))
    return found


def is_written(profile: Profile, note_type: NoteType) -> bool:
    """Say whether a condition has what a type of note needs, for each sex that can have it."""
    if note_type.needs == "imaging":
        return all(profile.imaging[sex] for sex in profile.sexes)
    return note_type.needs != "operation" or all(profile.operations[sex] for sex in profile.sexes)


def _by_course(profile: Profile, courses: Weights) -> float:
    """Give the weight of a course; a condition without one counts as the course that counts least."""
    return courses.get(profile.course, 0.0) if profile.course else min(courses.values())


def _is_met(profile: Profile, setting: str) -> float:
    """Give how often patients are seen there with it, 0 to 1: on a ward what is serious, also for an operation."""
    if setting == "clinic":
        return 1.0
    has_operations = any(profile.operations.values())
    is_met = profile.can_flare or (setting == "ward" and has_operations and profile.is_serious)
    return is_met * (1.0 if profile.is_serious else _SELDOM[setting])


def _scaled(stratum: Stratum, total: float) -> Stratum:
    return Stratum(
        form=stratum.form,
        specialty=stratum.specialty,
        band=stratum.band,
        share=stratum.share / total,
        conditions=stratum.conditions,
    )


def bands(strata: Iterable[Stratum]) -> dict[tuple[str, str, str], float]:
    """Give the share of each stratum by what it is told apart by."""
    return {stratum.key: stratum.share for stratum in strata}
