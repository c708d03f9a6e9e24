"""The choice of the next token, each row by its own settings and from its own generator."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.records import Prompt

if TYPE_CHECKING:
    from torch import Tensor

# The nucleus nearly always lies within so many tokens, and finding them costs far less than sorting a vocabulary.
_HEAD = 256


class Draw:
    """Draws the next tokens of a batch.

    A row uses one uniform number a token, from a generator seeded with its own seed, by inversion over its tokens in
    order of probability. Nothing else in the batch moves its draws. As in the literature: temperature, top-k (Fan et
    al., 2018, arXiv:1805.04833), nucleus (Holtzman et al., 2020, arXiv:1904.09751) and the repetition penalty (Keskar
    et al., 2019, arXiv:1909.05858), in the order penalty, temperature, top-k, top-p. The penalty falls on what the row
    has written, not on its prompt: a prompt names the very facts that the text has to repeat.
    """

    def __init__(self, prompts: Sequence[Prompt], seeds: Sequence[int], device: object) -> None:
        """Take one prompt and seed a row."""
        import torch

        def column(values: Sequence[float]) -> "Tensor":
            return torch.tensor(values, dtype=torch.float64, device=device)[:, None]

        steps = max(prompt.max_new_tokens for prompt in prompts)
        # numpy: the same numbers on every device, and the first ones do not depend on how many are asked for.
        uniforms = np.stack([np.random.default_rng(seed).random(steps) for seed in seeds])
        self._uniforms = torch.tensor(uniforms, device=device)
        self._greedy = column([prompt.temperature for prompt in prompts])[:, 0] == 0
        self._temperature = column([prompt.temperature or 1.0 for prompt in prompts]).float()
        self._top_k = column([prompt.top_k or float("inf") for prompt in prompts])
        self._top_p = column([prompt.top_p for prompt in prompts])
        self._penalty = column([prompt.repetition_penalty for prompt in prompts]).float()
        self._penalises = any(prompt.repetition_penalty != 1 for prompt in prompts)

    def __call__(self, logits: "Tensor", written: "Tensor") -> "Tensor":
        """Draw one token a row.

        Args:
            logits: Of the next token, float32 (rows, vocabulary).
            written: Tokens so far, (rows, steps).

        Returns:
            Token ids, (rows,).
        """
        import torch

        scores = self._penalised(logits, written)
        if bool(self._greedy.all()):
            return scores.argmax(-1)
        drawn = self._drawn(scores / self._temperature, self._uniforms[:, written.shape[1], None])
        return torch.where(self._greedy, scores.argmax(-1), drawn)

    def _penalised(self, logits: "Tensor", written: "Tensor") -> "Tensor":
        if not self._penalises:
            return logits
        seen = logits.gather(1, written)
        return logits.scatter(
            1, written, seen.where(seen < 0, seen / self._penalty).where(seen >= 0, seen * self._penalty)
        )

    def _drawn(self, scores: "Tensor", uniforms: "Tensor") -> "Tensor":
        settings = (uniforms, self._top_k, self._top_p)
        tokens, settled = draw_among(scores, min(_HEAD, scores.shape[-1]), *settings)
        if not bool(settled.all()):
            # Only these rows: how one row is drawn must not depend on another.
            rest = ~settled
            tokens[rest], _ = draw_among(scores[rest], scores.shape[-1], *(setting[rest] for setting in settings))
        return tokens


def draw_among(
    scores: "Tensor", n: int, uniforms: "Tensor", top_k: "Tensor", top_p: "Tensor"
) -> tuple["Tensor", "Tensor"]:
    """Draw by inversion among the n most probable tokens.

    Args:
        scores: Log-probabilities up to a constant, (rows, vocabulary).
        n: How many tokens to look at.
        uniforms: Numbers in [0, 1), (rows, 1).
        top_k: Tokens to draw among, (rows, 1); infinity for all.
        top_p: The least probability that the tokens to draw among sum to, (rows, 1).

    Returns:
        Token ids, (rows,), and whether n tokens were enough to know, (rows,).
    """
    import torch

    top, order = scores.topk(n, dim=-1)
    chances = (top - scores.logsumexp(-1, keepdim=True)).double().exp()
    chances = chances.masked_fill(torch.arange(n, device=scores.device) >= top_k, 0.0)
    cumulative = chances.cumsum(-1)
    complete = (top_k <= n) | (n == scores.shape[-1])
    mass = cumulative[:, -1:].where(complete, torch.ones_like(top_p))
    last = (cumulative < top_p * mass).sum(-1, keepdim=True)
    kept = cumulative.gather(-1, last.clamp(max=n - 1)).where(last < n, top_p * mass)
    column = (cumulative <= uniforms * kept).sum(-1, keepdim=True)
    # Without all of its top-k tokens a row's mass is unknown; without a nucleus the mass is one.
    settled = (complete | top_k.isinf()) & ((last < n) | ((top_p >= 1) & (column < n)))
    return order.gather(-1, column.clamp(max=n - 1))[:, 0], settled[:, 0]
