"""A first encounter, and the next one after it: what is so, drawn from what the patient has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random

from clinsynth.ontology.concepts import Concept
from clinsynth.planning.grades import grade_of
from clinsynth.planning.histories import MOST_NEGATIVES, Histories
from clinsynth.planning.kidneys import CREATININE, Kidneys, kidneys
from clinsynth.planning.knowledge import Knowledge, Profile, Study
from clinsynth.planning.laboratory import Laboratory
from clinsynth.planning.pictures import GOES_ON, Patient, Performed, Picture, Problem, Situation
from clinsynth.planning.prescribing import Circumstances, first_list, next_list
from clinsynth.planning.progress import apart, gone_on, is_operation, new_problems, symptoms_left
from clinsynth.planning.spaces import AttributeSpace, NoteType
from clinsynth.planning.vital_signs import VitalSigns, as_measured
from clinsynth.planning.weights import Weighted, weighted

_N_STUDIES = weighted({0: 25, 1: 45, 2: 30})
_OPERATED_SHARE = 0.5
_SEVERITIES = {"emergency": (0.5, 1.0), "ward": (0.45, 1.0), "clinic": (0.3, 0.85)}
_MILD = (0.15, 0.6)  # of comorbidities
_WORSENING, _UNTOLD = "worsening", "untold"
_HEALTHY = Kidneys(creatinine=0.9, filtration=90, is_impaired=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What is known of an encounter before it is drawn.

    Attributes:
        day: Days since the first encounter.
        years: How many years from the first encounter on the conditions must suit the patient.
        stays: Whether the next encounter is on a ward.
        keeps_main: Whether a later note is about the same main condition.
    """

    note_type: str
    day: int = 0
    years: int = 0
    stays: bool = False
    keeps_main: bool = False


