"""A prompt can weigh more than it does by itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from shapes import SHAPES

from clinsynth.backbones.guiding import Guided
from clinsynth.backbones.reading import Reading
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.checkpoints import load_model
from clinsynth.records import Prompt

TOLD = Prompt(text="State: fever.\nText:\n", bare="Text:\n", temperature=0.0, max_new_tokens=16)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_weight_of_one_changes_nothing_even_beside_a_guided_row(
    checkpoint: Callable[[str], Path], shape: str
) -> None:
    """Whether another row of the batch is guided does not move a row that is not."""
    writes = TransformersBackbone(model=str(checkpoint(shape)), dtype="float32", chat=False)
    (alone,) = writes([TOLD], [1])
    beside, _ = writes([TOLD, replace(TOLD, guidance=3.0)], [1, 2])
    assert beside == alone


def test_a_bare_prompt_that_is_the_prompt_takes_nothing_off(checkpoint: Callable[[str], Path]) -> None:
    """Guided away from itself, a prompt writes what it writes, whatever its weight."""
    writes = TransformersBackbone(model=str(checkpoint("llama")), dtype="float32")
    same = replace(TOLD, bare=TOLD.text)
    (plain,), (guided,) = writes([same], [1]), writes([replace(same, guidance=2.5)], [1])
    assert guided == plain


def test_the_scores_are_moved_away_from_those_of_the_bare_prompt(checkpoint: Callable[[str], Path]) -> None:
    """A weight of w gives (1 - w) log p(bare) + w log p(prompt), at each step."""
    import torch

    model = load_model(str(checkpoint("llama")), dtype="float32")
    told, bare = [[5, 6, 7, 8]], [[7, 8]]
    with torch.inference_mode():
        both = Guided(Reading(model, told, room=2), Reading(model, bare, room=2), [1.75])
        apart = Reading(model, told, room=2), Reading(model, bare, room=2)
        for guided, one, other in [
            (both.start(), *(reading.start() for reading in apart)),
            (both.go_on(torch.tensor([9])), *(reading.go_on(torch.tensor([9])) for reading in apart)),
        ]:
            wanted = 1.75 * one.log_softmax(-1) - 0.75 * other.log_softmax(-1)
            assert torch.allclose(guided, wanted, atol=1e-5)
