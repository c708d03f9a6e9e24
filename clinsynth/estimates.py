"""Numbers with their intervals. Every number that is reported is an `Estimate`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A value with its 95 % interval.

    Attributes:
        n: Examples it rests on.
        n_unscored: Examples that could not be scored and are not in `n`.
    """

    value: float
    low: float
    high: float
    n: int
    n_unscored: int = 0

    def __str__(self) -> str:
        skipped = f", {self.n_unscored} unscored" if self.n_unscored else ""
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}], n={self.n}{skipped}"


def proportion(successes: int, n: int) -> Estimate:
    """Estimate a share by Wilson's score interval (Wilson, 1927, doi:10.1080/01621459.1927.10502953).

    Raises:
        ValueError: There are no trials, or more successes than trials.

    >>> print(proportion(8, 10))
    0.80 [0.49, 0.94], n=10
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"a share needs 0 <= successes <= n and n > 0; got {successes} of {n}")
    z = 1.959963984540054
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 and at n of n the share is an end of its interval, which rounding must not push past it.
    low, high = min(share, centre - half), max(share, centre + half)
    return Estimate(value=share, low=max(0.0, low), high=min(1.0, high), n=n)


def mean(scores: Sequence[float], *, seed: int, draws: int = 1000, n_unscored: int = 0) -> Estimate:
    """Estimate a mean by the percentile bootstrap (Efron, 1979, doi:10.1214/aos/1176344552).

    Raises:
        ValueError: There are no scores: a mean of nothing is not 0.

    >>> print(mean([1.0, 0.0, 1.0, 1.0], seed=1))
    0.75 [0.25, 1.00], n=4
    """
    values = np.asarray(scores, dtype=float)
    return bootstrap(
        lambda rows: float(values[rows].mean()), len(values), seed=seed, draws=draws, n_unscored=n_unscored
    )


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float],
    n: int,
    *,
    seed: int,
    draws: int = 1000,
    n_unscored: int = 0,
) -> Estimate:
    """Estimate any statistic of n examples by the percentile bootstrap over examples.

    Args:
        statistic: Computes the value from row indices, shape (n,), drawn with replacement.
        n: How many examples there are.
        seed: Root of the draws.
        draws: Bootstrap samples.
        n_unscored: Examples that could not be scored, carried into the estimate.

    Raises:
        ValueError: There are no examples.
    """
    if n == 0:
        raise ValueError("there are no scores: a statistic of nothing is not 0")
    random = np.random.default_rng(seed)
    values = [statistic(random.integers(0, n, n)) for _ in range(draws)]
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=statistic(np.arange(n)), low=float(low), high=float(high), n=n, n_unscored=n_unscored)


def paired_randomisation(
    statistic: Callable[[NDArray[np.bool_]], float], n: int, *, seed: int, draws: int = 2000
) -> float:
    """Give the two-sided p of a difference by approximate randomisation over paired examples.

    Each draw swaps the two systems' outputs on a random half of the examples
    (Noreen, 1989, Computer-Intensive Methods for Testing Hypotheses; as used in Yeh, 2000, doi:10.3115/992730.992783).

    Args:
        statistic: Computes system A minus system B with the outputs of the examples marked True, shape (n,), swapped.
        n: How many examples there are.
        seed: Root of the draws.
        draws: Random swaps.

    Raises:
        ValueError: There are no examples.
    """
    if n == 0:
        raise ValueError("there are no paired examples to compare")
    random = np.random.default_rng(seed)
    observed = abs(statistic(np.zeros(n, dtype=bool)))
    as_large = sum(abs(statistic(random.random(n) < 0.5)) >= observed - 1e-12 for _ in range(draws))  # noqa: PLR2004
    return (as_large + 1) / (draws + 1)
