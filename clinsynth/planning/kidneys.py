"""Creatinine and the estimated glomerular filtration rate: one is computed from the other, and drugs go by both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from clinsynth.ontology.ranges import ReferenceRange
from clinsynth.planning.pictures import Problem
from clinsynth.planning.results import is_shown, value

CREATININE = "lab/creatinine"
FILTRATION = "lab/estimated-glomerular-filtration-rate"
# Stages of chronic kidney disease by ICD-10-CM code, in mL/min/1.73 m2; the longest code that fits holds.
_STAGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "N18.1": (90, 110),
        "N18.2": (60, 89),
        "N18.3": (30, 59),
        "N18.31": (45, 59),
        "N18.32": (30, 44),
        "N18.4": (15, 29),
        "N18.5": (8, 14),
        "N18.6": (6, 14),
    }
)
_HEALTHY_FROM = 60.0
# How low it falls where nothing but the strength is known.
_LOWEST: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"mild": (45, 57), "moderate": (30, 50), "marked": (9, 28)}
)
_FEMALE, _MALE = (0.7, -0.241, 1.012), (0.9, -0.302, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kidneys:
    """What both labs show, in mg/dL and mL/min/1.73 m2, the latter computed from the former as it is written."""

    creatinine: float
    filtration: int
    is_impaired: bool


def filtration(creatinine: float, *, age: int, sex: str) -> float:
    """Estimate the glomerular filtration rate by the CKD-EPI equation of 2021 (doi:10.1056/NEJMoa2102953).

    >>> round(filtration(1.0, age=50, sex="male"))
    92
    """
    kappa, alpha, factor = _FEMALE if sex == "female" else _MALE
    ratio = creatinine / kappa
    rate: float = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age * factor
    return rate


def creatinine_of(rate: float, *, age: int, sex: str) -> float:
    """Give the creatinine that `filtration` makes this rate of."""
    kappa, alpha, factor = _FEMALE if sex == "female" else _MALE
    ratio = rate / (142 * 0.9938**age * factor)
    creatinine: float = kappa * ratio ** (-1 / 1.2 if ratio < 1 else 1 / alpha)
    return creatinine


def kidneys(problems: Sequence[Problem], limits: ReferenceRange, share: float, *, age: int, sex: str) -> Kidneys:
    """Give creatinine and filtration as the problems leave them.

    Args:
        problems: Of the patient.
        limits: Of the creatinine.
        share: 0 to 1: where the patient lies among those alike.
        age: Years.
        sex: "female" or "male".
    """
    asked = [bounds for problem in problems if (bounds := _asked(problem)) is not None]
    if not asked:
        wanted = _healthy(problems, limits, share, age=age, sex=sex)
        return _kidneys(round(wanted, limits.decimals), age=age, sex=sex, is_impaired=False)
    least, most = min(asked)
    wanted = creatinine_of(least + share * (most - least), age=age, sex=sex)
    creatinine = min(round(wanted, limits.decimals), limits.ceiling)
    # The decimals of the creatinine are coarse: step back into the stage.
    for _ in range(_MOST_STEPS):
        rate = round(filtration(creatinine, age=age, sex=sex))
        if least <= rate <= most:
            break
        creatinine = round(creatinine + (limits.step if rate > most else -limits.step), limits.decimals)
    return _kidneys(creatinine, age=age, sex=sex, is_impaired=most < _HEALTHY_FROM)


def _kidneys(creatinine: float, *, age: int, sex: str, is_impaired: bool) -> Kidneys:
    rate = round(filtration(creatinine, age=age, sex=sex))
    return Kidneys(creatinine=creatinine, filtration=rate, is_impaired=is_impaired)


def _healthy(problems: Sequence[Problem], limits: ReferenceRange, share: float, *, age: int, sex: str) -> float:
    """Give a creatinine that goes with healthy kidneys of that age."""
    if any((CREATININE, "lowered") in problem.profile.pulls for problem in problems):
        return value(limits, "lowered", share, strength="mild")
    healthy = creatinine_of(_HEALTHY_FROM + 2, age=age, sex=sex)
    low, high = limits.low or limits.floor, min(limits.high or healthy, healthy)
    return low + share * max(high - low, 0.0)


_MOST_STEPS = 4


def _asked(problem: Problem) -> tuple[float, float] | None:
    code = problem.condition.codes.get("icd10cm", "")
    for length in (6, 5):
        if stage := _STAGES.get(code[:length]):
            return stage
    for effect in problem.profile.labs:
        if (effect.test.id, effect.direction) in _IMPAIRED and is_shown(problem.severity):
            least, most = _LOWEST[effect.strength]
            near = _HEALTHY_FROM - 1
            return near - (near - least) * problem.severity, near - (near - most) * problem.severity
    return None


_IMPAIRED = frozenset({(FILTRATION, "lowered"), (CREATININE, "raised")})
