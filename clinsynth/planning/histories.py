"""What a history tells: complaints and since when, what is denied, the past, the family and habits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from clinsynth.ontology.concepts import Concept
from clinsynth.planning.knowledge import Knowledge, Profile, is_coded, is_of_age
from clinsynth.planning.pictures import Onset, Patient, Problem, Relative, Situation
from clinsynth.planning.spaces import AttributeSpace, Habit
from clinsynth.planning.weights import Weighted, weighted

MOST_SYMPTOMS, MOST_NEGATIVES, MOST_FINDINGS = 4, 3, 3
_TRIES = 8
_N_PAST = weighted({0: 35, 1: 40, 2: 25})
_N_ALLERGENS = weighted({1: 85, 2: 15})
_OPERATED_SHARE, _ABSENT_SHARE, _NEAR_SHARE = 0.6, 0.5, 0.5
# Of conditions of which the family is asked: some relative has it, or it is denied; and of another one at all.
_FAMILY_SHARE, _NO_FAMILY_SHARE, _OTHER_FAMILY_SHARE = 0.5, 0.3, 0.15
# Derangements, signs and failures of organs, by ICD-10-CM code: no illnesses that a history lists.
_NO_HISTORY = ("E8", "J9", "R", "O", "I46", "K65", "K72", "D65", "T", "Z")
_USUAL = {"common": 10.0, "uncommon": 1.0}
_RELATIVES = {
    "": ("mother", "father", "brother", "sister"),
    "female": ("mother", "sister"),
    "male": ("father", "brother"),
}
_DAYS_OF = {"hours": (2 / 24, 23 / 24), "days": (1, 7), "weeks": (7, 42), "months": (60, 300), "years": (365, 1095)}
_SEEN_EARLIER_SHARE = 0.6  # of complaints that can go on for years: patients are seen in the first months
_SPANS = (("years", 365.0, 2.0), ("months", 30.4, 2.0), ("weeks", 7.0, 2.0), ("days", 1.0, 1.0))


@dataclass(frozen=True, kw_only=True)
class Histories:
    """Draws what a history tells; what does not depend on the patient is kept."""

    knowledge: Knowledge
    space: AttributeSpace = field(repr=False)

    def symptoms(self, profile: Profile, now: Situation) -> tuple[Concept, ...]:
        """Draw complaints of the main condition, in the order of the ontology: the most typical first."""
        possible = [each for each in profile.symptoms[now.sex] if is_of_age(each, now.age)]
        return _some(possible, now.random.randint(2, MOST_SYMPTOMS), now.random)

    def findings(self, now: Situation) -> tuple[Concept, ...]:
        """Draw findings of the examination, of the main condition and perhaps one of another."""
        main, *rest = now.problems
        own = _some(main.profile.findings[now.sex], now.random.randint(1, MOST_FINDINGS), now.random)
        others = [each for problem in rest for each in problem.profile.findings[now.sex] if each not in own]
        return (*own, *now.random.sample(others, min(len(others), MOST_FINDINGS - len(own), 1)))

    def still_found(self, before: Sequence[Concept], now: Situation, *, is_better: bool) -> tuple[Concept, ...]:
        """Give the findings that are still there: fewer of an illness that is better, and none of one that is over."""
        possible = {each.id for problem in now.problems for each in problem.profile.findings[now.sex]}
        left = [each for each in before if each.id in possible]
        return tuple(left[: max(len(left) - int(is_better), 1)])

    def negatives(self, now: Situation, n: int, before: Sequence[Concept] = ()) -> tuple[Concept, ...]:
        """Draw symptoms worth denying: no problem has them, nor what is named alike or would show in a result."""
        return self._denied(now.problems[0].profile.negatives[now.sex], now, min(n, MOST_NEGATIVES), before)

    def absent(self, now: Situation) -> tuple[Concept, ...]:
        """Draw a finding of the examination that is not there."""
        n = int(now.random.random() < _ABSENT_SHARE)
        return self._denied(now.problems[0].profile.absent[now.sex], now, n)

    def _denied(
        self, candidates: Weighted[Concept] | None, now: Situation, n: int, before: Sequence[Concept] = ()
    ) -> tuple[Concept, ...]:
        chosen = list(before[:n])
        if candidates is None:
            return tuple(chosen)
        for _ in range(_TRIES):
            if len(chosen) >= n:
                break
            each = candidates.drawn(now.random)
            if each in chosen or not is_of_age(each, now.age):
                continue
            if not any(self._belongs(each, problem.profile) for problem in now.problems):
                chosen.append(each)
        return tuple(chosen)

    def _belongs(self, denied: Concept, profile: Profile) -> bool:
        effects = self.knowledge.effects(denied)
        return denied.id in profile.clashing or any((e.test.id, e.direction) in profile.pulls for e in effects)

    def onset(self, now: Situation, symptoms: Sequence[Concept], *, started: int = 0) -> Onset | None:
        """Draw since when the first symptom is there; of an illness without symptoms, since when it is known."""
        profile = now.problems[0].profile
        if not profile.onset:
            return None
        unit = now.random.choice(profile.onset)
        if unit == "years" and now.random.random() < _SEEN_EARLIER_SHARE:
            unit = "months"
        least, most = _DAYS_OF.get(unit, _DAYS_OF["days"])
        days = min(now.random.uniform(least, most), 365.0 * max(now.age - profile.age_min, 1))
        return Onset(of=symptoms[0] if symptoms else profile.condition, days=days - started)

    def past(self, now: Situation) -> tuple[Concept, ...]:
        """Draw acute illnesses that are over: those that go with a problem, and common ones."""
        random, problems = now.random, now.problems
        n = _N_PAST.drawn(random)
        if n == 0:
            return ()
        words = [each for problem in problems for each in problem.profile.words]
        near = [o for problem in problems for o in problem.profile.related[now.sex] if o.condition.id in self._usual]
        found: dict[str, Concept] = {}
        for _ in range(n):
            profile = random.choice(near) if near and random.random() < _NEAR_SHARE else self._acute.drawn(random)
            alike = any(one <= other or other <= one for one in profile.words for other in words)
            if profile.fits(now.age, now.sex) and not alike:
                found[profile.condition.id] = profile.condition
        return tuple(found.values())

    def operations(self, past: Sequence[Concept], now: Situation) -> tuple[Concept, ...]:
        """Draw operations of the past illnesses; none on what is ill now: the gallbladder is not taken out twice."""
        sites = frozenset[str]().union(*(problem.profile.sites for problem in now.problems))
        current = {each.id for problem in now.problems for each in problem.profile.operations[now.sex]}
        is_pregnant = any(each.profile.is_pregnancy for each in now.problems)
        found = []
        for condition in past:
            profile = self.knowledge.profile(condition)
            possible = [each for each in profile.operations[now.sex] if each.id not in current]
            is_elsewhere = profile.sites.isdisjoint(sites) and not is_pregnant
            if possible and is_elsewhere and now.random.random() < _OPERATED_SHARE:
                found.append(now.random.choice(possible))
        return tuple(dict.fromkeys(found))

    def relatives(self, now: Situation) -> tuple[Relative, ...]:
        """Draw what runs in the family or does not: what the patient has, or what else is asked for."""
        random = now.random
        found: dict[str, Relative] = {}
        for condition in (problem.condition for problem in now.problems if _is_familial(problem.condition)):
            share = random.random()
            if share < _FAMILY_SHARE:
                found[condition.id] = _relative(condition, random)
            elif share < _FAMILY_SHARE + _NO_FAMILY_SHARE:
                found[condition.id] = Relative(who=_FAMILY, condition=condition, negated=True)
        if self._familial is not None and random.random() < _OTHER_FAMILY_SHARE:
            condition = self._familial.drawn(random)
            found.setdefault(condition.id, _relative(condition, random))
        return tuple(found.values())[:2]

    def allergens(self, random: Random) -> tuple[Concept, ...]:
        """Draw allergies: most patients have none."""
        listed = self.knowledge.ontology.of_kind("allergen")
        if not listed or random.random() >= self.space.allergy_share:
            return ()
        return tuple(random.sample(listed, min(_N_ALLERGENS.drawn(random), len(listed))))

    def social(self, now: Situation) -> tuple[str, ...]:
        """Draw the habits."""
        return tuple(
            answers[_company(habit, related, now.problems)].drawn(now.random)
            for habit, related, answers in self._habits
        )

    @cached_property
    def _habits(self) -> tuple[tuple[Habit, frozenset[str], dict[str, Weighted[str]]], ...]:
        return tuple(
            (
                habit,
                self.knowledge.goes_with_code(habit.icd10cm),
                {name: weighted(getattr(habit, name)) for name in ("usual", "related", "present", "pregnant")},
            )
            for habit in self.space.habits.values()
        )

    @cached_property
    def _acute(self) -> Weighted[Profile]:
        listed = self.knowledge.ontology.of_kind("condition")
        acute = [each for each in listed if each.id in self._usual] or listed
        weights = ((each, _USUAL.get(each.attributes.get("prevalence", ""), 1.0)) for each in acute)
        return weighted((self.knowledge.profile(each), weight) for each, weight in weights)

    @cached_property
    def _usual(self) -> frozenset[str]:
        """Ids of the acute illnesses that a history lists."""
        return frozenset(
            each.id
            for each in self.knowledge.ontology.of_kind("condition")
            if each.attributes.get("course") == "acute"
            and each.attributes.get("prevalence") in _USUAL
            and not each.codes.get("icd10cm", "").startswith(_NO_HISTORY)
        )

    @cached_property
    def _familial(self) -> Weighted[Concept] | None:
        listed = self.knowledge.ontology.of_kind("condition")
        familial = [each for each in listed if _is_familial(each)]
        return weighted((each, self._prevalence(each)) for each in familial) if familial else None

    def _prevalence(self, condition: Concept) -> float:
        return self.space.prevalence.get(condition.attributes.get("prevalence", ""), 1.0)


_FAMILY = "family"


def _is_familial(condition: Concept) -> bool:
    return condition.attributes.get("familial") == "yes"


def _relative(condition: Concept, random: Random) -> Relative:
    return Relative(who=random.choice(_RELATIVES[condition.attributes.get("sex", "")]), condition=condition)


def _company(habit: Habit, related: Collection[str], problems: Sequence[Problem]) -> str:
    if any(is_coded(problem.condition, habit.icd10cm) for problem in problems):
        return "present"
    if any(problem.profile.is_pregnancy for problem in problems):
        return "pregnant"
    return "related" if any(problem.condition.id in related for problem in problems) else "usual"


def _some(concepts: Sequence[Concept], n: int, random: Random) -> tuple[Concept, ...]:
    """Draw up to `n`, in their order."""
    if len(concepts) <= n:
        return tuple(concepts)
    return tuple(concepts[place] for place in sorted(random.sample(range(len(concepts)), n)))


def duration(days: float) -> str:
    """Write a duration as a history tells it.

    >>> duration(0.25), duration(3), duration(20), duration(400), duration(1)
    ('6 hours', '3 days', '3 weeks', '13 months', '1 day')
    """
    if days < 1:
        return f"{max(round(days * 24), 1)} hours" if round(days * 24) != 1 else "1 hour"
    for unit, length, least in _SPANS:
        n = round(days / length)
        if days / length >= least:
            return f"{n} {unit}" if n > 1 else f"1 {unit[:-1]}"
    return "1 day"


def height(patient_sex: str, random: Random) -> int:
    """Draw an adult height in cm."""
    mean, low, high = (162, 147, 181) if patient_sex == "female" else (176, 158, 196)
    return round(min(max(random.gauss(mean, 6.5), low), high))


def new_patient(age: int, sex: str, ethnicity: str, random: Random) -> Patient:
    """Draw what stays the same."""
    return Patient(
        age=age,
        sex=sex,
        ethnicity=ethnicity,
        birthday=random.randint(1, 365),
        height=height(sex, random),
        build=random.random(),
        kidney=random.random(),
    )
