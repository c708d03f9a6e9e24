"""Draws by weight: the sums are made once, for a planner draws millions of times."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weighted(Generic[T]):
    """Items and the running sums of their weights."""

    items: tuple[T, ...]
    sums: tuple[float, ...]

    def drawn(self, random: Random) -> T:
        """Draw one; the chance of each is its share of the weights."""
        return self.at(random.random())

    def at(self, share: float) -> T:
        """Give the item at a share of the weights, 0 to below 1: each has a stretch as long as its weight."""
        return self.items[bisect_right(self.sums, share * self.sums[-1], 0, len(self.items) - 1)]


def weighted(weights: Mapping[T, float] | Iterable[tuple[T, float]]) -> Weighted[T]:
    """Prepare what can be drawn; items without weight never are.

    Raises:
        ValueError: Nothing has a weight.

    >>> weighted({"a": 1, "b": 3}).at(0.5)
    'b'
    """
    pairs = weights.items() if isinstance(weights, Mapping) else weights
    kept = [(item, weight) for item, weight in pairs if weight > 0]
    if not kept:
        raise ValueError("there is nothing to draw from: no weight is above 0")
    return Weighted(tuple(item for item, _ in kept), tuple(accumulate(weight for _, weight in kept)))
