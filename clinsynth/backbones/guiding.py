"""Guidance by the prompt: what a model would write without it is taken off.

(Classifier-free guidance of language models; Sanchez et al., 2023, arXiv:2306.17806.)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinsynth.backbones.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor


class Guided:
    """A batch on its way through a model twice: after its prompts, and after their bare forms."""

    def __init__(self, prompted: Reading, bare: Reading, weights: Sequence[float]) -> None:
        """Take two readings of the same rows, and the weight of each prompt: 1 leaves a row as its prompt has it."""
        self._prompted = prompted
        self._bare = bare
        self._weights = weights

    def start(self) -> "Tensor":
        """Read the prompts; give the scores of the next token: float32 (rows, 1, vocabulary)."""
        return self._guided(self._prompted.start(), self._bare.start())

    def go_on(self, tokens: "Tensor") -> "Tensor":
        """Read one more token a row, shape (rows,); give the scores after it: float32 (rows, vocabulary)."""
        return self._guided(self._prompted.go_on(tokens), self._bare.go_on(tokens))

    def _guided(self, prompted: "Tensor", bare: "Tensor") -> "Tensor":
        weights = prompted.new_tensor(self._weights).view(-1, *[1] * (prompted.ndim - 1))
        told, untold = prompted.log_softmax(-1), bare.log_softmax(-1)
        return (untold + weights * (told - untold)).where(weights != 1, prompted)
