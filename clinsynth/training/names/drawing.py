"""Two ways in which everything is drawn."""

from collections.abc import Mapping
from random import Random


def happens(random: Random, share: float) -> bool:
    """Say yes with a probability."""
    return random.random() < share


def one_of(random: Random, shares: Mapping[str, float]) -> str:
    """Draw one of several, by their shares of the whole."""
    return random.choices(list(shares), list(shares.values()))[0]
