"""Which of the examples that were written are kept: no copies, no test data, and labels that agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clinsynth.learners import Predictor
from clinsynth.methods import Outcome
from clinsynth.records import Example
from clinsynth.tasks.guards import Guard, content_key

REPEATS_REAL, DISAGREES = "repeats-real", "label-disagrees"


@dataclass(frozen=True, kw_only=True)
class Screen:
    """Decides on outcomes in their order.

    Attributes:
        guard: Against the test examples.
        real: The real examples that were used: to write one of them again is no gain.
        predictor: What the real examples teach; None where labels need not agree.
    """

    guard: Guard
    real: Sequence[Example] = field(repr=False)
    predictor: Predictor | None = None

    def __call__(self, kept: Sequence[Example], outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
        """Give the outcomes again: those that must not be kept, beside what is kept already, with their reason."""
        made = [outcome.example for outcome in outcomes if outcome.example is not None]
        reasons = dict(self.guard.screen([*kept, *made]).dropped)
        reasons = self._disagreeing(made) | self._repeating(made) | reasons
        for outcome in outcomes:
            reason = reasons.get(outcome.request.id)
            yield outcome if reason is None else replace(outcome, example=None, reason=reason)

    def _repeating(self, made: Sequence[Example]) -> dict[str, str]:
        known = {_said(example) for example in self.real}
        return {example.id: REPEATS_REAL for example in made if _said(example) in known}

    def _disagreeing(self, made: Sequence[Example]) -> dict[str, str]:
        if self.predictor is None:
            return {}
        predicted = self.predictor(made)
        return {e.id: DISAGREES for e, label in zip(made, predicted, strict=True) if e.label != label}


def _said(example: Example) -> object:
    """What was written of an example: the words of the question, or of the sentence."""
    text, _, question = content_key(example)
    return question or text
