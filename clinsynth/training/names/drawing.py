"""The few ways in which everything is drawn."""

from collections.abc import Mapping
from random import Random

_VOWELS = frozenset("aeiouy")


def happens(random: Random, share: float) -> bool:
    """Say yes with a probability."""
    return random.random() < share


def one_of(random: Random, shares: Mapping[str, float]) -> str:
    """Draw one of several, by their shares of the whole."""
    return random.choices(list(shares), list(shares.values()))[0]


def blended(first: str, second: str, random: Random) -> str:
    """Give the beginning of a word and the end of another, cut before vowels; the first as it is if it has none."""
    ends = [at for at in range(2, len(first) - 1) if first[at].lower() in _VOWELS]
    starts = [at for at in range(1, len(second) - 2) if second[at].lower() in _VOWELS]
    if not ends or not starts or not (first.isalpha() and second.isalpha()):
        return first
    return first[: random.choice(ends)] + second[random.choice(starts) :]
