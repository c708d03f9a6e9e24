"""Which drugs a patient is given, keeps and loses: by indication, and nothing that anything speaks against."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

from clinsynth.planning.pictures import GOES_ON, Prescription, Problem
from clinsynth.planning.remedies import Remedy, Treatment
from clinsynth.planning.weights import Weighted, weighted

_MOST_DRUGS, _MOST_OF_SETS = 4, 5
_MOST_FOR_ONE = 2
_TREATED_SHARE = 0.85  # of comorbidities
_FIRST_CHANGES = {
    "acute": weighted({"starts": 85, "takes": 15}),
    "flare": weighted({"starts": 35, "increases": 25, "takes": 40}),
    "chronic": weighted({"takes": 62, "starts": 18, "increases": 14, "reduces": 6}),
}
_GOES_ON = weighted({GOES_ON: 1.0})
_INCREASED_SHARE, _REDUCED_SHARE, _ADDED_SHARE = 0.5, 0.12, 0.35


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What decides whether a drug suits a patient.

    Attributes:
        conditions: Ids of the conditions present or past.
        filtration: The eGFR in mL/min/1.73 m2, whether a note shows it or not.
        is_home: Whether the patient is at home, or goes there.
        just_begun: Id of the condition that began in the last hours, or "".
    """

    age: int
    sex: str
    conditions: frozenset[str]
    is_pregnant: bool
    filtration: int
    allergens: frozenset[str]
    is_home: bool
    just_begun: str = ""

    def allow(self, remedy: Remedy) -> bool:
        """Say whether nothing about the patient speaks against a drug."""
        return (
            remedy.age_min <= self.age <= remedy.age_max
            and remedy.sex in {"", self.sex}
            and not (self.is_home and remedy.is_infused)
            and self.filtration >= remedy.renal_avoid
            and not (self.is_pregnant and remedy.is_harmful_to_the_unborn)
            and remedy.forbidden.isdisjoint(self.conditions)
            and remedy.allergens.isdisjoint(self.allergens)
        )


def _suits(remedies: Sequence[Remedy], problem: Problem, around: Circumstances) -> bool:
    """Say whether nothing speaks against drugs that are given together, for this problem now."""
    is_early = problem.condition.id == around.just_begun
    return all(around.allow(each) and (is_early or not each.dissolves_clots) for each in remedies)


def goes_with(remedies: Sequence[Remedy], taken: Iterable[Prescription]) -> bool:
    """Say whether drugs that are given together go with those taken: for other uses, without serious interactions."""
    if any(one.drug.id in other.serious for one, other in combinations(remedies, 2)):
        return False
    return all(
        remedy.drug.id != other.drug.id
        and remedy.uses.isdisjoint(other.remedy.uses)
        and other.drug.id not in remedy.serious
        for other in taken
        for remedy in remedies
    )


def first_list(
    problems: Sequence[Problem],
    around: Circumstances,
    n_treatments: Weighted[int],
    *,
    is_flare: bool,
    random: Random,
) -> tuple[Prescription, ...]:
    """Draw the drugs of a first encounter: one or more for the main condition, then one for each other.

    What is essential for a condition is there.
    """
    taken: list[Prescription] = []
    main, *others = problems
    course = "flare" if is_flare else "acute" if main.profile.course == "acute" else "chronic"
    n = max(n_treatments.drawn(random), int(main.profile.essentials is not None))
    for problem in others:
        if problem.profile.essentials is not None and not is_treated(problem, taken):
            taken += _treated(problem, taken, around, n=1, change=_GOES_ON, random=random)
    taken = [*_treated(main, taken, around, n=n, change=_FIRST_CHANGES[course], random=random), *taken]
    for problem in others:
        if random.random() < _TREATED_SHARE and not is_treated(problem, taken):
            taken += _treated(problem, taken, around, n=1, change=_GOES_ON, random=random)
    return tuple(taken)


