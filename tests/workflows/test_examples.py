"""`clinsynth examples` from a configuration to a file that bench reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from examples import questions, relations, saved
from typer.testing import CliRunner

from clinsynth.cli import app
from clinsynth.data.examples import read_examples
from clinsynth.errors import ConfigError, OutputError
from clinsynth.workflows.bench import bench
from clinsynth.workflows.examples import ExamplesResult, examples

SCRIPT = (
    "In the trial ENTA did raise the level of ENTB by a third.",
    "Watch for bleeding when ENTA is given along with ENTB in the old.",
    "ENTA alone was given to all of them.",
    "ENTA ENTB.",
)


def _config(folder: Path, **parts: Any) -> Path:
    real, test = saved(folder, "real.jsonl", relations(12)), saved(folder, "test.jsonl", relations(9, start=50))
    content: dict[str, Any] = {
        "name": "test",
        "backbone": {"name": "scripted", "responses": list(SCRIPT)},
        "examples": {"task": "relations", "real": str(real), "test": str(test), "per_class": 6},
        "shard_size": 4,
        "writing": {"attempts": 3},
    }
    for name, part in parts.items():
        content[name] = content.get(name, {}) | part
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def _bytes(result: ExamplesResult) -> dict[str, bytes]:
    names = ("examples.jsonl", "rejected.jsonl", "results.json", "examples/00000.parquet")
    return {name: (result.out / name).read_bytes() for name in names}


def test_examples_are_written_counted_and_read_by_bench(tmp_path: Path) -> None:
    """Every request is kept once or listed as rejected at each attempt; bench reads the file."""
    result = examples(_config(tmp_path), tmp_path / "out")
    made = list(read_examples(result.file, "relations"))
    rejected = [json.loads(line) for line in (tmp_path / "out/rejected.jsonl").read_text().splitlines()]
    assert result.n_requests == 18
    assert sum(result.kept.values()) == len(made) == len({example.id for example in made}) > 0
    assert sum(result.reasons.values()) == len(rejected)
    assert {row["reason"] for row in rejected} <= {"tail-missing", "too-short", "duplicate"}
    exhausted = {row["id"] for row in rejected if row["attempt"] == 2}
    assert len(exhausted) + len(made) == 18
    assert pq.read_table(tmp_path / "out/examples/00000.parquet").num_rows == len(made)
    found = bench("relations", tmp_path / "b", test=tmp_path / "test.jsonl", synthetic=[result.out], seeds=1)
    assert {row.n_train for row in found.rows} == {len(made)}


def test_rejections_and_records_hold_no_text(tmp_path: Path) -> None:
    """What was rejected is listed by id and code, and the result's repr tells nothing that was written."""
    result = examples(_config(tmp_path), tmp_path / "out")
    shown = [repr(result), str(result), *((tmp_path / "out" / n).read_text() for n in ("rejected.jsonl", "README.md"))]
    assert not any("bleeding" in text or "raise the level" in text for text in shown)


def test_an_interrupted_run_and_more_workers_give_the_same(tmp_path: Path) -> None:
    """Shards that are missing are written again; the files are the same, byte for byte."""
    config = _config(tmp_path)
    whole = _bytes(examples(config, tmp_path / "a"))
    again = examples(config, tmp_path / "b")
    for path in [*(again.out / "work").rglob("outcomes/00001.jsonl"), again.file, again.out / "results.json"]:
        path.unlink()
    assert _bytes(examples(config, tmp_path / "b")) == whole


@pytest.mark.slow
def test_another_number_of_workers_gives_the_same(tmp_path: Path) -> None:
    """Two processes write what one writes."""
    config = _config(tmp_path)
    one, two = (examples(config, tmp_path / str(n), workers=n, limit=9) for n in (1, 2))
    assert _bytes(one) == _bytes(two)


def test_another_limit_is_another_set(tmp_path: Path) -> None:
    """A folder begun with one number of examples is not gone on with for another."""
    config = _config(tmp_path)
    assert examples(config, tmp_path / "out", limit=3).n_requests == 3
    with pytest.raises(OutputError, match=r"examples.limit was 3 and is 4"):
        examples(config, tmp_path / "out", limit=4)


