"""How far two distributions lie apart, and how much one attribute tells of another: what an audit of balance asks."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clinsynth.estimates import LEVEL


def total_variation(one: ArrayLike, other: ArrayLike) -> float:
    """Give the share of one distribution that must be moved to make it the other: 0 alike, 1 nothing in common.

    Args:
        one: Counts or weights of the cells, shape (k,).
        other: The same cells in the same order.

    Raises:
        ValueError: One of them has no weight, or they have different cells.

    >>> total_variation([1, 1], [3, 1])
    0.25
    """
    p, q = _shares(one, other)
    return float(np.abs(p - q).sum() / 2)


def jensen_shannon(one: ArrayLike, other: ArrayLike) -> float:
    """Give the Jensen-Shannon divergence in bits, 0 alike to 1 nothing in common (Lin, 1991, doi:10.1109/18.61115).

    Of small samples it is too large, the more so the more cells there are: compare it with that of samples as large.

    Args:
        one: Counts or weights of the cells, shape (k,).
        other: The same cells in the same order.

    Raises:
        ValueError: One of them has no weight, or they have different cells.

    >>> jensen_shannon([1, 0], [0, 1])
    1.0
    """
    p, q = _shares(one, other)
    between = (p + q) / 2
    return max(0.0, (_relative_entropy(p, between) + _relative_entropy(q, between)) / 2)


def _shares(one: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p, q = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if p.shape != q.shape or p.sum() <= 0 or q.sum() <= 0:
        raise ValueError(f"two distributions need the same cells and some weight each; got {p.shape} and {q.shape}")
    return p / p.sum(), q / q.sum()


def _relative_entropy(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    seen = p > 0
    return float((p[seen] * np.log2(p[seen] / q[seen])).sum())


@dataclass(frozen=True, kw_only=True, slots=True)
class Association:
    """How much one attribute tells of another, beside what chance gives.

    Attributes:
        v: Cramer's V: 0 nothing, 1 everything.
        chance: V on average where one of the attributes is shuffled; it is well above 0 where there are many values.
        chance_low: V that 2.5 % of the shuffles stay below.
        chance_high: V that 2.5 % of the shuffles exceed.
        p: Share of the shuffles, the data among them, with a V as large.
    """

    v: float
    chance: float
    chance_low: float
    chance_high: float
    p: float
    n: int


def association(one: Sequence[Hashable], other: Sequence[Hashable], *, seed: int, draws: int = 1000) -> Association:
    """Measure how much one attribute tells of another (Cramer, 1946, Mathematical Methods of Statistics, chapter 21).

    Args:
        one: Values of the examples.
        other: Values of another attribute, of the same examples.
        seed: Root of the shuffles.
        draws: Shuffles.

    Raises:
        ValueError: There are no examples, or not equally many of both.
    """
    if not one or len(one) != len(other):
        raise ValueError(f"an association needs both values of each example; got {len(one)} and {len(other)}")
    rows, columns = _codes(one), _codes(other)
    random = np.random.default_rng(seed)
    observed = _cramers_v(rows, columns)
    shuffled = np.array([_cramers_v(random.permutation(rows), columns) for _ in range(draws)])
    low, high = np.quantile(shuffled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    n_as_large = int((shuffled >= observed - 1e-12).sum())
    return Association(
        v=observed,
        chance=float(shuffled.mean()),
        chance_low=float(low),
        chance_high=float(high),
        p=(n_as_large + 1) / (draws + 1),
        n=len(one),
    )


def _codes(values: Sequence[Hashable]) -> NDArray[np.intp]:
    place = {value: i for i, value in enumerate(dict.fromkeys(values))}
    return np.array([place[value] for value in values], dtype=np.intp)


def _cramers_v(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> float:
    n_rows, n_columns = int(rows.max()) + 1, int(columns.max()) + 1
    least = min(n_rows, n_columns) - 1
    if least == 0:
        return 0.0
    table = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns).reshape(n_rows, n_columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(rows)
    chi_squared = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(chi_squared / (len(rows) * least)))
