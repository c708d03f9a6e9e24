from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clinsynth.backbones import BACKBONES, Scorer, embedded
from clinsynth.records import Generation, Prompt

PROMPTS = [
    Prompt(text=text, max_new_tokens=12, temperature=1.0) for text in ("The patient", "She denies chest", "Plan")
]


@pytest.fixture(params=list(BACKBONES))
def backbone(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Build each listed backbone: a model on disk serves those that need one."""
    folder = checkpoint("llama")
    monkeypatch.setattr(embedded, "_SHIPPED", folder.parent)
    options: dict[str, dict[str, Any]] = {
        "embedded": {"model": folder.name},
        "transformers": {"model": str(folder)},
        "scripted": {"responses": ["one text", "another", "a third"]},
    }
    return BACKBONES.build(request.param, **options.get(request.param, {}))


def test_same_batch_and_seeds_same_texts(backbone: Any) -> None:
    """A batch written twice is the same, one generation for each prompt, in order."""
    first = backbone(PROMPTS, [1, 2, 3])
    assert list(backbone(PROMPTS, [1, 2, 3])) == list(first)
    assert [type(generation) for generation in first] == [Generation] * 3
    assert all(generation.ended in {"stop", "length"} for generation in first)
    assert all(generation.n_tokens <= 12 for generation in first)


def test_a_note_draws_from_its_own_generator(backbone: Any) -> None:
    """Another seed for one prompt leaves the others' texts alone."""
    first, second = backbone(PROMPTS, [1, 2, 3]), backbone(PROMPTS, [1, 5, 3])
    assert (first[0], first[2]) == (second[0], second[2])


def test_an_empty_batch_is_no_error(backbone: Any) -> None:
    """Nothing asked for, nothing written."""
    assert list(backbone([], [])) == []


def test_a_scorer_scores_every_token(backbone: Any) -> None:
    """A backbone that scores gives natural-log probabilities, longer for longer texts."""
    if not isinstance(backbone, Scorer):
        pytest.skip("this backbone does not score")
    short, long = backbone.score(PROMPTS[:2], [" denies", " denies chest pain and fever"])
    assert 0 < len(short) < len(long)
    assert max(*short, *long) < 0