def test_test_and_real_examples_are_not_written_again(tmp_path: Path) -> None:
    """A backbone that recites a test example, or a real one, gains nothing."""
    recited = relations(51)[50], relations(2)[1]
    config = _config(
        tmp_path,
        backbone={"responses": [e.text for e in recited]},
        examples={"method": {"name": "class_conditional"}},
        writing={"attempts": 1},
    )
    result = examples(config, tmp_path / "out", settings=["ontology=core"])
    assert sum(result.kept.values()) == 0
    assert set(result.reasons) <= {"repeats-test", "repeats-real", "duplicate", "no-pair"}
    assert {"repeats-test", "repeats-real"} <= set(result.reasons)


def test_labels_that_a_learner_disputes_are_dropped(tmp_path: Path) -> None:
    """With agreement, every kept example has the label that the real examples teach."""
    pattern = "In bababa the drug ENTA may enhance the dedede bleeding risk of ENTB among fififi."
    parts = {"backbone": {"responses": [pattern]}, "writing": {"attempts": 1}}
    config = _config(tmp_path, **parts, examples={"agreement": {"name": "linear"}, "k_real": None})
    result = examples(config, tmp_path / "out")
    assert {label for label, n in result.kept.items() if n} == {"effect"}
    assert result.reasons["label-disagrees"] >= 10


def test_questions_are_asked_about_real_contexts(tmp_path: Path) -> None:
    """A written question keeps the context it was asked about, and the label that was asked for."""
    real, test = saved(tmp_path, "q.jsonl", questions(8)), saved(tmp_path, "qt.jsonl", questions(4, start=70))
    part = {"task": "questions", "real": str(real), "test": str(test), "per_class": 3}
    responses = {"responses": ["Does giving this treatment help?", "no question at all", "Would others gain from it?"]}
    result = examples(_config(tmp_path, examples=part, backbone=responses), tmp_path / "out")
    made = list(read_examples(result.file, "questions"))
    assert made
    assert {example.text for example in made} <= {example.text for example in questions(8)}


@pytest.mark.slow
def test_an_adapter_is_fitted_to_the_real_examples_and_used(tmp_path: Path, checkpoint: Callable[[str], Path]) -> None:
    """With adapt, a LoRA is fitted first; a second run finds it and gives the same."""
    parts = {
        "backbone": {"name": "transformers", "model": str(checkpoint("llama"))},
        "examples": {"adapt": True, "per_class": 1},
        "adapt": {"epochs": 1, "batch_size": 4, "context": 96},
        "writing": {"attempts": 1, "max_new_tokens": 8},
    }
    config = _config(tmp_path, **parts)
    content = yaml.safe_load(config.read_text())
    del content["backbone"]["responses"]
    config.write_text(yaml.safe_dump(content))
    first = examples(config, tmp_path / "out")
    adapter = tmp_path / "out/adapter/adapter_model.safetensors"
    weights = adapter.read_bytes()
    assert json.loads((tmp_path / "out/results.json").read_text())["adapter_hash"]
    before = _bytes_of(first)
    assert _bytes_of(examples(config, tmp_path / "out")) == before
    assert adapter.read_bytes() == weights


def _bytes_of(result: ExamplesResult) -> list[bytes]:
    return [(result.out / name).read_bytes() for name in ("examples.jsonl", "rejected.jsonl", "results.json")]


def test_leave_to_fetch_a_model_reaches_the_backbone(tmp_path: Path) -> None:
    """A backbone that fetches nothing says that it has no use for --allow-download."""
    arguments = ["examples", str(_config(tmp_path)), "--out", str(tmp_path / "out"), "--allow-download"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, ConfigError)
    assert "allow_download" in str(done.exception)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """No examples section, or an adapter or agreement without real examples, is one line."""
    config = _config(tmp_path)
    bare = tmp_path / "bare.yaml"
    bare.write_text("name: bare\n")
    with pytest.raises(ConfigError, match='needs "examples:"'):
        examples(bare, tmp_path / "out")
    for setting in ("examples.adapt=true", "examples.agreement={name: linear}"):
        with pytest.raises(ConfigError, match=r"there are none; give"):
            examples(
                config,
                tmp_path / setting[9:14],
                settings=[setting, "examples.real=null", "examples.method={name: class_conditional}"],
            )
