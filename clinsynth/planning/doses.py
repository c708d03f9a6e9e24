"""Doses as numbers: which regimens of a drug stay within its daily maximum, and in which order they grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Relation

# How often a day; a frequency that is not here has no daily amount.
_A_DAY: Mapping[str, float] = MappingProxyType(
    {
        "once daily": 1,
        "every morning": 1,
        "every evening": 1,
        "at bedtime": 1,
        "every 24 hours": 1,
        "twice daily": 2,
        "every 12 hours": 2,
        "three times daily": 3,
        "every 8 hours": 3,
        "four times daily": 4,
        "every 6 hours": 4,
        "five times daily": 5,
        "every 4 hours": 6,
        "every 3 hours": 8,
        "every 2 hours": 12,
    }
)
_MICROGRAMS: Mapping[str, float] = MappingProxyType({"mcg": 1, "mg": 1e3, "g": 1e6})


@dataclass(frozen=True, kw_only=True, slots=True)
class Regimen:
    """A dose and how often it is taken; `amount` is the dose in micrograms, or in its own unit where it is no mass."""

    dose: str
    frequency: str
    amount: float


def regimens(drug: Concept, treatment: Relation) -> tuple[Regimen, ...]:
    """Give what a drug can be prescribed as for a condition, from the smallest dose to the largest.

    Doses and frequencies are those of the treatment where it has its own. A dose out of the drug's usual range, or
    above its daily maximum at that frequency, is left out unless the treatment lists it.
    """
    own = treatment.values("doses")
    doses, frequencies = own or drug.values("doses"), treatment.values("frequencies") or drug.values("frequencies")
    most = amount_of(drug.attributes.get("daily_max", ""))
    found = [
        Regimen(dose=dose, frequency=frequency, amount=(amount_of(dose) or _UNKNOWN)[0])
        for dose in doses
        if own or _is_usual(dose, drug)
        for frequency in frequencies
        if own or not _is_above(dose, frequency, most)
    ]
    return tuple(sorted(found, key=lambda regimen: regimen.amount))


_UNKNOWN = (0.0, "")


def amount_of(text: str) -> tuple[float, str] | None:
    """Read an amount, a mass in micrograms; None where it is no single number with a unit.

    >>> amount_of("0.5 g"), amount_of("10 units"), amount_of("160/800 mg")
    ((500000.0, 'mcg'), (10.0, 'units'), None)
    """
    number, _, unit = text.partition(" ")
    try:
        value = float(number.replace(",", ""))
    except ValueError:
        return None
    unit = unit.removesuffix(" per day").removesuffix("/day")
    return (value * _MICROGRAMS[unit], "mcg") if unit in _MICROGRAMS else (value, unit)


def _is_usual(dose: str, drug: Concept) -> bool:
    amount = amount_of(dose)
    least, most = (amount_of(drug.attributes.get(key, "")) for key in ("dose_min", "dose_max"))
    if amount is None:
        return True
    return not (least and least[1] == amount[1] and amount[0] < least[0]) and not (
        most and most[1] == amount[1] and amount[0] > most[0]
    )


def _is_above(dose: str, frequency: str, most: tuple[float, str] | None) -> bool:
    amount, times = amount_of(dose), _A_DAY.get(frequency.removesuffix(" as needed"))
    if amount is None or most is None or times is None or amount[1] != most[1]:
        return False
    return amount[0] * times > most[0]
