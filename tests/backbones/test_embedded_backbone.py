from collections.abc import Callable
from pathlib import Path

import pytest

from clinsynth.backbones import embedded as module
from clinsynth.backbones.embedded import EmbeddedBackbone
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.errors import MissingError
from clinsynth.records import Prompt


def test_it_is_the_model_of_its_folder(checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded model writes and scores as a transformers model of the same folder does."""
    folder = checkpoint("llama")
    monkeypatch.setattr(module, "_SHIPPED", folder.parent)
    embedded, plain = EmbeddedBackbone(model=folder.name), TransformersBackbone(model=str(folder))
    prompts = [Prompt(text="She denies", max_new_tokens=12)]
    assert embedded(prompts, [4]) == plain(prompts, [4])
    assert embedded.score(prompts, [" pain"]) == plain.score(prompts, [" pain"])


def test_a_missing_model_says_how_to_make_it() -> None:
    """An installation without the model names the command that makes one."""
    with pytest.raises(MissingError, match=r"clinsynth pretrain configs/pretrain\.yaml"):
        EmbeddedBackbone(model="not-shipped")([Prompt(text="She denies")], [4])
