"""Synthetic against real: train in each setting, predict the same test examples, and say what differs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from clinsynth.estimates import Estimate, bootstrap, paired_randomisation
from clinsynth.learners import Learner
from clinsynth.learners.constant import MajorityLearner
from clinsynth.records import Example
from clinsynth.seeds import derive_seed
from clinsynth.tasks.scoring import Metric, Tally
from clinsynth.tasks.settings import BOTH, COPIES, MAJORITY, REAL, SYNTHETIC, TrainingSets

SIGNIFICANT = 0.05
# What a comparison is about: the first of each pair is hoped to be the better one.
QUESTIONS = ((BOTH, REAL), (BOTH, COPIES), (SYNTHETIC, MAJORITY), (SYNTHETIC, REAL))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One model: what it was trained on, and what it predicted for each test example, in their order.

    Attributes:
        seed: Index of the repetition, from 0.
        rows_hash: SHA-256 of the ids of its training examples, in their order.
    """

    setting: str
    learner: str
    seed: int
    predicted: tuple[str, ...] = field(repr=False)
    n_train: int
    rows_hash: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the results; without a seed, the mean over seeds."""

    setting: str
    learner: str
    seed: int | None
    metric: str
    estimate: Estimate
    n_train: int


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Whether one setting scores better than another on the same examples.

    Attributes:
        difference: First minus second, of the means over seeds.
        p: Two-sided, by paired approximate randomisation.
        p_holm: Corrected for all contrasts of the table.
    """

    first: str
    second: str
    metric: str
    difference: Estimate
    p: float
    p_holm: float

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        interval = f"[{self.difference.low:+.3f}, {self.difference.high:+.3f}]"
        size = f"{self.difference.value:+.3f} {interval}, p = {self.p_holm:.3f} after Holm"
        if self.p_holm >= SIGNIFICANT:
            return f"no difference found between {self.first} and {self.second} ({self.metric} {size})"
        better = "better" if self.difference.value > 0 else "worse"
        return f"{self.first} is {better} than {self.second} ({self.metric} {size})"


