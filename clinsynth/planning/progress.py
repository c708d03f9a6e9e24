"""How illness goes on from one encounter to the next: it improves, resolves, worsens, and something else appears."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from clinsynth.ontology.concepts import Concept
from clinsynth.planning.durations import least_days, share_left
from clinsynth.planning.knowledge import Knowledge, Profile, is_of_age
from clinsynth.planning.pictures import Picture, Problem
from clinsynth.planning.weights import weighted

# How an illness goes on, and by how much its severity changes.
_COURSES = {
    "acute": weighted({"improving": 82, "stable": 8, "worsening": 10}),
    "chronic": weighted({"improving": 45, "stable": 37, "worsening": 18}),
}
_FACTOR_OF_CHRONIC = (0.55, 0.9)
_FASTER_OR_SLOWER = (0.6, 1.3)  # than illnesses of the kind improve
_LEAST_IMPROVEMENT = 0.93  # what improves on the same day has improved a little
_WORSENING = (1.15, 1.5)
_AFTER_OPERATION = 0.6
_RESOLVED_BELOW = 0.2
_LEAST_CHRONIC = 0.15
_NEVER_OVER = frozenset({"chronic", "recurrent"})
_NEW_PROBLEM_SHARE = 0.15
_NEW_SEVERITY = (0.3, 0.85)
_MOST_PROBLEMS = 4
_SYMPTOMATIC_FROM = 0.3
_NEW_SYMPTOM_SHARE = 0.5
_MOST_SYMPTOMS = 4


def gone_on(  # noqa: PLR0913 - what holds for the visit is told apart
    before: Picture, new: Sequence[Problem], day: int, random: Random, *, keeps_main: bool, can_worsen: bool
) -> tuple[Problem, ...]:
    """Let each problem go on; what has lasted its time and is below a severity is over: its course is "resolved".

    Args:
        before: The encounter before.
        new: What has appeared since; one of it may become the main problem.
        day: Of this encounter.
        random: Draws.
        keeps_main: The main problem does not resolve: a later note is about it.
        can_worsen: Whether a problem may worsen; else it stays as it is.
    """
    is_operated = any(is_operation(each.procedure, before.main.profile) for each in before.performed)
    went = [
        _went_on(problem, (before.day, day), random, is_operated=is_operated and problem is before.main)
        for problem in before.problems
    ]
    if not can_worsen:
        went = [
            replace(was, course="stable") if problem.course == "worsening" else problem
            for was, problem in zip(before.problems, went, strict=True)
        ]
    if keeps_main or not any(problem.course != "resolved" for problem in (*went, *new)):
        went[0] = _kept(before.main, went[0])
    return (*went, *new)


def _went_on(problem: Problem, days: tuple[int, int], random: Random, *, is_operated: bool) -> Problem:
    """Let a problem go on from one day to another; only what is acute is ever over, and not before its time."""
    profile = problem.profile
    is_chronic = profile.course == "chronic"
    course = "improving" if is_operated else _COURSES["chronic" if is_chronic else "acute"].drawn(random)
    severity = min(problem.severity * _factor(profile, course, days[1] - days[0], random), 1.0)
    if is_operated:
        severity *= _AFTER_OPERATION
    if profile.course in _NEVER_OVER or days[1] - problem.since < least_days(profile):
        least = _LEAST_CHRONIC if is_chronic else _RESOLVED_BELOW
        severity = max(severity, min(problem.severity, least))
    elif severity < _RESOLVED_BELOW:
        return replace(problem, severity=0.0, course="resolved")
    told = "stable" if severity == problem.severity else course
    return replace(problem, severity=severity, course=told, peak=max(problem.peak, problem.severity))


def _factor(profile: Profile, course: str, days: int, random: Random) -> float:
    """Give by how much the severity changes within so many days."""
    if course == "worsening":
        return random.uniform(*_WORSENING)
    if course != "improving":
        return 1.0
    if profile.course == "chronic":
        return random.uniform(*_FACTOR_OF_CHRONIC)
    pace = random.uniform(*_FASTER_OR_SLOWER)
    factor: float = share_left(profile, days) ** pace
    return min(factor, _LEAST_IMPROVEMENT)


def _kept(before: Problem, after: Problem) -> Problem:
    if after.course != "resolved":
        return after
    severity = min(before.severity, _RESOLVED_BELOW)
    return replace(after, severity=severity, course="improving" if severity < before.severity else "stable")


def new_problems(before: Picture, day: int, years: int, random: Random, *, is_outside: bool) -> list[Problem]:
    """Draw what has appeared since: seldom anything, then something that goes with the main problem.

    Outside the hospital it is nothing that patients are admitted for.
    """
    if len(before.problems) >= _MOST_PROBLEMS or random.random() >= _NEW_PROBLEM_SHARE:
        return []
    patient, age = before.patient, before.patient.age_on(day)
    present = [problem.profile for problem in before.problems]
    over = {each.id for each in before.past}
    fitting = [
        other
        for other in before.main.profile.related[patient.sex]
        if other.fits(age, patient.sex, years)
        and other.condition.id not in over
        and not other.is_pregnancy
        and not (is_outside and other.course == "acute" and other.is_serious)
        and apart(present, [other])
    ]
    if not fitting:
        return []
    return [Problem(profile=random.choice(fitting), severity=random.uniform(*_NEW_SEVERITY), since=day)]


def symptoms_left(
    knowledge: Knowledge, before: Picture, problems: Sequence[Problem], random: Random
) -> tuple[tuple[Concept, ...], tuple[Concept, ...]]:
    """Give the symptoms of the same main problem that are left or have come, and those that can be denied now."""
    main, symptoms = problems[0], before.symptoms
    if main.course == "improving" and symptoms:
        n = round(len(symptoms) * main.severity / before.main.severity)
        left = symptoms[: max(n, int(main.severity >= _SYMPTOMATIC_FROM))]
        gone = [each for each in symptoms if each not in left and _can_be_denied(knowledge, each, left, problems[1:])]
        return left, tuple(gone)
    possible = (each for each in main.profile.symptoms[before.patient.sex] if is_of_age(each, before.age))
    come = [each for each in possible if each not in symptoms]
    if main.course == "worsening" and come and len(symptoms) < _MOST_SYMPTOMS and random.random() < _NEW_SYMPTOM_SHARE:
        return (*symptoms, random.choice(come)), ()
    return symptoms, ()


def _can_be_denied(knowledge: Knowledge, symptom: Concept, left: Iterable[Concept], others: Iterable[Problem]) -> bool:
    """Say whether a symptom that is gone is no part of one that is left, nor of another problem."""
    if any(symptom.id in knowledge.named_alike(each) for each in left):
        return False
    effects = {(effect.test.id, effect.direction) for effect in knowledge.effects(symptom)}
    return all(
        symptom.id not in problem.profile.clashing and effects.isdisjoint(problem.profile.pulls) for problem in others
    )


def apart(present: Sequence[Profile], others: Sequence[Profile]) -> list[Profile]:
    """Keep those that no other excludes, by a row or a name that says the same: heart failure, acute heart failure."""
    kept: list[Profile] = []
    for other in others:
        beside = (*present, *kept)
        words = [each for profile in beside for each in profile.words]
        is_excluded = any(other.condition.id in profile.excluded for profile in beside)
        if not is_excluded and not any(one <= each or each <= one for one in other.words for each in words):
            kept.append(other)
    return kept


def is_operation(procedure: Concept, profile: Profile) -> bool:
    """Say whether a procedure is an operation for a condition."""
    return any(procedure in operations for operations in profile.operations.values())
