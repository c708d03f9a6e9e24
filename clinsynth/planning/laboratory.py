"""The labs of one encounter: those that the illness and its treatment move, and those that are ordered anyway."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.ontology.concepts import Concept
from clinsynth.ontology.ranges import ReferenceRange
from clinsynth.planning.kidneys import CREATININE, FILTRATION, Kidneys
from clinsynth.planning.knowledge import Knowledge, Profile
from clinsynth.planning.linked import COMPUTED, PARTS
from clinsynth.planning.pictures import Prescription, Result, Situation
from clinsynth.planning.remedies import Effect
from clinsynth.planning.results import bounds_of, falls_by_ratio, is_shown, value, written
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.planning.weights import Weighted, weighted

_MOST_MORE, _MOST_OTHERS = 2, 2
_LEAST, _MOST = 3, 6
_DEFINING = 2  # labs of the main condition, the marked ones or else those named first
_DRUG_EFFECT_SHARE = 0.5
_SEVERITY_OF_DRUG_EFFECTS = 0.6
_TRIES = 12
_HEMOGLOBIN = "lab/hemoglobin"
_ANEMIAS = ("D50", "D51", "D52", "D53", "D55", "D57", "D58", "D59", "D60", "D61", "D62", "D63", "D64")
Pull = tuple[Effect, float]  # and the severity of what pulls


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulls:
    """What moves tests, by id of the test, the main condition's own first; and what is pulled both ways."""

    by_test: Mapping[str, Pull]
    disputed: frozenset[str]

    def direction(self, test_id: str) -> str:
        """Give the direction in which a test is expected."""
        pull = self.by_test.get(test_id)
        return pull[0].direction if pull is not None and is_shown(pull[1]) else "normal"


def pulls_of(effects: Iterable[Pull], decided: Collection[str] = ()) -> Pulls:
    """Gather effects; of several on one test the first counts that still shows.

    Where they oppose each other the test is disputed, unless its id is among those that the first one decides.
    """
    found: dict[str, Pull] = {}
    disputed: set[str] = set()
    for pull in effects:
        effect, severity = pull
        known = found.setdefault(effect.test.id, pull)
        if known[0].direction != effect.direction and effect.test.id not in decided:
            disputed.add(effect.test.id)
        elif known[0].direction == effect.direction and not is_shown(known[1]) and is_shown(severity):
            found[effect.test.id] = pull
    for test_id in disputed:
        del found[test_id]
    return Pulls(by_test=found, disputed=frozenset(disputed))


def _of_drugs(prescriptions: Iterable[Prescription], of_problems: Pulls) -> Pulls:
    """Gather what drugs move and no illness does."""
    taken = of_problems.by_test.keys() | of_problems.disputed
    return pulls_of(
        (effect, _SEVERITY_OF_DRUG_EFFECTS)
        for each in prescriptions
        for effect in each.remedy.effects
        if effect.test.id not in taken
    )


def _joined(first: Pulls, second: Pulls) -> Pulls:
    return Pulls(by_test={**second.by_test, **first.by_test}, disputed=first.disputed | second.disputed)


