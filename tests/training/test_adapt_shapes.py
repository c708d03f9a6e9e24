"""The whole way from notes to text, on the architectures that people use."""

from collections.abc import Callable
from pathlib import Path

import pytest
from shapes import SHAPES

from clinsynth.adapters.loading import merge_adapter
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.config import Adapt, Component
from clinsynth.records import Note, Prompt
from clinsynth.training.adapt import fit_adapter
from clinsynth.training.adapted import Adapting
from clinsynth.workflows.progress import silent

pytestmark = pytest.mark.slow


class Interrupted(Exception):  # noqa: N818 - it stands for Ctrl-C
    """Raised in the middle of a fit."""


def interrupt(stage: str, done: int, total: int) -> None:
    """Stop a fit before its last step."""
    if done == total - 1:
        raise Interrupted


@pytest.mark.parametrize("shape", SHAPES)
def test_adapt_resume_write_merge(
    checkpoint: Callable[[str], Path], shape: str, notes: list[Note], tmp_path: Path
) -> None:
    """An interrupted fit ends with the same adapter, and it writes the same text when it is merged and reloaded."""
    method = Component.model_validate({"name": "lora", "rank": 2})
    config = Adapt(method=method, epochs=2, learning_rate=1e-2, batch_size=8, validation_share=0.3, context=96)

    def adapting(name: str) -> Adapting:
        return Adapting(config=config, model=str(checkpoint(shape)), out=tmp_path / name, seed=3)

    few = notes[:8]
    straight = fit_adapter(adapting("straight"), few, progress=silent)
    with pytest.raises(Interrupted):
        fit_adapter(adapting("again"), few, progress=interrupt)
    again = fit_adapter(adapting("again"), few, progress=silent)
    assert again.hash == straight.hash

    merge_adapter(checkpoint(shape), again.folder, tmp_path / "merged")
    asked = Prompt(text="Age: 64.", max_new_tokens=8, temperature=0.0)
    adapted = TransformersBackbone(model=str(checkpoint(shape)), adapter=str(again.folder), dtype="float32")
    merged = TransformersBackbone(model=str(tmp_path / "merged"), dtype="float32")
    assert [g.text for g in adapted([asked], [1])] == [g.text for g in merged([asked], [1])]