def _treated(  # noqa: PLR0913 - a draw from all that is known
    problem: Problem,
    taken: Sequence[Prescription],
    around: Circumstances,
    *,
    n: int,
    change: Weighted[str],
    random: Random,
) -> list[Prescription]:
    """Draw up to `n` drugs for one problem; a combination is whole, whatever `n`, but stands beside no other drug."""
    own: list[Prescription] = []
    for remedies in _suited(problem, around, random):
        if len(own) >= n or len(taken) + len(own) >= _MOST_DRUGS:
            break
        is_few = len(own) + len(remedies) <= (n if own else _MOST_OF_SETS - len(taken))
        if is_few and goes_with(remedies, (*taken, *own)):
            own += _prescribed(remedies, problem, around, change.drawn(random), random)
    return own


def next_list(
    before: Sequence[Prescription], problems: Sequence[Problem], around: Circumstances, *, day: int, random: Random
) -> tuple[tuple[Prescription, ...], tuple[Prescription, ...]]:
    """Give the drugs from now on and those that are stopped: list after = list before + started - stopped.

    Stopped is a drug whose reason is over, one that was given once, or that something now speaks against. A drug is
    increased where its reason worsens, or another is added; it is reduced where the kidneys ask for it, or a chronic
    illness improves.
    """
    present = {problem.condition.id: problem for problem in problems}
    goes_on = _with_partners(
        before,
        [
            each
            for each in before
            if each.reason.id in present and not each.remedy.is_once and around.allow(each.remedy)
        ],
    )
    stopped = [each for each in before if each not in goes_on]
    kept = [_changed(each, present[each.reason.id], around, random) for each in goes_on]
    ended = {each.drug.id for each in stopped}
    cured = {each.reason.id for each in stopped if each.remedy.is_once}
    for problem in problems:
        treated = [each for each in kept if each.reason.id == problem.condition.id]
        is_worse = problem.course == "worsening" and all(each.change == GOES_ON for each in treated)
        is_new = problem.since == day or (problem is problems[0] and not treated)
        is_open = is_new and not treated and problem.condition.id not in cured and not is_treated(problem, kept)
        if not is_open and lacks_essential(problem, kept) and problem.condition.id not in cured:
            kept += _added(problem, kept, ended, around, random, is_essential=True)
        elif is_open or (is_worse and len(treated) < _MOST_FOR_ONE and random.random() < _ADDED_SHARE):
            kept += _added(problem, kept, ended, around, random)
    return tuple(kept), tuple(replace(each, change="stops") for each in stopped)


def _with_partners(before: Sequence[Prescription], kept: list[Prescription]) -> list[Prescription]:
    """Keep what is only given together as a whole, or not at all."""
    missing = {each.drug.id for each in before} - {each.drug.id for each in kept}
    left = [each for each in kept if each.remedy.together.isdisjoint(missing)]
    return left if len(left) == len(kept) else _with_partners(before, left)


def lacks_essential(problem: Problem, taken: Iterable[Prescription]) -> bool:
    """Say whether a problem has essential treatments and none of them is taken."""
    return problem.profile.essentials is not None and not is_treated(problem, taken)


def _added(  # noqa: PLR0913 - a draw from all that is known
    problem: Problem,
    taken: Sequence[Prescription],
    ended: set[str],
    around: Circumstances,
    random: Random,
    *,
    is_essential: bool = False,
) -> list[Prescription]:
    if len(taken) >= _MOST_DRUGS and not is_essential:
        return []
    for remedies in _suited(problem, around, random):
        if is_essential and not remedies[0].is_essential:
            return []
        is_new = ended.isdisjoint(remedy.drug.id for remedy in remedies)
        if is_new and len(taken) + len(remedies) <= _MOST_OF_SETS and goes_with(remedies, taken):
            return _prescribed(remedies, problem, around, "starts", random)
    return []


def _suited(problem: Problem, around: Circumstances, random: Random) -> Iterator[Treatment]:
    """Give the treatments that suit the patient, what is essential before all else, then first choices mostly first."""
    seen: set[int] = set()
    for listed in (problem.profile.essentials, problem.profile.treatments):
        if listed is not None:
            yield from (each for each in _shuffled(listed, seen, random) if _suits(each, problem, around))