def _defining(profile: Profile) -> list[str]:
    """Give the labs without which nobody knows a condition: what it moves markedly, and hemoglobin in anemia."""
    is_anemia = profile.condition.codes.get("icd10cm", "").startswith(_ANEMIAS)
    labs = sorted(profile.labs, key=lambda each: each.test.id != _HEMOGLOBIN)
    return [each.test.id for each in labs if each.strength == "marked" or (is_anemia and each.test.id == _HEMOGLOBIN)]


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Draws labs; what does not depend on the patient is kept."""

    knowledge: Knowledge = field(repr=False)
    space: AttributeSpace = field(repr=False)

    def results(
        self,
        now: Situation,
        symptoms: Sequence[Concept],
        prescriptions: Sequence[Prescription],
        kidneys: Kidneys,
        before: Sequence[Result] = (),
    ) -> tuple[Result, ...]:
        """Draw labs: what defines the main condition, its others, what else is moved, those of before, routine ones.

        A lab that is pulled both ways is not shown, nor one that is linked to another that is.
        """
        random = now.random
        main, *others_ill = now.problems
        severity = main.severity
        # What an illness moves markedly defines it: also a milder case has it, until it improves.
        effects = [(each, main.left if each.strength == "marked" else severity) for each in main.profile.labs]
        effects += [(each, problem.severity) for problem in others_ill for each in problem.profile.labs]
        effects += [(e, severity) for each in symptoms for e in self.knowledge.effects(each) if e.test.kind == "lab"]
        defining = _defining(main.profile)
        pulls = pulls_of(effects, defining)
        of_drugs = _of_drugs(prescriptions, pulls)
        known = {result.test.id: result for result in before}
        drawn = _Drawn(laboratory=self, now=now, pulls=_joined(pulls, of_drugs), kidneys=kidneys, before=known)
        own = {effect.test.id for effect in now.problems[0].profile.labs}
        mine = [test_id for test_id in pulls.by_test if test_id in own]
        others = [test_id for test_id in pulls.by_test if test_id not in own]
        drawn.show(defining or mine, _DEFINING)
        mine = sorted(random.sample(mine, len(mine)), key=lambda test_id: test_id not in known)
        if kidneys.is_impaired:
            drawn.show((CREATININE, FILTRATION), 2)
        drawn.show(mine, random.randint(0, _MOST_MORE))
        drawn.show(random.sample(others, len(others)), random.randint(0, _MOST_OTHERS))
        if of_drugs.by_test and random.random() < _DRUG_EFFECT_SHARE:
            drawn.show(list(of_drugs.by_test), 1)
        drawn.show(known, len(known))
        drawn.show_routine(random.randint(_LEAST, _MOST))
        return tuple(drawn.shown.values())

    @cached_property
    def routine(self) -> Weighted[str] | None:
        """Labs of the routine panels, each as often as conditions move it."""
        labs = [
            lab
            for lab in self.knowledge.ontology.of_kind("lab")
            if lab.attributes.get("panel") in self.space.routine_panels
        ]
        weights = {
            lab.id: sum(len(self.knowledge.ontology.subjects(lab.id, predicate)) for predicate in ("raises", "lowers"))
            for lab in labs
        }
        return weighted(weights) if any(weights.values()) else None

    @cached_property
    def links(self) -> Mapping[str, frozenset[str]]:
        """For each lab those that it is not shown beside."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for group in self.space.linked_labs:
            ids = [lab.id for name in group if (lab := self.knowledge.ontology.by_name(name, "lab")) is not None]
            for test_id in ids:
                found[test_id].update(other for other in ids if other != test_id)
        return {test_id: frozenset(others) for test_id, others in found.items()}

    def inputs(self, test_id: str) -> tuple[str, ...]:
        """Give the labs that a lab is computed from; none where it is not, or the ontology lacks one."""
        needed = COMPUTED[test_id][0] if test_id in COMPUTED else ()
        return needed if all(each in self.knowledge.ontology.concepts for each in needed) else ()


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """The numbers of one encounter, drawn as they are asked for; what is shown is a part of them."""

    laboratory: Laboratory
    now: Situation
    pulls: Pulls
    kidneys: Kidneys
    before: Mapping[str, Result]
    shown: dict[str, Result] = field(default_factory=dict)
    _numbers: dict[str, Result | None] = field(default_factory=dict)

    def show(self, test_ids: Iterable[str], most: int) -> None:
        """Show up to so many of the tests, those first that come first."""
        n = 0
        for test_id in test_ids:
            if n == most:
                return
            n += self._shows(test_id)

    def show_routine(self, most: int) -> None:
        """Fill up with routine tests that nothing disturbs unseen."""
        routine, links = self.laboratory.routine, self.laboratory.links
        if routine is None:
            return
        for _ in range(_TRIES):
            if len(self.shown) >= most:
                return
            test_id = routine.drawn(self.now.random)
            if links.get(test_id, frozenset()).isdisjoint(self.pulls.by_test):
                self._shows(test_id)

    def _shows(self, test_id: str) -> bool:
        if test_id in self.shown or test_id in self.pulls.disputed:
            return False
        if not self.laboratory.links.get(test_id, frozenset()).isdisjoint(self.shown):
            return False
        result = self._result(test_id)
        if result is None:
            return False
        self.shown[test_id] = result
        return True

    def _result(self, test_id: str) -> Result | None:
        """Give the number of a test; None where none agrees with the others."""
        if test_id not in self._numbers:
            self._numbers[test_id] = self._new_result(test_id)
        return self._numbers[test_id]

    def _new_result(self, test_id: str) -> Result | None:
        test = self.laboratory.knowledge.ontology.concepts.get(test_id)
        if test is None or test.attributes.get("sex", "") not in {"", self.now.sex}:
            return None
        limits = self.laboratory.knowledge.ontology.range_of(test, sex=self.now.sex, age=self.now.age)
        if test_id == CREATININE:
            return self._told(test, limits, self.kidneys.creatinine, 0.5)
        if test_id == FILTRATION:
            return self._told(test, limits, self.kidneys.filtration, 0.5)
        if inputs := self.laboratory.inputs(test_id):
            return self._computed(test, limits, inputs)
        direction, pull = self.pulls.direction(test_id), self.pulls.by_test.get(test_id)
        if not limits.is_possible(direction):
            return None
        share = self._share(test_id)
        strength, severity = (pull[0].strength, pull[1]) if pull else ("moderate", 1.0)
        number = value(limits, direction, share, strength=strength, severity=severity, by_ratio=falls_by_ratio(test_id))
        codes = (problem.condition.codes.get("icd10cm", "") for problem in self.now.problems)
        if direction == "raised" and (bounds := bounds_of(test_id, codes)):
            number = bounds[0] + share * (bounds[1] - bounds[0])
        return self._told(test, limits, self._within_whole(test_id, number), share, direction)

    def _share(self, test_id: str) -> float:
        before = self.before.get(test_id)
        return self.now.random.random() if before is None else before.share

    def _within_whole(self, test_id: str, number: float) -> float:
        """Keep a part below its whole: direct bilirubin below the total."""
        whole_id, most = PARTS.get(test_id, ("", 1.0))
        whole = self._result(whole_id) if whole_id else None
        return min(number, most * float(whole.number)) if whole else number

    def _computed(self, test: Concept, limits: ReferenceRange, inputs: Sequence[str]) -> Result | None:
        given = [self._result(each) for each in inputs]
        if any(each is None for each in given) or test.id in self.pulls.disputed:
            return None
        known = [each for each in given if each is not None]
        result = self._told(test, limits, COMPUTED[test.id][1]([float(each.number) for each in known]), 0.5)
        if result is None:
            return None
        expected = self.pulls.direction(test.id)
        is_moved = expected == "normal" and test.id not in self.pulls.by_test
        if is_moved and any(each.direction != "normal" for each in known):
            return result
        return result if result.direction == expected else None

    def _told(
        self, test: Concept, limits: ReferenceRange, number: float, share: float, direction: str = ""
    ) -> Result | None:
        """Write a number; None where no patient has it, or rounding takes it out of its direction."""
        if not limits.floor <= number <= limits.ceiling:
            return None
        text = written(number, limits)
        way = limits.direction(float(text))
        if direction and way != direction:
            return None
        before = self.before.get(test.id)
        return Result(
            test=test,
            name=test.name,
            number=text,
            direction=way,
            share=share,
            previous=before.number if before else "",
        )
