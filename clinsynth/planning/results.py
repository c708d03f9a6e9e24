"""Results of labs and vital signs that fit a direction: above, below or within the range of the patient's sex."""

from random import Random

from clinsynth.ontology.concepts import Ontology
from clinsynth.ontology.ranges import ReferenceRange

SYSTOLIC = "systolic blood pressure"
DIASTOLIC = "diastolic blood pressure"
BLOOD_PRESSURE = "blood pressure"

# How far beyond its range a disturbed result lies, as a share of the way to the critical limit.
_LEAST_BEYOND, _MOST_BEYOND = 0.1, 0.8
_LEAST_PULSE_PRESSURE = 25  # mmHg


def draw(limits: ReferenceRange, direction: str, random: Random) -> str:
    """Draw a number in that direction, with the decimals of the test.

    Args:
        limits: Of the test for the patient's sex.
        direction: "raised" (above the range), "lowered" (below it) or "normal" (within it).
        random: Draws.
    """
    share = random.uniform(_LEAST_BEYOND, _MOST_BEYOND)
    if direction == "raised" and limits.high is not None:
        value = limits.high + share * (limits.ceiling - limits.high)
        value = _clamped(value, limits.high + limits.step, limits.ceiling)
    elif direction == "lowered" and limits.low is not None:
        value = limits.low - share * (limits.low - limits.floor)
        value = _clamped(value, limits.floor, limits.low - limits.step)
    else:
        low = limits.low if limits.low is not None else limits.floor
        high = limits.high if limits.high is not None else limits.ceiling
        value = _clamped(random.uniform(low, high), low, high)
    return _formatted(value, limits)


def _clamped(value: float, lowest: float, highest: float) -> float:
    return max(lowest, min(highest, value))


def _formatted(value: float, limits: ReferenceRange) -> str:
    """Round to the decimals of the test without leaving its plausible values."""
    text = f"{value:.{limits.decimals}f}"
    if float(text) > limits.ceiling:
        return f"{value - limits.step:.{limits.decimals}f}"
    return f"{value + limits.step:.{limits.decimals}f}" if float(text) < limits.floor else text


def draw_pressure(ontology: Ontology, direction: str, random: Random) -> str:
    """Draw a blood pressure, "148/92"; both numbers lie in the direction, the second well below the first."""
    upper, lower = (_limits_by_name(ontology, name) for name in (SYSTOLIC, DIASTOLIC))
    systolic = int(draw(upper, direction, random))
    diastolic = min(int(draw(lower, direction, random)), systolic - _LEAST_PULSE_PRESSURE)
    return f"{systolic}/{diastolic}"


def _limits_by_name(ontology: Ontology, name: str) -> ReferenceRange:
    concept = ontology.by_name(name, "vital")
    if concept is None:
        raise KeyError(name)
    return ontology.range_of(concept)
