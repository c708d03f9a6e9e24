import json
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from peft import get_peft_model
from shapes import SHAPES

from clinsynth.adapters import ADAPTERS
from clinsynth.adapters.layers import linear_layers
from clinsynth.adapters.loading import save_adapter
from clinsynth.checkpoints import check_is_adapter, load_adapter, load_model
from clinsynth.errors import ConfigError, InputError, MissingError, OutputError

Checkpoint = Callable[[str], Path]


def save_fresh(folder: Path, out: Path) -> None:
    model = load_model(str(folder))
    save_adapter(get_peft_model(model, ADAPTERS.build("lora", rank=2).peft_config(model)), out, {})


@pytest.mark.parametrize("shape", SHAPES)
def test_layers_are_found_whatever_the_shape(checkpoint: Checkpoint, shape: str) -> None:
    """Every block gives its layers, the output layer is left out, and (IA)3 finds keys, values and feed-forward."""
    model = load_model(str(checkpoint(shape)))
    layers = linear_layers(model)
    assert len(layers) % 2 == 0
    assert len(layers) >= 8
    assert not [name for name in layers if "lm_head" in name or "output_projection" in name]
    config = ADAPTERS.build("ia3").peft_config(model)
    changed = get_peft_model(model, config).targeted_module_names
    assert len(changed) == (4 if shape == "gpt2" else 6)


def test_an_unknown_layer_is_answered_with_the_nearest(checkpoint: Checkpoint) -> None:
    """A misspelt target is an error of configuration."""
    with pytest.raises(ConfigError, match='did you mean "q_proj"'):
        ADAPTERS.build("lora", target=["q_prj"]).peft_config(load_model(str(checkpoint("llama"))))


@pytest.mark.parametrize(
    ("method", "options"),
    [("lora", {"rank": 0}), ("lora", {"dropout": 1.0}), ("prefix", {"n_tokens": 0}), ("prompt", {"init_text": " "})],
)
def test_senseless_options_are_refused_at_once(method: str, options: dict[str, object]) -> None:
    """A method that could not be fitted is not built."""
    with pytest.raises(ConfigError, match=f"{method}: "):
        ADAPTERS.build(method, **options)


def test_an_adapter_is_loaded_without_a_warning(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """What peft and transformers have to settle between them is not told to the user."""
    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    model = load_model(str(checkpoint("llama")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_adapter(model, str(tmp_path / "adapter"))


def test_what_is_no_adapter_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """A missing folder, a folder without an adapter, pickled weights and a misfit each say what they are."""
    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    with pytest.raises(MissingError, match="no adapter folder"):
        check_is_adapter(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"no adapter_config\.json"):
        check_is_adapter(str(checkpoint("llama")))
    with pytest.raises(ConfigError, match="does not fit gpt2"):
        load_adapter(load_model(str(checkpoint("gpt2"))), str(tmp_path / "adapter"))
    with pytest.raises(InputError, match="is an adapter, not a model"):
        load_model(str(tmp_path / "adapter"))
    (tmp_path / "adapter" / "adapter_model.safetensors").rename(tmp_path / "adapter" / "adapter_model.bin")
    with pytest.raises(InputError, match="pickle"):
        check_is_adapter(str(tmp_path / "adapter"))


def test_an_incomplete_adapter_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """An adapter that lacks some of its weights is not filled up at random."""
    from safetensors.torch import load_file, save_file

    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    path = tmp_path / "adapter" / "adapter_model.safetensors"
    save_file(dict(list(load_file(path).items())[2:]), path)
    with pytest.raises(ConfigError, match="missing adapter keys"):
        load_adapter(load_model(str(checkpoint("llama"))), str(tmp_path / "adapter"))


def test_a_damaged_adapter_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """Weights that cannot be read are an error for the user, not a bug."""
    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"rubbish of some bytes")
    with pytest.raises(InputError, match="adapter is damaged"):
        load_adapter(load_model(str(checkpoint("llama"))), str(tmp_path / "adapter"))


def test_only_an_adapter_is_overwritten(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """A folder that holds something else is left as it is; no half-written folder stays behind."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something else"):
        save_fresh(checkpoint("llama"), tmp_path / "notes")
    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    save_fresh(checkpoint("llama"), tmp_path / "adapter")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "notes"]
    assert sorted(path.name for path in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.json",
    ]
    assert json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())["base_model_name_or_path"] == "llama"
