"""Estimates against known values, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clinsynth.estimates import bootstrap, mean, paired_randomisation, proportion
from clinsynth.seeds import derive_seed, generator


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_wilsons_interval(counts: tuple[int, int]) -> None:
    """The interval is scipy's, whatever the counts."""
    successes, n = counts
    ours = proportion(successes, n)
    theirs = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(0, 9))
def test_an_interval_holds_its_extremes_and_repeats(scores: list[float], seed: int) -> None:
    """The interval lies within the scores, and the same seed gives the same interval."""
    estimate = mean(scores, seed=seed, draws=50)
    assert min(scores) - 1e-9 <= estimate.low <= estimate.high <= max(scores) + 1e-9
    assert mean(scores, seed=seed, draws=50) == estimate


def test_a_bootstrap_interval_covers_as_often_as_it_says() -> None:
    """Of 200 samples of a known mean, about 95 % of the intervals hold it."""
    random = np.random.default_rng(0)
    held = 0
    for draw in range(200):
        estimate = mean(random.normal(0, 1, 60).tolist(), seed=draw, draws=200)
        held += estimate.low <= 0 <= estimate.high
    assert 178 <= held <= 199


def test_nothing_has_no_statistic() -> None:
    """No scores, no number."""
    for call in (lambda: mean([], seed=1), lambda: proportion(0, 0), lambda: bootstrap(lambda _: 0.0, 0, seed=1)):
        with pytest.raises(ValueError):  # noqa: PT011 - each says it in its own words
            call()


def test_randomisation_tells_a_difference_from_none() -> None:
    """Equal systems have p 1; a system that is always better has a small p."""

    def difference(better: np.ndarray) -> object:
        return lambda swap: float(np.where(swap, -better, better).mean())

    assert paired_randomisation(difference(np.zeros(50)), 50, seed=1, draws=200) == 1.0  # type: ignore[arg-type]
    assert paired_randomisation(difference(np.ones(50)), 50, seed=1, draws=200) < 0.01  # type: ignore[arg-type]


@given(st.integers(0, 2**31), st.lists(st.text(max_size=8), max_size=3))
def test_seeds_depend_on_every_name(root: int, names: list[str]) -> None:
    """One more name is another seed; the same names are the same seed; all fit 63 bits."""
    seed = derive_seed(root, *names)
    assert seed == derive_seed(root, *names) != derive_seed(root, *names, "more")
    assert 0 <= seed < 2**63
    assert generator(root, *names).random() == generator(root, *names).random()


def test_a_share_lies_in_its_interval() -> None:
    """None and all of n are ends of their intervals, whatever is lost to rounding."""
    for n in range(1, 400):
        assert proportion(0, n).low == 0
        assert proportion(n, n).high == 1