def _shuffled(listed: Weighted[Treatment], seen: set[int], random: Random) -> Iterator[Treatment]:
    """Give what has not been seen, by weight; what is not drawn comes last."""
    for place in range(2 * len(listed.items)):
        each = listed.drawn(random) if place < len(listed.items) else listed.items[place - len(listed.items)]
        if id(each) not in seen:
            seen.add(id(each))
            yield each


def is_treated(problem: Problem, taken: Iterable[Prescription]) -> bool:
    """Say whether a drug that is taken for something else treats a problem too, an essential one where there is one."""
    is_essential = problem.profile.essentials is not None
    own = {remedy.drug.id for remedy in problem.profile.remedies if remedy.is_essential or not is_essential}
    return any(each.drug.id in own for each in taken)


def _prescribed(
    remedies: Sequence[Remedy], problem: Problem, around: Circumstances, change: str, random: Random
) -> list[Prescription]:
    """Draw regimens; drugs that are given together are started together, or go on."""
    if len(remedies) > 1 and change != "starts":
        change = GOES_ON
    return [_with_regimen(remedy, problem, around, change, random) for remedy in remedies]


def _with_regimen(remedy: Remedy, problem: Problem, around: Circumstances, change: str, random: Random) -> Prescription:
    """Draw a regimen: the smallest below the limit of the kidneys, one above the smallest where it was increased."""
    regimens = remedy.regimens
    places = range(len(regimens))
    change = "starts" if remedy.is_begun_here else change
    is_reduced = around.filtration < remedy.renal_reduce
    if change == "increases":
        places = range(_bigger(remedy, 0) or 0, len(regimens))
    elif change == "reduces":
        places = range((_smaller(remedy, len(regimens) - 1) or 0) + 1)
    if is_reduced or (change in {"increases", "reduces"} and len(places) == len(regimens)):
        change = change if change == "starts" else GOES_ON
        places = range(_bigger(remedy, 0) or len(regimens)) if is_reduced else range(len(regimens))
    return Prescription(remedy=remedy, place=random.choice(places), reason=problem.condition, change=change)


def _changed(before: Prescription, problem: Problem, around: Circumstances, random: Random) -> Prescription:
    remedy, place = before.remedy, before.place
    same = replace(before, change=GOES_ON)
    smaller, bigger = _smaller(remedy, place), _bigger(remedy, place)
    if around.filtration < remedy.renal_reduce:
        return same if smaller is None else replace(before, place=_with_frequency(remedy, 0, place), change="reduces")
    if problem.course == "worsening" and bigger is not None and random.random() < _INCREASED_SHARE:
        return replace(before, place=_with_frequency(remedy, bigger, place), change="increases")
    is_chronic = problem.profile.course == "chronic"
    if problem.course == "improving" and is_chronic and smaller is not None and random.random() < _REDUCED_SHARE:
        return replace(before, place=_with_frequency(remedy, smaller, place), change="reduces")
    return same


def _bigger(remedy: Remedy, place: int) -> int | None:
    """Give the place of the next larger dose."""
    return _next_place(remedy, range(place + 1, len(remedy.regimens)), lambda one, other: one > other, place)


def _smaller(remedy: Remedy, place: int) -> int | None:
    """Give the place of the next smaller dose."""
    return _next_place(remedy, range(place - 1, -1, -1), lambda one, other: one < other, place)


def _next_place(
    remedy: Remedy, places: Iterable[int], is_past: Callable[[float, float], bool], place: int
) -> int | None:
    now = remedy.regimens[place].amount
    return next((other for other in places if is_past(remedy.regimens[other].amount, now)), None)


def _with_frequency(remedy: Remedy, place: int, before: int) -> int:
    """Give the place of the same dose with the frequency of before, where there is one."""
    dose, frequency = remedy.regimens[place].dose, remedy.regimens[before].frequency
    found = (
        other
        for other, regimen in enumerate(remedy.regimens)
        if regimen.dose == dose and regimen.frequency == frequency
    )
    return next(found, place)
