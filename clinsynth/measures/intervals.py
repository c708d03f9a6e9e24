"""Intervals for corpus statistics, from sums that can be streamed. The notes are what is sampled, not their words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clinsynth.estimates import Estimate, proportion

_Z = 1.959963984540054


@dataclass(kw_only=True)
class Ratio:
    """A ratio of two totals over notes (facts stated to facts, or a mean where each note counts 1), summed as it goes.

    Only whole numbers are added, so that the order of the notes changes nothing, not even the last digit.
    """

    n: int = 0
    _x: int = 0
    _y: int = 0
    _xx: int = 0
    _xy: int = 0
    _yy: int = 0

    def add(self, part: int, whole: int = 1) -> None:
        """Count one note."""
        self.n += 1
        self._x += part
        self._y += whole
        self._xx += part * part
        self._xy += part * whole
        self._yy += whole * whole

    def estimate(self, *, n_unscored: int = 0) -> Estimate | None:
        """Estimate the ratio, by its linearised variance over notes (Cochran, 1977, Sampling Techniques, chapter 6).

        None where the wholes sum to nothing. One note alone has no spread, and an interval of no width.
        """
        if self._y == 0:
            return None
        ratio = self._x / self._y
        spread = max(0.0, self._xx - 2 * ratio * self._xy + ratio * ratio * self._yy)
        error = math.sqrt(self.n / max(1, self.n - 1) * spread) / self._y
        return Estimate(
            value=ratio, low=max(0.0, ratio - _Z * error), high=ratio + _Z * error, n=self.n, n_unscored=n_unscored
        )

    def share(self, *, n_unscored: int = 0) -> Estimate | None:
        """Estimate the ratio as a share; at 0 or 1, where nothing varies, with Wilson's interval over notes."""
        found = self.estimate(n_unscored=n_unscored)
        if found is None:
            return None
        low, high = found.low, min(1.0, found.high)
        if self._x in (0, self._y):
            wilson = proportion(self.n if self._x else 0, self.n)
            low, high = wilson.low, wilson.high
        return Estimate(value=found.value, low=low, high=high, n=self.n, n_unscored=n_unscored)


def left_one_out(value: float, without: Sequence[float], n: int, *, n_unscored: int = 0) -> Estimate:
    """Estimate a share of the whole corpus from what it would be without each note (the jackknife).

    The jackknife variance is not too small on average, whatever the statistic (Efron & Stein, 1981,
    doi:10.1214/aos/1176345462); the bootstrap would repeat notes, and so understate how varied they are.

    Args:
        value: The share over all notes, between 0 and 1.
        without: The share without a note, for each note whose absence changes it.
        n: How many notes there are.
        n_unscored: Notes that could not be used.
    """
    changes = np.zeros(n)
    changes[: len(without)] = np.asarray(without, dtype=float) - value
    error = math.sqrt((n - 1) / n * float(((changes - changes.mean()) ** 2).sum()))
    low, high = max(0.0, value - _Z * error), min(1.0, value + _Z * error)
    return Estimate(value=value, low=low, high=high, n=n, n_unscored=n_unscored)
