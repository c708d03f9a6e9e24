"""The learner that looks at labels alone: the majority baseline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clinsynth.learners import Predictor
from clinsynth.records import Example


@dataclass(frozen=True, kw_only=True)
class Constant:
    """Predicts one label whatever the example."""

    label: str

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give the label once for each example."""
        return [self.label] * len(examples)


@dataclass(frozen=True, kw_only=True)
class MajorityLearner:
    """Learns which label is most frequent; of several, the first in the alphabet."""

    def fit(self, examples: Sequence[Example], *, seed: int) -> Predictor:  # noqa: ARG002 - nothing is drawn
        """Count the labels.

        Raises:
            ValueError: There are no examples.
        """
        if not examples:
            raise ValueError("a learner needs at least one example")
        counts = Counter(example.label for example in examples)
        return Constant(label=min(counts, key=lambda label: (-counts[label], label)))
