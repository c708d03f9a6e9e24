"""What a run reads is part of what it is: weights, adapters, notes and examples, by their content."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from examples import relations, saved

import clinsynth
from clinsynth.backbones.embedded import EmbeddedBackbone
from clinsynth.config import Config
from clinsynth.errors import OutputError
from clinsynth.storage import write_rows
from clinsynth.training.adapted import model_hash
from clinsynth.workflows.examples import examples
from clinsynth.workflows.inputs import run_inputs
from clinsynth.workflows.run import run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model, to be changed."""
    return Path(shutil.copytree(EmbeddedBackbone().folder, tmp_path / "model"))


@pytest.fixture
def config(tmp_path: Path, model: Path) -> Path:
    """Two cases that the copy writes, with a reference."""
    write_rows(tmp_path / "reference.jsonl", [{"id": "r", "text": "Seen for gout."}])
    content = {
        "name": "small",
        "plan": {"n_cases": 2},
        "writing": {"attempts": 1, "max_new_tokens": 4},
        "backbone": {"name": "transformers", "model": str(model)},
        "checks": [{"name": "overlap"}],
        "reference": [{"file": str(tmp_path / "reference.jsonl")}],
        "measures": [],
    }
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(content))
    return tmp_path / "small.yaml"


@contextmanager
def changed(path: Path) -> Iterator[None]:
    """Give a file another content that is as good as its own, for a while."""
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    yield
    path.write_bytes(content)


@pytest.mark.slow
def test_a_run_goes_on_with_the_same_weights_and_notes_only(config: Path, model: Path, tmp_path: Path) -> None:
    """Another backbone in the same folder, or another reference in the same file, is refused; provenance has a hash."""
    out = tmp_path / "out"
    run(config, out)
    before = pq.read_table(out / "corpus" / "00000.parquet").to_pylist()
    told = {pair["name"]: pair["value"] for pair in before[0]["provenance"]["versions"]}
    assert told["backbone weights"] == model_hash(str(model))
    assert str(tmp_path) not in (out / "work" / "inputs.yaml").read_text()
    shutil.rmtree(out / "work")
    run(config, out)
    assert pq.read_table(out / "corpus" / "00000.parquet").to_pylist() == before
    for file, words in (
        (model / "model.safetensors", "another backbone"),
        (tmp_path / "reference.jsonl", "another reference 1"),
    ):
        with changed(file), pytest.raises(OutputError, match=f"was begun with {words}.*choose another --out"):
            run(config, out)


def test_every_part_of_a_run_has_its_hash(tmp_path: Path, model: Path) -> None:
    """Each hash changes with its own file alone: weights, the model's configuration, adapters, notes to learn from."""
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA"}\n')
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    write_rows(tmp_path / "train.jsonl", [{"id": "t", "text": "Seen for gout."}])
    backbone = {"name": "transformers", "model": str(model), "adapter": str(adapter)}
    train = {"train": {"file": str(tmp_path / "train.jsonl")}}
    fitted = Config.model_validate({"name": "a", "backbone": backbone, "adapt": train})
    named = fitted.model_copy(update={"writing": fitted.writing.model_copy(update={"adapter": str(adapter)})})
    for config, file, names in (
        (fitted, model / "model.safetensors", {"backbone"}),
        (fitted, model / "config.json", {"backbone"}),
        (fitted, tmp_path / "train.jsonl", {"adapt.train"}),
        (fitted, adapter / "adapter_model.safetensors", {"adapter of the backbone"}),
        (named, adapter / "adapter_model.safetensors", {"adapter of the backbone", "adapter"}),
        (named, tmp_path / "train.jsonl", set()),
    ):
        before = run_inputs(config)
        with changed(file):
            after = run_inputs(config)
        assert {name for name in before if before[name] != after[name]} == names


def test_a_recognizer_is_part_of_a_run(tmp_path: Path) -> None:
    """Its hash changes with its files; a check that does without one has none."""
    folder = shutil.copytree(Path(clinsynth.__file__).parent / "embedded" / "names", tmp_path / "names")
    found = {
        names: run_inputs(Config.model_validate({"name": "a", "checks": [{"name": "phi", "names": names}]}))
        for names in (None, "embedded", str(folder))
    }
    assert "recognizer of phi" not in found[None]
    assert found["embedded"]["recognizer of phi"] == found[str(folder)]["recognizer of phi"]
    with changed(folder / "README.md"):
        again = run_inputs(Config.model_validate({"name": "a", "checks": [{"name": "phi", "names": str(folder)}]}))
    assert again["recognizer of phi"] != found["embedded"]["recognizer of phi"]


def test_examples_go_on_with_the_same_real_examples_only(tmp_path: Path) -> None:
    """Other real examples in the same file are refused, and named."""
    real, test = saved(tmp_path, "real.jsonl", relations(6)), saved(tmp_path, "test.jsonl", relations(6, start=50))
    content = {
        "name": "small",
        "backbone": {"name": "scripted", "responses": ["ENTA raised the level of ENTB by a third."]},
        "examples": {"task": "relations", "real": str(real), "test": str(test), "per_class": 1},
        "writing": {"attempts": 1},
    }
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(content))
    examples(tmp_path / "small.yaml", tmp_path / "out")
    saved(tmp_path, "real.jsonl", relations(6, start=80))
    with pytest.raises(OutputError, match=r"another examples\.real"):
        examples(tmp_path / "small.yaml", tmp_path / "out")
