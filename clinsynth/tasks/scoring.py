"""How predictions are scored: metrics that are functions of sums over examples.

What each example adds is tallied once; a bootstrap sample or a swap of two systems then costs one sum.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Tally = NDArray[np.float64]


class Metric(Protocol):
    """A score, 0 to 1."""

    @property
    def name(self) -> str:
        """What results call it."""
        ...

    def tally(self, gold: Sequence[str], predicted: Sequence[str]) -> Tally:
        """Give what each example adds, shape (n_examples, n_sums)."""
        ...

    def value(self, sums: Tally) -> float:
        """Give the score for sums of tallies, shape (n_sums,)."""
        ...


def score(metric: Metric, gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Score predictions by a metric.

    Raises:
        ValueError: There are no examples, or not one prediction for each.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} examples have {len(predicted)} predictions")
    if not gold:
        raise ValueError("there is nothing to score: a score of no examples is not 0")
    return metric.value(metric.tally(gold, predicted).sum(axis=0))


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The share of examples whose label is predicted."""

    name: str = "accuracy"

    def tally(self, gold: Sequence[str], predicted: Sequence[str]) -> Tally:
        """Count what is right, and examples."""
        right = [g == p for g, p in zip(gold, predicted, strict=True)]
        return np.stack([np.asarray(right, dtype=float), np.ones(len(right))], axis=1)

    def value(self, sums: Tally) -> float:
        """Divide the one by the other."""
        return float(sums[0] / sums[1])


@dataclass(frozen=True, kw_only=True)
class MicroF1:
    """F1 over the positive labels together: of all positives predicted and all that are so, those that agree.

    A positive example given another positive label counts twice: as predicted wrongly and as missed.
    Where no positive is predicted and none is so, the score is 0, as scikit-learn has it.
    """

    positive: frozenset[str]
    name: str = "micro_f1"

    def tally(self, gold: Sequence[str], predicted: Sequence[str]) -> Tally:
        """Count positives that agree, that are predicted, that are so."""
        rows = [
            (g == p and g in self.positive, p in self.positive, g in self.positive)
            for g, p in zip(gold, predicted, strict=True)
        ]
        return np.asarray(rows, dtype=float).reshape(len(rows), 3)

    def value(self, sums: Tally) -> float:
        """Give twice what agrees over all predicted and all that are so."""
        return _f1(sums)


@dataclass(frozen=True, kw_only=True)
class MacroF1:
    """The mean over labels of each label's F1; a label neither predicted nor so counts 0, as scikit-learn has it."""

    labels: tuple[str, ...]
    name: str = "macro_f1"

    def tally(self, gold: Sequence[str], predicted: Sequence[str]) -> Tally:
        """Count for each label: agree, predicted, so."""
        parts = [MicroF1(positive=frozenset({label})).tally(gold, predicted) for label in self.labels]
        return np.concatenate(parts, axis=1)

    def value(self, sums: Tally) -> float:
        """Average the F1 of the labels."""
        return float(np.mean([_f1(part) for part in sums.reshape(-1, 3)]))


def _f1(sums: Tally) -> float:
    agree, predicted, so = sums
    return float(2 * agree / (predicted + so)) if predicted + so else 0.0


def micro_f1(gold: Sequence[str], predicted: Sequence[str], positive: Collection[str]) -> float:
    """Give the F1 over the positive labels together.

    >>> micro_f1(["effect", "none", "advise"], ["effect", "effect", "none"], ["effect", "advise"])
    0.5
    """
    return score(MicroF1(positive=frozenset(positive)), gold, predicted)


def macro_f1(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> float:
    """Give the mean F1 of the labels.

    >>> macro_f1(["yes", "no", "no"], ["yes", "no", "yes"], ["yes", "no"])
    0.6666666666666666
    """
    return score(MacroF1(labels=tuple(labels)), gold, predicted)


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Give the share that is right.

    >>> accuracy(["yes", "no"], ["yes", "maybe"])
    0.5
    """
    return score(Accuracy(), gold, predicted)
