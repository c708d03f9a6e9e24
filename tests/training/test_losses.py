"""How well texts are predicted, and what counts."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.training.losses import NOT_A_TARGET, n_targets, padded, text_nats
from clinsynth.training.packing import Document


@pytest.fixture(scope="module")
def model() -> Any:
    """Make a very small Llama."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.3,
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return LlamaForCausalLM(shape)


def document(seed: int, size: int, n_prompt: int) -> Document:
    """Draw a document."""
    return Document(tokens=np.random.default_rng(seed).integers(2, 50, size), n_prompt=n_prompt)


@given(sizes=st.lists(st.tuples(st.integers(2, 20), st.integers(0, 20)), min_size=1, max_size=6))
def test_prompts_and_padding_are_masked(sizes: list[tuple[int, int]]) -> None:
    """The labels are the texts, token by token; prompts and padding count for nothing."""
    documents = [document(row, size, min(n_prompt, size - 1)) for row, (size, n_prompt) in enumerate(sizes)]
    batch = padded(documents, pad=0)
    for row, item in enumerate(documents):
        labels = batch["labels"][row].numpy()
        assert (labels[: item.n_prompt] == NOT_A_TARGET).all()
        assert (labels[item.n_prompt : len(item)] == item.tokens[item.n_prompt :]).all()
        assert (labels[len(item) :] == NOT_A_TARGET).all()
        assert batch["attention_mask"][row].sum() == len(item)


def test_agrees_with_the_loss_of_the_library(model: Any) -> None:
    """The sum over texts divided by their tokens is the loss that transformers gives."""
    documents = [document(1, 12, 4), document(2, 20, 7), document(3, 9, 1)]
    nats = text_nats(model, documents, pad=0)
    expected = float(model(**padded(documents, pad=0)).loss.detach())
    assert nats.sum() / sum(map(n_targets, documents)) == pytest.approx(expected, rel=1e-5)


def test_a_text_is_scored_alone_as_among_others(model: Any) -> None:
    """What else is in a batch changes nothing."""
    documents = [document(seed, size, 3) for seed, size in enumerate((5, 30, 11))]
    together = text_nats(model, documents, pad=0)
    alone = [text_nats(model, [item], pad=0)[0] for item in documents]
    assert together == pytest.approx(alone, rel=1e-4)
