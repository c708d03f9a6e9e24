"""Numbers of labs and vital signs: how far beyond its range a result lies, and how it is written."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from clinsynth.ontology.ranges import ReferenceRange

SYSTOLIC = "systolic blood pressure"
DIASTOLIC = "diastolic blood pressure"
BLOOD_PRESSURE = "blood pressure"

# From where to where a disturbed result lies between its limit and the farthest value that is expected.
_DEPTHS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"mild": (0.04, 0.25), "moderate": (0.20, 0.50), "marked": (0.60, 0.95)}
)
_WIDE = 4.0  # where the farthest value is so many times the limit, results spread evenly by ratio
# Labs that fall by powers of ten: there results spread evenly by ratio below their limit too.
_FALLING_BY_RATIO = frozenset(
    {
        "lab/thyroid-stimulating-hormone",
        "lab/adamts13-activity",
        "lab/ferritin",
        "lab/anti-mullerian-hormone",
    }
)
# Results that define a condition, by ICD-10-CM code: prediabetes (American Diabetes Association, Standards of Care) and
# heat stroke.
_DEFINED: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "R73.03": {"lab/hemoglobin-a1c": (5.7, 6.4), "lab/glucose": (100, 125)},
        "T67.0": {"vital/temperature": (104.0, 106.5)},
    }
)
_UNREMARKABLE = (0.1, 0.9)  # of the range
_LEAST_SEVERITY = 0.12  # what is milder no longer shows


def is_shown(severity: float) -> bool:
    """Say whether an illness of that severity still moves results."""
    return severity >= _LEAST_SEVERITY


def bounds_of(test_id: str, codes: Iterable[str]) -> tuple[float, float] | None:
    """Give between which values a test lies in who has conditions of these codes, where one is defined by it."""
    for code in codes:
        for prefix, bounds in _DEFINED.items():
            if code.startswith(prefix) and test_id in bounds:
                return bounds[test_id]
    return None


def falls_by_ratio(test_id: str) -> bool:
    """Say whether a lab falls by powers of ten."""
    return test_id in _FALLING_BY_RATIO


def value(  # noqa: PLR0913 - a number of many sides
    limits: ReferenceRange,
    direction: str,
    share: float,
    *,
    strength: str,
    severity: float = 1.0,
    by_ratio: bool = False,
) -> float:
    """Give a result in a direction.

    Args:
        limits: Of the test for the patient.
        direction: "raised" (above the range), "lowered" (below it) or "normal" (within it).
        share: 0 to 1: where it lies among the values of that strength.
        strength: "mild", "moderate" or "marked".
        severity: 0 to 1: how much of it is left.
        by_ratio: A lowered result spreads evenly by ratio; see `falls_by_ratio`.
    """
    least, most = _DEPTHS[strength]
    depth = (least + share * (most - least)) * severity
    low, high = limits.low, limits.high
    if direction == "raised" and high is not None:
        if limits.ceiling > _WIDE * high > 0:
            beyond: float = high * (limits.ceiling / high) ** depth
        else:
            beyond = high + depth * (limits.ceiling - high)
        return min(max(beyond, high + limits.step), limits.ceiling)
    if direction == "lowered" and low is not None:
        is_by_ratio = by_ratio and limits.floor > 0
        below: float = low * (limits.floor / low) ** depth if is_by_ratio else low - depth * (low - limits.floor)
        return max(min(below, low - limits.step), limits.floor)
    start = limits.floor if low is None else low
    end = (start + limits.ceiling) / 2 if high is None else high
    return start + (_UNREMARKABLE[0] + share * (_UNREMARKABLE[1] - _UNREMARKABLE[0])) * (end - start)


def written(number: float, limits: ReferenceRange) -> str:
    """Write a number with the decimals of its test, without leaving the values that a patient can have."""
    text = f"{number:.{limits.decimals}f}"
    rounded = float(text)
    if rounded > limits.ceiling:
        return f"{rounded - limits.step:.{limits.decimals}f}"
    return f"{rounded + limits.step:.{limits.decimals}f}" if rounded < limits.floor else text
