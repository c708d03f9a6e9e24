"""Vital signs of one encounter: a set that is taken together, and the build where it matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.laboratory import Pulls, pulls_of
from clinsynth.planning.pictures import Problem, Result, Situation
from clinsynth.planning.results import BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC, bounds_of, value, written
from clinsynth.planning.spaces import AttributeSpace, NoteType

_WEIGHT, _HEIGHT, _BODY_MASS = "vital/weight", "vital/height", "vital/body-mass-index"
BUILD = (_WEIGHT, _HEIGHT, _BODY_MASS)
_LEAST_PULSE_PRESSURE = 25  # mmHg
_BUILD_SHARE = 0.2
_EXTRA_SHARE = 0.6
# Body mass index in kg/m2 by ICD-10-CM code (obesity from 30, overweight from 25; WHO technical report 894), the
# longest code first; then by where conditions pull weight or body mass index.
_OF_CODE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"E66.01": (40.5, 52), "E66.3": (25.4, 29.5), "E66": (30.5, 39.5), "R63.6": (15.5, 18.1), "F50.0": (14, 17)}
)
_OF_DIRECTION: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"raised": (27, 34), "lowered": (16.5, 20.5), "normal": (19, 29)}
)


# Findings that say what a vital sign measures.
_MEASURED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "finding/tachycardia": ("heart rate", "raised"),
        "finding/bradycardia": ("heart rate", "lowered"),
        "finding/tachypnea": ("respiratory rate", "raised"),
    }
)


def as_measured(findings: Sequence[Concept], vitals: Sequence[Result]) -> tuple[Concept, ...]:
    """Leave out findings that a vital sign contradicts: tachycardia at a normal heart rate."""
    if not any(finding.id in _MEASURED for finding in findings):
        return tuple(findings)
    ways = {result.name: result.direction for result in vitals}
    expected = ((finding, *_MEASURED.get(finding.id, ("", ""))) for finding in findings)
    return tuple(finding for finding, name, way in expected if ways.get(name, way) == way)


@dataclass(frozen=True, kw_only=True)
class VitalSigns:
    """Draws vital signs; what does not depend on the patient is kept."""

    knowledge: Knowledge
    space: AttributeSpace = field(repr=False)

    def results(
        self,
        now: Situation,
        symptoms: Sequence[Concept],
        denied: Sequence[Concept],
        kind: NoteType,
        before: Sequence[Result] = (),
    ) -> tuple[Result, ...]:
        """Draw the set, what the main condition disturbs first; a sign whose cause is denied is normal.

        Where the patient leaves the ward only what is chronic still shows, and no complaint does.
        """
        main, random = now.problems[0], now.random
        is_calm, is_weighed = kind.is_farewell, kind.setting == "clinic"
        shown = [problem for problem in now.problems if not is_calm or problem.profile.course == "chronic"]
        effects = [(effect, problem.severity) for problem in shown for effect in problem.profile.signs]
        if not is_calm:
            effects += [(effect, main.severity) for each in symptoms for effect in self.knowledge.effects(each)]
        pulls = pulls_of(effects)
        quiet = frozenset(effect.test.id for each in denied for effect in self.knowledge.effects(each))
        known = {result.name: result for result in before}
        own = {effect.test.id for effect in main.profile.signs}
        draws = _Draws(ontology=self.knowledge.ontology, now=now, pulls=pulls, quiet=quiet)
        signs = sorted(self._set, key=lambda sign: sign[1].id not in own or draws.direction(sign[1]) == "normal")
        raised = [each for each in self._extra if draws.direction(each[1]) != "normal"]
        extra = [each for each in raised if random.random() < _EXTRA_SHARE]
        found = [draws.sign(name, sign, self._diastolic, known.get(name)) for name, sign in (*signs, *extra)]
        if is_weighed or not own.isdisjoint(BUILD) or random.random() < _BUILD_SHARE:
            found += self._build(now, pulls, known)
        return tuple(found)

    def _build(self, now: Situation, pulls: Pulls, known: Mapping[str, Result]) -> list[Result]:
        """Give weight, height and body mass index, which agree with each other."""
        concepts = self.knowledge.ontology.concepts
        if any(each not in concepts for each in BUILD):
            return []
        least, most = _body_mass(now.problems, pulls)
        squared = (now.patient.height / 100) ** 2
        weight = round((least + now.patient.build * (most - least)) * squared)
        numbers = {_WEIGHT: str(weight), _HEIGHT: str(now.patient.height), _BODY_MASS: f"{weight / squared:.1f}"}
        return [self._of_build(concepts[test_id], number, now, known) for test_id, number in numbers.items()]

    def _of_build(self, test: Concept, number: str, now: Situation, known: Mapping[str, Result]) -> Result:
        limits = self.knowledge.ontology.range_of(test, sex=now.sex, age=now.age)
        before = known.get(test.name)
        return Result(
            test=test,
            name=test.name,
            number=number,
            direction=limits.direction(float(number)),
            previous=before.number if before and test.id != _HEIGHT else "",
        )

    @cached_property
    def _set(self) -> tuple[tuple[str, Concept], ...]:
        found = (
            (name, self.knowledge.ontology.by_name(SYSTOLIC if name == BLOOD_PRESSURE else name, "vital"))
            for name in self.space.vital_signs
        )
        return tuple((name, sign) for name, sign in found if sign is not None)

    @cached_property
    def _extra(self) -> tuple[tuple[str, Concept], ...]:
        """What is only taken where something pulls it: the pain score."""
        usual = {sign.id for _, sign in self._set} | set(BUILD)
        others = (sign for sign in self.knowledge.ontology.of_kind("vital") if sign.name != DIASTOLIC)
        return tuple((sign.name, sign) for sign in others if sign.id not in usual)

    @cached_property
    def _diastolic(self) -> Concept | None:
        return self.knowledge.ontology.by_name(DIASTOLIC, "vital")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draws:
    ontology: Ontology
    now: Situation
    pulls: Pulls
    quiet: frozenset[str]

    def direction(self, sign: Concept) -> str:
        return "normal" if sign.id in self.quiet else self.pulls.direction(sign.id)

    def sign(self, name: str, sign: Concept, diastolic: Concept | None, before: Result | None) -> Result:
        share = self.now.random.random() if before is None else 0.7 * before.share + 0.3 * self.now.random.random()
        number, direction = self._number(sign, share)
        if name == BLOOD_PRESSURE and diastolic is not None:
            lower = float(self._number(diastolic, share)[0])
            number = f"{number}/{min(lower, float(number) - _LEAST_PULSE_PRESSURE):.0f}"
        return Result(
            test=sign,
            name=name,
            number=number,
            direction=direction,
            share=share,
            previous=before.number if before else "",
        )

    def _number(self, sign: Concept, share: float) -> tuple[str, str]:
        limits = self.ontology.range_of(sign, sex=self.now.sex, age=self.now.age)
        direction = self.direction(sign)
        if not limits.is_possible(direction):
            direction = "normal"
        pull = self.pulls.by_test.get(sign.id)
        strength, severity = (pull[0].strength, pull[1]) if pull else ("moderate", 1.0)
        number = value(limits, direction, share, strength=strength, severity=severity)
        codes = (problem.condition.codes.get("icd10cm", "") for problem in self.now.problems)
        if direction == "raised" and (bounds := bounds_of(sign.id, codes)):
            number = bounds[0] + share * (bounds[1] - bounds[0])
        return written(number, limits), direction


def _body_mass(problems: Sequence[Problem], pulls: Pulls) -> tuple[float, float]:
    codes = [problem.condition.codes.get("icd10cm", "") for problem in problems]
    for prefix, bounds in _OF_CODE.items():
        if any(code.startswith(prefix) for code in codes):
            return bounds
    ways = {pulls.by_test[each][0].direction for each in (_WEIGHT, _BODY_MASS) if each in pulls.by_test}
    return _OF_DIRECTION[ways.pop() if len(ways) == 1 else "normal"]
