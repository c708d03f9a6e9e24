"""The planner: from an attribute space, an ontology and a seed to cases that do not contradict the ontology."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from random import Random

from clinsynth.config import Plan
from clinsynth.errors import ConfigError, nearest
from clinsynth.ontology.concepts import Ontology
from clinsynth.planning.encounters import Encounters, Visit
from clinsynth.planning.histories import new_patient
from clinsynth.planning.knowledge import Knowledge, Profile, knowledge_of
from clinsynth.planning.pictures import Patient, Picture
from clinsynth.planning.spaces import AttributeSpace, Step
from clinsynth.planning.strata import Strata, Stratum, ages_of, is_written
from clinsynth.planning.telling import told
from clinsynth.planning.weights import Weighted, weighted
from clinsynth.records import Case
from clinsynth.seeds import derive_seed, generator

COPIED = "copied_forward"
_DAYS_TO_COPY = {"emergency": (0, 1), "ward": (1, 3), "clinic": (30, 120)}


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Draws cases; each depends on the seed and its index alone, whatever was drawn before.

    The stratum decides note type (or pathway), specialty and how common the main condition is; the condition decides
    who can have it; age and sex, what stands beside it; all conditions together decide drugs, results and
    what is denied.

    Raises:
        ConfigError: The plan names a type of note or a specialty that the space does not have, or the ontology lacks
            what planning needs.
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
        if lacking := _lacking(self.ontology):
            raise ConfigError(
                f"cases cannot be planned with ontology {self.ontology.name}: it has no {' and no '.join(lacking)}; "
                "it can find and code what notes say, but use core (or add these columns) to plan"
            )

    def case(self, index: int) -> Case:
        """Draw the case of that index, counted from 0; the cases of one patient follow each other.

        Raises:
            ConfigError: The plan leaves no condition that any patient of the space can have.
        """
        number, encounter = divmod(index, self.plan.encounters)
        return self.patient(number)[encounter]

    def patient(self, number: int) -> tuple[Case, ...]:
        """Draw all cases of one patient, counted from 0: as many as the plan has encounters.

        Raises:
            ConfigError: The plan leaves no condition that any patient of the space can have.
        """
        if number not in self._last:
            self._last.clear()
            self._last[number] = self._new_patient(number)
        return self._last[number]

    def pictures(self, number: int) -> tuple[Picture, ...]:
        """Draw the clinical pictures behind the cases of one patient, in the same order."""
        return self._drawn(number)[1]

    def _new_patient(self, number: int) -> tuple[Case, ...]:
        stratum, pictures, styles, first = self._drawn(number)
        return tuple(
            self._case(number * self.plan.encounters + place, stratum, picture, style, first + place)
            for place, (picture, style) in enumerate(zip(pictures, styles, strict=True))
        )

    def _drawn(self, number: int) -> tuple[Stratum, tuple[Picture, ...], list[str], int]:
        """Draw the pictures of a patient, their styles, and the place of the first among the encounters."""
        random = generator(self.seed, "case", number)
        stratum = self._strata.at(self.seed, number, random.random())
        profile = stratum.conditions.drawn(random)
        if self.plan.encounters > 1:
            course = self._course(profile, stratum.form, random)
            pictures = self._encounters_of(profile, course, random)
            styles = [self._style(name, random, follows=place > 0) for place, (name, _) in enumerate(course)]
            return stratum, pictures, styles, 0
        style = self._style(stratum.form, random, follows=True)
        if style != COPIED:
            return stratum, self._encounters_of(profile, [(stratum.form, 0)], random), [style], 0
        days = random.randint(*_DAYS_TO_COPY[self.space.note_types[stratum.form].setting])
        pictures = self._encounters_of(profile, [(stratum.form, 0), (stratum.form, days)], random)
        return stratum, pictures[1:], [style], 1

    def _course(self, profile: Profile, pathway: str, random: Random) -> list[tuple[str, int]]:
        """Draw the types of a patient's notes and the days on which they are written."""
        possible = [
            step for step in self._strata.steps(pathway) if is_written(profile, self.space.note_types[step.note_type])
        ]
        n = self.plan.encounters
        if len(possible) > n:
            steps = [possible[place] for place in sorted(random.sample(range(len(possible)), n))]
        else:
            steps = [*possible, *self._repeated(pathway, possible, n - len(possible))]
        gaps = [0, *(random.randint(*step.days) for step in steps[1:])]
        return [(step.note_type, day) for step, day in zip(steps, accumulate(gaps), strict=True)]

    def _repeated(self, pathway: str, steps: Sequence[Step], n: int) -> list[Step]:
        then = self.space.pathways[pathway].then
        is_allowed = not self.plan.note_types or then.note_type in self.plan.note_types
        return [then if is_allowed else Step(note_type=steps[-1].note_type, days=then.days)] * n

    def _encounters_of(
        self, profile: Profile, course: Sequence[tuple[str, int]], random: Random
    ) -> tuple[Picture, ...]:
        patient, years = self._patient(profile, course[-1][1], random)
        pictures: list[Picture] = []
        for place, (note_type, day) in enumerate(course):
            later = [self.space.note_types[name] for name, _ in course[place + 1 :]]
            visit = Visit(
                note_type=note_type,
                day=day,
                years=years,
                stays=bool(later) and later[0].setting == "ward",
                keeps_main=any(kind.needs for kind in later),
            )
            if pictures:
                pictures.append(self._encounters.next(pictures[-1], visit, random))
            else:
                pictures.append(self._encounters.first(profile, patient, visit, random))
        return tuple(pictures)

    def _patient(self, profile: Profile, days: int, random: Random) -> tuple[Patient, int]:
        """Draw a patient who can have the condition, and keep it for so many days; give by how many years both age."""
        first, last = self._ages(profile).drawn(random)
        sex = self._sexes[profile.sexes].drawn(random)
        patient = new_patient(random.randint(first, last), sex, self._ethnicities.drawn(random), random)
        years = patient.age_on(days) - patient.age
        oldest = min(profile.age_max, self._oldest) - years
        if patient.age <= oldest:
            return patient, years
        younger = new_patient(max(oldest, profile.age_min), sex, patient.ethnicity, random)
        return younger, younger.age_on(days) - younger.age

    def _ages(self, profile: Profile) -> Weighted[tuple[int, int]]:
        if profile.condition.id not in self._known_ages:
            self._known_ages[profile.condition.id] = weighted(ages_of(profile, self.space))
        return self._known_ages[profile.condition.id]

    def _style(self, note_type: str, random: Random, *, follows: bool) -> str:
        style = self._styles.drawn(random)
        if style != COPIED or (follows and self.space.note_types[note_type].can_be_copied):
            return style
        return self._own_styles.drawn(random)

    def _case(self, index: int, stratum: Stratum, picture: Picture, style: str, encounter: int) -> Case:
        kind = self.space.note_types[picture.note_type]
        attributes = {
            "age": str(picture.age),
            "sex": picture.patient.sex,
            "ethnicity": picture.patient.ethnicity,
            "style": style,
        }
        anesthesia = picture.performed[0].procedure.attributes.get("anesthesia") if picture.performed else ""
        if kind.needs == "operation" and anesthesia:
            attributes["anesthesia"] = anesthesia
        return Case(
            id=f"case-{index:06d}",
            note_type=picture.note_type,
            specialty=stratum.specialty,
            attributes=attributes,
            facts=told(picture, kind.tells, most=self._most_facts(index), is_copied=style == COPIED),
            patient=f"patient-{index // self.plan.encounters:06d}",
            encounter=encounter,
            day=picture.day,
        )

    def _most_facts(self, index: int) -> int:
        """Give the number of facts from which on a case leaves some out: not all cases are as full as can be."""
        most, least = self.space.facts.most, self.space.facts.least
        return most - derive_seed(self.seed, "facts", index) % (1 + (most - least) // 2)

    @cached_property
    def _knowledge(self) -> Knowledge:
        return knowledge_of(self.ontology)

    @cached_property
    def _strata(self) -> Strata:
        return Strata(knowledge=self._knowledge, space=self.space, plan=self.plan)

    @cached_property
    def _encounters(self) -> Encounters:
        return Encounters(knowledge=self._knowledge, space=self.space)

    @cached_property
    def _last(self) -> dict[int, tuple[Case, ...]]:
        return {}

    @cached_property
    def _known_ages(self) -> dict[str, Weighted[tuple[int, int]]]:
        return {}

    @cached_property
    def _sexes(self) -> dict[tuple[str, ...], Weighted[str]]:
        sexes = self.space.sexes
        found = {(sex,): weighted({sex: 1.0}) for sex in sexes}
        return found | {("female", "male"): weighted(sexes)}

    @cached_property
    def _ethnicities(self) -> Weighted[str]:
        return weighted(self.space.ethnicities)

    @cached_property
    def _styles(self) -> Weighted[str]:
        return weighted(self.space.styles)

    @cached_property
    def _own_styles(self) -> Weighted[str]:
        return weighted({name: weight for name, weight in self.space.styles.items() if name != COPIED})

    @cached_property
    def _oldest(self) -> int:
        return max(band.last for band in self.space.ages)


def _lacking(ontology: Ontology) -> list[str]:
    """Name what planning needs and an ontology has nowhere: it may be one of codes and names alone."""
    conditions, drugs = ontology.of_kind("condition"), ontology.of_kind("medication")
    if not conditions:
        return ["condition"]
    needed = {
        "condition with a specialty": any(each.attributes.get("specialty") for each in conditions),
        "condition with a prevalence": any(each.attributes.get("prevalence") for each in conditions),
        "condition with ages (age_min, age_max)": any(each.attributes.get("age_min") for each in conditions),
        "condition with symptoms": any(ontology.rows(each.id, "has_symptom") for each in conditions),
        "condition with drugs (treated_by)": any(ontology.rows(each.id, "treated_by") for each in conditions),
        "drug with doses and frequencies": any(d.values("doses") and d.values("frequencies") for d in drugs),
        "vital sign": bool(ontology.of_kind("vital")),
    }
    return [name for name, is_there in needed.items() if not is_there]
