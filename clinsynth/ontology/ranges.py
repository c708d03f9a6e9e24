"""Reference ranges of labs and vital signs, by sex and age."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

YOUNGEST, OLDEST = 0, 120
# Where nobody wrote down how far a derangement goes: as a share of the limit of the range.
_LOWEST_WITHOUT_LIMIT, _HIGHEST_WITHOUT_LIMIT = 0.5, 2.0


class _Test(Protocol):
    @property
    def attributes(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeRow:
    """Limits of a lab or vital sign that hold for one sex or age only; what is None is that of the test.

    Attributes:
        test: The id of a lab or vital sign.
        sex: "female", "male" or "" for both.
        age_min: Years, included.
        age_max: Years, included.
    """

    test: str
    sex: str = ""
    age_min: int = YOUNGEST
    age_max: int = OLDEST
    low: float | None = None
    high: float | None = None
    critical_low: float | None = None
    critical_high: float | None = None
    source: str = "curated"

    def fits(self, *, sex: str, age: int | None) -> bool:
        """Say whether the row holds for a patient; without an age, whether it holds for all adults."""
        if self.sex not in {"", sex}:
            return False
        if age is None:
            return self.age_min <= _ADULT and self.age_max >= OLDEST
        return self.age_min <= age <= self.age_max

    @property
    def breadth(self) -> tuple[bool, int]:
        """How many patients a row holds for: sorts from the narrowest to the broadest."""
        return not self.sex, self.age_max - self.age_min


_ADULT = 18
RANGE_LIMITS = ("low", "high", "critical_low", "critical_high")


def range_row(
    test: str, sex: str, ages: tuple[int, int], limits: Mapping[str, float | None], source: str = "curated"
) -> RangeRow:
    """Make a row of what a table holds; `limits` by the names of `RANGE_LIMITS`."""
    return RangeRow(
        test=test,
        sex=sex,
        age_min=ages[0],
        age_max=ages[1],
        low=limits["low"],
        high=limits["high"],
        critical_low=limits["critical_low"],
        critical_high=limits["critical_high"],
        source=source,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRange:
    """The limits of a lab or vital sign for one patient, in its unit; None where there is no limit.

    Attributes:
        low: Values below are lowered.
        high: Values above are raised.
        critical_low: Values at or below are told by telephone.
        critical_high: Values at or above are told by telephone.
        floor: The lowest value that a living patient is expected to have.
        ceiling: The highest such value.
        decimals: Digits behind the point that a result is written with.
    """

    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    floor: float
    ceiling: float
    decimals: int

    @property
    def step(self) -> float:
        """The smallest difference that the decimals show."""
        return 10.0**-self.decimals

    def direction(self, value: float) -> str:
        """Say where a value lies: "raised", "lowered" or "normal" (both limits included)."""
        if self.high is not None and value > self.high:
            return "raised"
        return "lowered" if self.low is not None and value < self.low else "normal"

    def is_possible(self, direction: str) -> bool:
        """Say whether a value in that direction exists: "raised" needs an upper limit and room above it."""
        if direction == "raised":
            return self.high is not None and self.high + self.step <= self.ceiling
        if direction == "lowered":
            return self.low is not None and self.low - self.step >= self.floor
        return True


def reference_range(test: _Test, row: RangeRow | None = None) -> ReferenceRange:
    """Read the limits of a test; those of a row, where it has them, go first."""

    def limit(key: str) -> float | None:
        narrower: float | None = getattr(row, key, None)
        text = test.attributes.get(key, "")
        return narrower if narrower is not None else float(text) if text else None

    low, high = limit("low"), limit("high")
    floors = (limit("expected_low"), limit("critical_low"), (low or 0.0) * _LOWEST_WITHOUT_LIMIT)
    ceilings = (limit("expected_high"), limit("critical_high"), (high or low or 1.0) * _HIGHEST_WITHOUT_LIMIT)
    return ReferenceRange(
        low=low,
        high=high,
        critical_low=limit("critical_low"),
        critical_high=limit("critical_high"),
        floor=next(value for value in floors if value is not None),
        ceiling=next(value for value in ceilings if value is not None),
        decimals=int(float(test.attributes.get("decimals", "") or 0)),
    )
