"""How long illnesses last: none is over sooner than it can be."""

from collections.abc import Mapping
from types import MappingProxyType

from clinsynth.planning.knowledge import Profile

# The least number of days from the first encounter to the end, by the slowest way in which it can begin.
_BY_ONSET: Mapping[str, int] = MappingProxyType({"years": 365, "months": 90, "weeks": 28, "days": 7, "hours": 4})
# What lasts longer than it took to begin, by ICD-10-CM code: a fracture is there at once and heals in weeks.
_BY_CODE: Mapping[str, int] = MappingProxyType(
    {
        "A15": 180,
        "A17": 180,
        "A18": 180,
        "A19": 180,
        "A41": 10,
        "B37.7": 14,
        "G00": 14,
        "G06": 42,
        "G51": 21,
        "G61": 90,
        "I21": 28,
        "I26": 90,
        "I33": 42,
        "I60": 28,
        "I61": 28,
        "I63": 28,
        "I82": 90,
        "J80": 14,
        "J85": 42,
        "K85": 10,
        "M86": 42,
        "N17": 10,
        "O": 42,
        "R57": 7,
        "S": 21,
        "T20": 21,
    }
)
_FRACTURES = frozenset(["S02", "S12", "S22", "S32", "S42", "S52", "S62", "S72", "S82", "S92", "M84"])
_DAYS_OF_FRACTURE = 42
_LONGEST_CODE = 5


def least_days(profile: Profile) -> int:
    """Give the days after which a condition can be over at the earliest."""
    code = profile.condition.codes.get("icd10cm", "")
    by_onset = max((_BY_ONSET[unit] for unit in profile.onset), default=_BY_ONSET["days"])
    if code[:3] in _FRACTURES:
        return max(_DAYS_OF_FRACTURE, by_onset)
    by_code = next((days for n in range(_LONGEST_CODE, 0, -1) if (days := _BY_CODE.get(code[:n]))), 0)
    return max(by_code, by_onset)


def share_left(profile: Profile, days: int) -> float:
    """Give how much of an illness that improves is left after so many more days: a fifth when it can be over."""
    share: float = 0.2 ** (days / least_days(profile))
    return share
