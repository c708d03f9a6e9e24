from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from shapes import SHAPES, fit

from clinsynth.adapters import ADAPTERS
from clinsynth.adapters.loading import adapter_hash, merge_adapter, save_adapter
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.checkpoints import load_adapter, load_model, load_tokenizer, merged
from clinsynth.errors import ConfigError
from clinsynth.records import Prompt

Checkpoint = Callable[[str], Path]
PROMPTS = [
    Prompt(text=text, max_new_tokens=10, temperature=0.0) for text in ("The patient", "She denies chest pain and")
]
OPTIONS: dict[str, dict[str, Any]] = {"lora": {"rank": 4}, "prefix": {"n_tokens": 3}, "prompt": {"n_tokens": 3}}
SOFT = ("prefix", "prompt")
# Every shape with LoRA, every method with a shape of its own kind of layers.
PAIRS = [
    *((shape, "lora") for shape in SHAPES),
    *(("gpt2" if m == "ia3" else "llama", m) for m in ADAPTERS if m != "lora"),
]


def fitted(folder: Path, method: str) -> Any:
    """Fit an adapter for a few steps."""
    from peft import get_peft_model

    model = load_model(str(folder), dtype="float32")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        adapter = ADAPTERS.build(method, **OPTIONS.get(method, {}))
        peft_model = get_peft_model(model, adapter.peft_config(model))
        losses = fit(peft_model, load_tokenizer(str(folder)))
    assert losses[-1] < losses[0]
    return peft_model


def weights(model: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def logits(model: Any, tokenizer: Any) -> torch.Tensor:
    ids = tokenizer("The patient denies chest pain", return_tensors="pt").input_ids
    with torch.inference_mode():
        found: torch.Tensor = model(ids).logits
    return found[:, -ids.shape[1] :]


@pytest.mark.parametrize(("shape", "method"), PAIRS)
def test_an_adapter_lives_through_save_and_load(
    checkpoint: Checkpoint, tmp_path: Path, shape: str, method: str
) -> None:
    """Fit, save, load: the same logits, the base as it was, and a text that padding and company do not change."""
    folder = checkpoint(shape)
    peft_model = fitted(folder, method)
    save_adapter(peft_model, tmp_path / "adapter", {"method": method})
    writes = TransformersBackbone(model=str(folder), dtype="float32", chat=False)
    before, plain = weights(writes._model), writes(PROMPTS, [1, 2])
    expected = logits(peft_model, writes._tokenizer)
    loaded = load_adapter(writes._model, str(tmp_path / "adapter"))
    assert torch.allclose(logits(loaded, writes._tokenizer), expected, atol=1e-5)

    adapted = [
        Prompt(text=p.text, max_new_tokens=10, temperature=0.0, adapter=str(tmp_path / "adapter")) for p in PROMPTS
    ]
    mixed = writes([adapted[0], PROMPTS[1], adapted[1], PROMPTS[0]], [1, 2, 3, 4])
    assert [mixed[3], mixed[1]] == plain
    assert [writes([prompt], [1])[0] for prompt in adapted] == [mixed[0], mixed[2]]
    assert [g.text for g in mixed[:3:2]] != [g.text for g in plain]
    assert same(weights(writes._model), before)
    assert same(weights(load_model(str(folder), dtype="float32")), before)


@pytest.mark.parametrize(("shape", "method"), [pair for pair in PAIRS if pair[1] not in SOFT])
def test_merging_keeps_the_model(checkpoint: Checkpoint, tmp_path: Path, shape: str, method: str) -> None:
    """A merged model is a plain one on disk: the logits and texts of the adapted one, without PEFT."""
    folder, adapter, out = checkpoint(shape), str(tmp_path / "adapter"), tmp_path / "merged"
    peft_model = fitted(folder, method)
    save_adapter(peft_model, adapter, {})
    merge_adapter(folder, adapter, out)
    tokenizer = load_tokenizer(str(out))
    expected = logits(peft_model, tokenizer)
    assert torch.allclose(logits(load_model(str(out), dtype="float32"), tokenizer), expected, atol=1e-3, rtol=1e-3)
    assert not (out / "adapter_config.json").exists()

    by_adapter = TransformersBackbone(model=str(folder), dtype="float32", adapter=adapter)(PROMPTS, [1, 2])
    assert TransformersBackbone(model=str(out), dtype="float32")(PROMPTS, [1, 2]) == by_adapter
    assert (
        TransformersBackbone(model=str(folder), dtype="float32", adapter=adapter, merge=True)(PROMPTS, [1, 2])
        == by_adapter
    )


@pytest.mark.parametrize("method", SOFT)
def test_soft_prompts_cannot_be_merged(checkpoint: Checkpoint, tmp_path: Path, method: str) -> None:
    """What is not in the weights cannot be added to them: said as an error of configuration, and nothing is written."""
    save_adapter(fitted(checkpoint("llama"), method), tmp_path / "adapter", {})
    with pytest.raises(ConfigError, match="cannot be merged"):
        merge_adapter(checkpoint("llama"), tmp_path / "adapter", tmp_path / "merged")
    with pytest.raises(ConfigError, match="cannot be merged"):
        merged(load_model(str(checkpoint("llama"))), str(tmp_path / "adapter"))
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


@pytest.mark.parametrize("method", SOFT)
def test_a_soft_prompt_counts_against_the_context(checkpoint: Checkpoint, tmp_path: Path, method: str) -> None:
    """Virtual tokens take room, and a text may fill what is left."""
    save_adapter(fitted(checkpoint("llama"), method), tmp_path / "adapter", {})
    writes = TransformersBackbone(model=str(checkpoint("llama")), adapter=str(tmp_path / "adapter"))
    room = 128 - 3 - len(writes._tokens(PROMPTS[0]))
    assert writes([Prompt(text=PROMPTS[0].text, max_new_tokens=room)], [1])
    with pytest.raises(ConfigError, match="do not fit the 125 tokens"):
        writes([Prompt(text=PROMPTS[0].text, max_new_tokens=room + 1)], [1])


def test_prompt_tuning_begins_from_a_text(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """The first embeddings are those of the given text, and no path of this machine is saved."""
    from peft import get_peft_model

    model = load_model(str(checkpoint("llama")), dtype="float32")
    adapter = ADAPTERS.build("prompt", n_tokens=4, init_text="chest pain")
    peft_model = get_peft_model(model, adapter.peft_config(model))
    ids = load_tokenizer(str(checkpoint("llama")))("chest pain").input_ids
    words = model.get_input_embeddings().weight
    start = peft_model.prompt_encoder["default"].embedding.weight
    assert torch.equal(start, words[torch.tensor((ids * 4)[:4])])
    save_adapter(peft_model, tmp_path / "adapter", {})
    assert str(checkpoint("llama").parent) not in (tmp_path / "adapter" / "adapter_config.json").read_text()


def test_the_hash_is_of_the_weights_and_not_of_the_place(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """The same adapter saved elsewhere with another card has the same hash; another adapter has another."""
    peft_model = fitted(checkpoint("llama"), "lora")
    first = save_adapter(peft_model, tmp_path / "one", {"n": 1})
    assert save_adapter(peft_model, tmp_path / "two", {"n": 2}) == first == adapter_hash(tmp_path / "one")
    fit(peft_model, load_tokenizer(str(checkpoint("llama"))), steps=1)
    assert save_adapter(peft_model, tmp_path / "one", {"n": 1}) != first