def train_and_predict(
    sets: TrainingSets, test: Sequence[Example], learner: Learner, *, name: str, seeds: int
) -> Iterator[Run]:
    """Train in every setting for every seed, and predict the test examples; the majority baseline once.

    Args:
        sets: The training examples.
        test: The examples to predict; their labels are not looked at.
        learner: What is trained.
        name: Of the learner, for the results.
        seeds: Repetitions: of the learner's own draws, of the real examples drawn, and of the copies.
    """
    for setting in sets.settings:
        baseline = setting == MAJORITY
        for index in range(1 if baseline else seeds):
            training = sets.training(setting, index)
            model = (MajorityLearner() if baseline else learner).fit(
                training, seed=derive_seed(sets.seed, "learner", index)
            )
            yield Run(
                setting=setting,
                learner="majority" if baseline else name,
                seed=index,
                predicted=tuple(model(test)),
                n_train=len(training),
                rows_hash=sha256("\n".join(example.id for example in training).encode()).hexdigest(),
            )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The runs of one benchmark, compared on the same test examples.

    Test examples of one group (pairs of one document) are drawn, and swapped between settings, together: they are not
    independent, and intervals that treat them so are too narrow.

    Attributes:
        metrics: The main one first; contrasts are about it alone.
        seed: Root of the draws.
        questions: Pairs of settings to contrast, the one that is hoped to be better first.
    """

    runs: Sequence[Run] = field(repr=False)
    test: Sequence[Example] = field(repr=False)
    metrics: Sequence[Metric]
    seed: int = 7
    questions: Sequence[tuple[str, str]] = QUESTIONS

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One row for each run and metric, and one for the mean over the seeds of each setting."""
        rows: list[Row] = []
        for runs in self._by_setting.values():
            groups: list[tuple[int | None, Sequence[Run]]] = [(run.seed, [run]) for run in runs]
            rows += [self._row(None, runs, metric) for metric in self.metrics]
            rows += [self._row(seed, group, metric) for seed, group in groups for metric in self.metrics]
        return tuple(rows)

    @cached_property
    def contrasts(self) -> tuple[Contrast, ...]:
        """The questions that the settings at hand can answer."""
        asked = [pair for pair in self.questions if set(pair) <= self._by_setting.keys()]
        ps = [self._p(first, second) for first, second in asked]
        return tuple(
            Contrast(
                first=first,
                second=second,
                metric=self.metrics[0].name,
                difference=self._difference(first, second),
                p=p,
                p_holm=corrected,
            )
            for (first, second), p, corrected in zip(asked, ps, holm(ps), strict=True)
        )

    @property
    def n_groups(self) -> int:
        """Groups of test examples."""
        return int(self._units.max()) + 1

    @cached_property
    def _by_setting(self) -> Mapping[str, list[Run]]:
        groups: dict[str, list[Run]] = {}
        for run in self.runs:
            groups.setdefault(run.setting, []).append(run)
        return groups

    @cached_property
    def _units(self) -> NDArray[np.intp]:
        """The group of each test example, as a number from 0."""
        names = [example.group or example.id for example in self.test]
        _, units = np.unique(names, return_inverse=True)
        return units

    def _tallies(self, runs: Sequence[Run], metric: Metric) -> Tally:
        """What each group adds, shape (n_runs, n_groups, n_sums)."""
        gold = [example.label for example in self.test]
        totals = []
        for run in runs:
            tally = metric.tally(gold, run.predicted)
            sums = np.zeros((self.n_groups, tally.shape[1]))
            np.add.at(sums, self._units, tally)
            totals.append(sums)
        return np.stack(totals)

    def _row(self, seed: int | None, runs: Sequence[Run], metric: Metric) -> Row:
        tallies = self._tallies(runs, metric)
        return Row(
            setting=runs[0].setting,
            learner=runs[0].learner,
            seed=seed,
            metric=metric.name,
            estimate=self._estimate(lambda rows: _mean(metric, tallies[:, rows]), tallies.shape[1]),
            n_train=runs[0].n_train,
        )

    def _estimate(self, statistic: Callable[[NDArray[np.intp]], float], n_units: int) -> Estimate:
        estimate = bootstrap(statistic, n_units, seed=derive_seed(self.seed, "bootstrap"))
        return replace(estimate, n=len(self.test))

    def _pair(self, first: str, second: str) -> tuple[Tally, Tally]:
        """The tallies of two settings, run by run; a baseline without repetitions stands beside each of the other's."""
        a, b = (self._tallies(self._by_setting[name], self.metrics[0]) for name in (first, second))
        n = max(len(a), len(b))
        return (np.repeat(a, n // len(a), axis=0), np.repeat(b, n // len(b), axis=0))

    def _difference(self, first: str, second: str) -> Estimate:
        a, b = self._pair(first, second)
        metric = self.metrics[0]
        return self._estimate(lambda rows: _mean(metric, a[:, rows]) - _mean(metric, b[:, rows]), a.shape[1])

    def _p(self, first: str, second: str) -> float:
        a, b = self._pair(first, second)
        metric = self.metrics[0]

        a_sums, b_sums = a.sum(axis=1), b.sum(axis=1)
        by_group = np.moveaxis(b - a, 1, 0).reshape(a.shape[1], -1)

        def difference(swapped: NDArray[np.bool_]) -> float:
            moved = (swapped @ by_group).reshape(a_sums.shape)
            return _mean_of_sums(metric, a_sums + moved) - _mean_of_sums(metric, b_sums - moved)

        return paired_randomisation(difference, a.shape[1], seed=derive_seed(self.seed, first, second))


def _mean(metric: Metric, tallies: Tally) -> float:
    return _mean_of_sums(metric, tallies.sum(axis=1))


def _mean_of_sums(metric: Metric, sums: Tally) -> float:
    return sum(map(metric.value, sums)) / len(sums)


def holm(ps: Sequence[float]) -> list[float]:
    """Correct p values for their number, step down (Holm, 1979, Scandinavian Journal of Statistics 6:65-70).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    corrected = [0.0] * len(ps)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = highest
    return corrected
