"""Learners: the downstream models that are trained on real, synthetic or both."""

from collections.abc import Sequence
from typing import Protocol

from clinsynth.catalog import Catalog
from clinsynth.records import Example


class Predictor(Protocol):
    """A fitted learner."""

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give a label for each example; labels of the examples themselves are not looked at."""
        ...


class Learner(Protocol):
    """Fits a predictor to labelled examples; the same seed and examples give the same predictor."""

    def fit(self, examples: Sequence[Example], *, seed: int) -> Predictor:
        """Fit; raises ValueError where there are no examples."""
        ...


LEARNERS: Catalog[Learner] = Catalog(
    "learners",
    {
        "encoder": "clinsynth.learners.encoder:EncoderLearner",
        "linear": "clinsynth.learners.linear:LinearLearner",
        "majority": "clinsynth.learners.constant:MajorityLearner",
    },
)
