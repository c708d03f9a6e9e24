"""How far distributions lie apart, and how much attributes tell of each other."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.measures.distributions import association, jensen_shannon, total_variation

CELLS = st.integers(2, 6).flatmap(
    lambda k: st.tuples(*(st.lists(st.integers(0, 20), min_size=k, max_size=k).filter(any) for _ in range(2)))
)


@given(CELLS)
def test_distances_are_distances(pair: tuple[list[int], list[int]]) -> None:
    """Both are the same in either order, 0 of a thing and its double, and between 0 and 1."""
    one, other = pair
    for distance in (total_variation, jensen_shannon):
        assert distance(one, [2 * count for count in one]) == pytest.approx(0, abs=1e-12)
        assert distance(one, other) == pytest.approx(distance(other, one))
        assert 0 <= distance(one, other) <= 1 + 1e-12


def test_agrees_with_scipy() -> None:
    """The divergence is the square of scipy's Jensen-Shannon distance; V is scipy's."""
    from scipy.spatial.distance import jensenshannon
    from scipy.stats.contingency import association as of_scipy

    one, other = [5, 0, 3, 2], [1, 4, 4, 1]
    assert jensen_shannon(one, other) == pytest.approx(jensenshannon(one, other, base=2) ** 2)
    rows, columns = list("aaabbbbcc"), list("xxyxyyyzz")
    table = [[sum(p == (r, c) for p in zip(rows, columns, strict=True)) for c in "xyz"] for r in "abc"]
    assert association(rows, columns, seed=1, draws=2).v == pytest.approx(of_scipy(table, method="cramer"))


@pytest.mark.parametrize("pair", [([], []), ([0, 0], [1, 1]), ([1], [1, 1])])
def test_nothing_is_no_distribution(pair: tuple[list[int], list[int]]) -> None:
    """What has no weight, or other cells, is a mistake."""
    for distance in (total_variation, jensen_shannon):
        with pytest.raises(ValueError, match="same cells"):
            distance(*pair)


def test_tells_dependence_from_chance() -> None:
    """Of attributes drawn apart one in twenty is beyond the shuffles; one that decides the other is, with V 1."""
    draw = random.Random(4)
    pairs = [[[draw.choice("abcdefg") for _ in range(200)] for _ in range(2)] for _ in range(40)]
    apart = [association(*pair, seed=seed, draws=99) for seed, pair in enumerate(pairs)]
    assert sum(found.p <= 0.05 for found in apart) <= 6
    assert all(0 < found.chance_low < found.chance < found.chance_high for found in apart)
    same = association(pairs[0][0], pairs[0][0], seed=1, draws=99)
    assert same.v == pytest.approx(1)
    assert same.p == pytest.approx(1 / 100)
    assert association(pairs[0][0], ["x"] * 200, seed=1, draws=5).v == 0


def test_an_association_needs_pairs() -> None:
    """Without examples, or with a value missing, there is none."""
    for pair in (((), ()), ("ab", "a")):
        with pytest.raises(ValueError, match="both values"):
            association(*pair, seed=1)