@dataclass(frozen=True, kw_only=True)
class Encounters:
    """Draws what is so at an encounter."""

    knowledge: Knowledge
    space: AttributeSpace = field(repr=False)

    def first(self, main: Profile, patient: Patient, visit: Visit, random: Random) -> Picture:
        """Draw the first encounter of a patient who can have the main condition."""
        kind, draws = self.space.note_types[visit.note_type], self._histories
        problems = self._problems(main, patient, kind.setting, visit.years, random)
        now = Situation(patient=patient, age=patient.age, problems=problems, random=random)
        past, allergens = draws.past(now), draws.allergens(random)
        rates = self._kidneys(now)
        is_flare = main.course == "recurrent" or (main.course == "chronic" and kind.setting != "clinic")
        symptoms = draws.symptoms(main, now)
        onset = draws.onset(now, symptoms)
        around = _circumstances(now, past, allergens, rates, kind)
        if onset is not None and onset.is_recent:
            around = replace(around, just_begun=main.condition.id)
        prescriptions = first_list(problems, around, self._n_treatments, is_flare=is_flare, random=random)
        negatives = draws.negatives(now, random.randint(1, MOST_NEGATIVES))
        vitals = self._vital_signs.results(now, symptoms, negatives, kind)
        status = self._statuses[id(kind)]
        # What nobody is admitted for does not worsen until it is an emergency.
        is_told = status is not None and (kind.setting != "emergency" or main.is_serious)
        course = status.drawn(random) if status is not None and is_told else _UNTOLD
        performed = self._performed(now, kind)
        grade = grade_of(kind, now, vitals, prescriptions, performed, is_worse=visit.stays or course == _WORSENING)
        return Picture(
            note_type=visit.note_type,
            patient=patient,
            problems=problems,
            past=past,
            relatives=draws.relatives(now),
            symptoms=symptoms,
            onset=onset,
            negatives=negatives,
            findings=as_measured(draws.findings(now), vitals),
            absent=draws.absent(now),
            prescriptions=prescriptions,
            allergens=allergens,
            vitals=vitals,
            labs=self._laboratory.results(now, symptoms, prescriptions, rates),
            performed=performed,
            had=draws.operations(past, now),
            course="" if course == _UNTOLD else course,
            disposition=self._disposition(kind, grade, random),
            social=draws.social(now),
        )

    def next(self, before: Picture, visit: Visit, random: Random) -> Picture:
        """Draw the encounter after another. A note that tells nothing of drugs tells no change: all is as before."""
        kind = self.space.note_types[visit.note_type]
        if "medication" not in kind.tells:
            return self._between(before, kind, visit, random)
        new = new_problems(before, visit.day, visit.years, random, is_outside=kind.setting == "clinic")
        can_worsen = not kind.status or _WORSENING in kind.status
        went = gone_on(before, new, visit.day, random, keeps_main=visit.keeps_main, can_worsen=can_worsen)
        problems = tuple(problem for problem in went if problem.course != "resolved")
        resolved = tuple(problem.condition for problem in went if problem.course == "resolved")
        age = before.patient.age_on(visit.day)
        now = Situation(patient=before.patient, age=age, problems=problems, random=random)
        rates = self._kidneys(now)
        around = _circumstances(now, (*resolved, *before.past), before.allergens, rates, kind)
        prescriptions, stopped = next_list(before.prescriptions, problems, around, day=visit.day, random=random)
        told = self._told(before, now)
        operated = _operated(before)
        vitals = self._vital_signs.results(now, told.symptoms, told.negatives, kind, before.vitals)
        is_worse = visit.stays or problems[0].course == _WORSENING
        performed = self._performed(now, kind, (*operated, *before.had))
        grade = grade_of(kind, now, vitals, prescriptions, performed, is_worse=is_worse)
        return replace(
            told,
            note_type=visit.note_type,
            day=visit.day,
            problems=problems,
            resolved=resolved,
            past=(*resolved, *before.past),
            prescriptions=prescriptions,
            stopped=stopped,
            findings=as_measured(told.findings, vitals),
            vitals=vitals,
            labs=self._laboratory.results(now, told.symptoms, prescriptions, rates, before.labs),
            performed=performed,
            had=tuple(dict.fromkeys((*operated, *before.had))),
            course=problems[0].course,
            disposition=self._disposition(kind, grade, random),
        )

    def _told(self, before: Picture, now: Situation) -> Picture:
        """Let complaints and findings go on with the main problem; another main problem has its own."""
        draws = self._histories
        main = now.problems[0]
        if main.condition is not before.main.condition:
            symptoms = draws.symptoms(main.profile, now)
            negatives = draws.negatives(now, MOST_NEGATIVES)
            onset, findings = draws.onset(now, symptoms, started=main.since), draws.findings(now)
        else:
            symptoms, gone = symptoms_left(self.knowledge, before, now.problems, now.random)
            negatives = draws.negatives(now, len(gone) + 1, gone)
            onset = before.onset if before.onset and before.onset.of in (*symptoms, main.condition) else None
            findings = draws.still_found(before.findings, now, is_better=main.course == "improving")
        return replace(
            before,
            symptoms=symptoms,
            negatives=negatives,
            onset=onset,
            findings=findings,
            absent=draws.absent(now),
        )

    def _between(self, before: Picture, kind: NoteType, visit: Visit, random: Random) -> Picture:
        """Draw an encounter at which only something is performed."""
        age = before.patient.age_on(visit.day)
        now = Situation(patient=before.patient, age=age, problems=before.problems, random=random)
        operated = _operated(before)
        performed = self._performed(now, kind, (*operated, *before.had))
        grade = grade_of(kind, now, before.vitals, before.prescriptions, performed, is_worse=visit.stays)
        return replace(
            before,
            note_type=visit.note_type,
            day=visit.day,
            resolved=(),
            prescriptions=tuple(replace(each, change=GOES_ON) for each in before.prescriptions),
            stopped=(),
            performed=performed,
            had=tuple(dict.fromkeys((*operated, *before.had))),
            disposition=self._disposition(kind, grade, random),
        )

    def _problems(
        self, main: Profile, patient: Patient, setting: str, years: int, random: Random
    ) -> tuple[Problem, ...]:
        """Draw what stands beside the main condition; an acute illness stands beside another acute one only."""
        fitting = [
            other
            for other in main.related[patient.sex]
            if other.fits(patient.age, patient.sex, years) and (other.course != "acute" or main.course == "acute")
        ]
        n = min(self._n_comorbidities.drawn(random), len(fitting))
        chosen = apart([main], [*_causes(main, patient), *random.sample(fitting, n)])
        chosen = apart(
            [main], [*chosen, *(cause for other in chosen for cause in _causes(other, patient, (main, *chosen)))]
        )
        severity = random.uniform(*_SEVERITIES[setting])
        others = (Problem(profile=other, severity=random.uniform(*_MILD)) for other in chosen)
        return (Problem(profile=main, severity=severity), *others)

    def _performed(self, now: Situation, kind: NoteType, known: Sequence[Concept] = ()) -> tuple[Performed, ...]:
        """Draw investigations and operations; what the type of note needs is there."""
        profile, random = now.problems[0].profile, now.random
        if kind.needs == "imaging":
            return (_performed(random.choice(profile.imaging[now.sex])),)
        operations = profile.operations[now.sex]
        if kind.needs == "operation":
            return (Performed(procedure=random.choice(operations)),)
        studies = profile.studies[now.sex]
        found = [_performed(each) for each in random.sample(studies, min(_N_STUDIES.drawn(random), len(studies)))]
        share = _OPERATED_SHARE if profile.can_flare else 1.0
        can_be_operated = kind.can_follow_operation and operations and not any(each in known for each in operations)
        if can_be_operated and random.random() < share:
            found.insert(0, Performed(procedure=random.choice(operations)))
        return tuple(found)

    def _disposition(self, kind: NoteType, grade: str, random: Random) -> str:
        tables = self._dispositions[id(kind)]
        table = tables.get(grade) or tables.get("severe") or tables.get("mild")
        return table.drawn(random) if table else ""

    def _kidneys(self, now: Situation) -> Kidneys:
        test = self.knowledge.ontology.concepts.get(CREATININE)
        if test is None:
            return _HEALTHY
        limits = self.knowledge.ontology.range_of(test, sex=now.sex, age=now.age)
        return kidneys(now.problems, limits, now.patient.kidney, age=now.age, sex=now.sex)

    @cached_property
    def _dispositions(self) -> Mapping[int, Mapping[str, Weighted[str]]]:
        return {
            id(kind): {name: weighted(weights) for name, weights in kind.dispositions.items()}
            for kind in self.space.note_types.values()
        }

    @cached_property
    def _statuses(self) -> Mapping[int, Weighted[str] | None]:
        kinds = self.space.note_types.values()
        return {id(kind): weighted(kind.status) if kind.status else None for kind in kinds}

    @cached_property
    def _n_comorbidities(self) -> Weighted[int]:
        return weighted(self.space.n_comorbidities)

    @cached_property
    def _n_treatments(self) -> Weighted[int]:
        return weighted(self.space.n_treatments)

    @cached_property
    def _histories(self) -> Histories:
        return Histories(knowledge=self.knowledge, space=self.space)

    @cached_property
    def _laboratory(self) -> Laboratory:
        return Laboratory(knowledge=self.knowledge, space=self.space)

    @cached_property
    def _vital_signs(self) -> VitalSigns:
        return VitalSigns(knowledge=self.knowledge, space=self.space)


def _circumstances(
    now: Situation, past: Sequence[Concept], allergens: Sequence[Concept], rates: Kidneys, kind: NoteType
) -> Circumstances:
    return Circumstances(
        age=now.age,
        sex=now.sex,
        conditions=frozenset([*(problem.condition.id for problem in now.problems), *(each.id for each in past)]),
        is_pregnant=any(problem.profile.is_pregnancy for problem in now.problems),
        filtration=rates.filtration,
        allergens=frozenset(each.id for each in allergens),
        is_home=kind.setting == "clinic" or kind.is_farewell,
    )


def _operated(before: Picture) -> list[Concept]:
    return [each.procedure for each in before.performed if is_operation(each.procedure, before.main.profile)]


def _performed(study: Study) -> Performed:
    return Performed(procedure=study.procedure, shows=study.shows)


def _causes(profile: Profile, patient: Patient, present: Sequence[Profile] = ()) -> tuple[Profile, ...]:
    """Give the usual condition that a complication comes from and that the patient can have, if none is there."""
    ids = {each.condition.id for each in present}
    if any(cause.condition.id in ids for cause in profile.causes):
        return ()
    return tuple(cause for cause in profile.causes if cause.fits(patient.age, patient.sex))[:1]
