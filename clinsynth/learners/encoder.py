"""A classifier on a transformers model: its averaged states and a logistic head, or the whole of it fine-tuned."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from clinsynth.learners import Predictor
from clinsynth.learners.constant import Constant
from clinsynth.learners.encoding import Encoder
from clinsynth.learners.laying import Laid, lay
from clinsynth.records import Example

_MAX_SEED = 2**32
_RATE_SHIPPED, _RATE = 1e-3, 1e-4


@dataclass(frozen=True, kw_only=True)
class EncoderLearner:
    """Classifies by what a pretrained model makes of a text and of its marked arguments.

    Attributes:
        model: A folder or hub id of any transformers model; None: the encoder that ships, or else the language model.
        fine_tune: Whether the model is trained with its head; otherwise it stays as it is.
        named: Whether the arguments of a relation keep their names; otherwise their types stand there, so that what is
            learnt of one pair holds for another.
        max_tokens: Longer texts are cut off.
        epochs: Of fine-tuning.
        learning_rate: Of fine-tuning, after a warm-up of a tenth of the steps, falling to 0; None: 1e-3 for the model
            that ships, which is small, and 1e-4 for any other.
        class_weight: "balanced" gives every label the same total weight; "none" every example.
        inverse_penalty: Of the logistic head: larger fits the training examples more closely.
        allow_download: Whether a hub id that is not on this machine may be fetched.
    """

    model: str | None = None
    fine_tune: bool = False
    named: bool = False
    max_tokens: int = 256
    batch_size: int = 16
    epochs: int = 3
    learning_rate: float | None = None
    class_weight: Literal["balanced", "none"] = "balanced"
    inverse_penalty: float = 0.1
    allow_download: bool = False
    device: str = "auto"

    def fit(self, examples: Sequence[Example], *, seed: int) -> Predictor:
        """Fit; of one label only, that label is always predicted.

        Raises:
            ValueError: There are no examples.
            MissingError: The model is not on this machine.
        """
        if not examples:
            raise ValueError("a learner needs at least one example")
        labels = [example.label for example in examples]
        if len(set(labels)) == 1:
            return Constant(label=labels[0])
        return self._tuned(examples, seed) if self.fine_tune else self._frozen(examples, labels, seed)

    def _frozen(self, examples: Sequence[Example], labels: Sequence[str], seed: int) -> Predictor:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        head = make_pipeline(
            StandardScaler(),
            LogisticRegression(
                C=self.inverse_penalty,
                class_weight="balanced" if self.class_weight == "balanced" else None,
                max_iter=200,
                random_state=seed % _MAX_SEED,
            ),
        )
        with warnings.catch_warnings():
            # What the limit of iterations leaves undone does not show in the labels predicted.
            warnings.simplefilter("ignore", ConvergenceWarning)
            head.fit(self._encoder.vectors(self._laid(examples)), labels)
        return FrozenPredictor(encoder=self._encoder, head=head, named=self.named)

    def _tuned(self, examples: Sequence[Example], seed: int) -> Predictor:
        from clinsynth.learners.tuning import Tuning

        return Tuning(
            encoder=self._encoder,
            epochs=self.epochs,
            learning_rate=self._rate,
            batch_size=self.batch_size,
            named=self.named,
            balanced=self.class_weight == "balanced",
        ).fit(examples, seed=seed)

    @property
    def _rate(self) -> float:
        if self.learning_rate is not None:
            return self.learning_rate
        return _RATE_SHIPPED if self.model is None else _RATE

    def _laid(self, examples: Sequence[Example]) -> list[Laid]:
        return [lay(example, named=self.named) for example in examples]

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(
            model=self.model,
            max_tokens=self.max_tokens,
            batch_size=self.batch_size,
            allow_download=self.allow_download,
            device=self.device,
        )


@dataclass(frozen=True, kw_only=True)
class FrozenPredictor:
    """A logistic head on a frozen model."""

    encoder: Encoder
    head: Any
    named: bool

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give the most probable label."""
        if not examples:
            return []
        laid = [lay(example, named=self.named) for example in examples]
        return [str(label) for label in self.head.predict(self.encoder.vectors(laid))]
