from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.backbones.drawing import Draw, draw_among
from clinsynth.records import Prompt

N_GRID = 2000


def settings_columns(n: int, top_k: int, top_p: float) -> tuple[torch.Tensor, torch.Tensor]:
    column = torch.ones(n, 1, dtype=torch.float64)
    return column * (top_k or float("inf")), column * top_p


def warped(scores: torch.Tensor, top_k: int, top_p: float) -> torch.Tensor:
    """The distribution that transformers itself would sample from, (vocabulary,)."""
    from transformers import TopKLogitsWarper, TopPLogitsWarper

    left: Any = scores.clone()
    if top_k:
        left = TopKLogitsWarper(top_k)(torch.empty(1, 0), left)
    if top_p < 1:
        left = TopPLogitsWarper(top_p)(torch.empty(1, 0), left)
    return left.softmax(-1)[0]


@pytest.mark.parametrize(("top_k", "top_p"), [(0, 1.0), (0, 0.9), (7, 1.0), (50, 0.8), (400, 0.95), (1, 0.5)])
@pytest.mark.parametrize("spread", [0.3, 3.0])
def test_draws_follow_the_distribution_of_the_library(top_k: int, top_p: float, spread: float) -> None:
    """Over a grid of uniform numbers each token comes as often as transformers' own warpers make it probable."""
    scores = torch.randn(1, 600, generator=torch.Generator().manual_seed(3)) * spread
    grid = ((torch.arange(N_GRID, dtype=torch.float64) + 0.5) / N_GRID)[:, None]
    tokens, settled = draw_among(scores.expand(N_GRID, -1), 600, grid, *settings_columns(N_GRID, top_k, top_p))
    share = torch.bincount(tokens, minlength=600) / N_GRID
    assert settled.all()
    assert (share - warped(scores, top_k, top_p)).abs().max() <= 1.5 / N_GRID


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 60),
    top_k=st.integers(0, 80),
    top_p=st.floats(0.05, 1.0),
    spread=st.floats(0.1, 8.0),
)
@settings(max_examples=100, deadline=None)
def test_a_settled_row_needs_no_more_tokens(seed: int, n: int, top_k: int, top_p: float, spread: float) -> None:
    """Where the most probable tokens are said to be enough, the whole vocabulary gives the same draw."""
    source = torch.Generator().manual_seed(seed)
    scores = torch.randn(8, 60, generator=source) * spread
    uniforms = torch.rand(8, 1, generator=source, dtype=torch.float64)
    columns = settings_columns(8, top_k, top_p)
    some, settled = draw_among(scores, n, uniforms, *columns)
    every, known = draw_among(scores, 60, uniforms, *columns)
    assert known.all()
    assert torch.equal(some[settled], every[settled])


def test_a_row_draws_the_same_beside_any_others() -> None:
    """Settings of other rows, flat or peaked, leave a row's draws alone."""
    logits = torch.randn(4, 1000, generator=torch.Generator().manual_seed(1)) * torch.tensor(
        [[0.1], [1.0], [4.0], [9.0]]
    )
    prompts = [
        Prompt(text="", temperature=temperature, top_p=top_p, repetition_penalty=penalty, max_new_tokens=steps)
        for temperature, top_p, penalty, steps in [
            (1.3, 1.0, 1.0, 4),
            (0.7, 0.9, 1.2, 9),
            (0.0, 0.9, 1.0, 2),
            (1, 0.5, 1, 5),
        ]
    ]
    written = torch.randint(0, 1000, (4, 1), generator=torch.Generator().manual_seed(2))
    together = Draw(prompts, [5, 6, 7, 8], "cpu")(logits, written)
    for row, prompt in enumerate(prompts):
        alone = Draw([prompt], [5 + row], "cpu")(logits[row : row + 1], written[row : row + 1])
        assert alone.item() == together[row].item()


def test_the_penalty_falls_on_what_was_written() -> None:
    """A written token loses, whatever the sign of its logit; the others keep theirs."""
    prompt = Prompt(text="", temperature=0.0, repetition_penalty=2.0)
    draw = Draw([prompt, prompt], [0, 0], "cpu")
    logits = torch.tensor([[3.0, 2.0, -1.0], [-3.0, -1.0, -1.5]])
    assert draw(logits, torch.empty(2, 0, dtype=torch.long)).tolist() == [0, 1]
    assert draw(logits, torch.tensor([[0], [1]])).tolist() == [1, 2]
