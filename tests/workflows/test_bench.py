"""`clinsynth bench` from files to results."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from examples import questions, relations, saved

from clinsynth.config import Config
from clinsynth.data import data_root
from clinsynth.errors import ClinsynthError, InputError, OutputError
from clinsynth.workflows.bench import BenchResult, bench
from clinsynth.workflows.progress import silent
from clinsynth.workflows.run_bench import run_benches

DDI = data_root() / "relations/ddi-2013/DDICorpus-2013.zip"
PUBMEDQA = data_root() / "questions/pubmedqa/ori_pqal.json"


def _bench(tmp_path: Path, name: str = "out", n_real: int | None = None) -> BenchResult:
    synthetic = [*relations(30, start=300, prefix="s"), replace(relations(9)[3], id="leak")]
    return bench(
        "relations",
        tmp_path / name,
        real=saved(tmp_path, "real.jsonl", relations(24, start=100)),
        test=saved(tmp_path, "test.jsonl", relations(30, prefix="t")),
        synthetic=[saved(tmp_path, "synthetic.jsonl", synthetic)],
        seeds=2,
        n_real=n_real,
    )


def test_a_benchmark_writes_all_it_found(tmp_path: Path) -> None:
    """Rows for every setting and seed, the contrasts, tables, predictions and what each model saw."""
    result = _bench(tmp_path)
    found = json.loads((tmp_path / "out/results.json").read_text())
    assert {(row["setting"], row["seed"]) for row in found["rows"]} == {
        ("majority", None),
        ("majority", 0),
        *((name, seed) for name in ("real", "synthetic", "both", "real + copies") for seed in (None, 0, 1)),
    }
    assert all(row["low"] <= row["value"] <= row["high"] and row["n"] == 30 for row in found["rows"])
    assert [(c["first"], c["second"]) for c in found["contrasts"]][:3] == [
        ("both", "real"),
        ("both", "real + copies"),
        ("synthetic", "majority"),
    ]
    assert found["guard"] == {"kept": 30, "dropped": {"repeats-test": 1}}
    assert "| both | linear | micro_f1 |" in (tmp_path / "out/tables.md").read_text()
    assert "| both | linear | micro_f1 |" in str(result)


def test_predictions_hold_no_text(tmp_path: Path) -> None:
    """Ids and labels of every test example, nothing else; scores follow from them."""
    _bench(tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "out/predictions.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"t{i}" for i in range(30)]
    assert all(row.keys() == {"id", "gold", "predicted"} for row in rows)
    assert all(len(row["predicted"]) == 9 for row in rows)
    assert "bleeding" not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_a_benchmark_repeats(tmp_path: Path) -> None:
    """The same files and seed give the same bytes."""
    _bench(tmp_path, "a", n_real=4)
    _bench(tmp_path, "b", n_real=4)
    for name in ("results.json", "tables.md", "predictions.jsonl", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_cap_limits_real_examples_only(tmp_path: Path) -> None:
    """With four of each label, real has 12 rows and both has these and all synthetic ones."""
    found = {row.setting: row.n_train for row in _bench(tmp_path, n_real=4).rows}
    assert found == {"majority": 12, "real": 12, "synthetic": 30, "both": 42, "real + copies": 42}


def test_synthetic_alone_is_measured_against_the_majority(tmp_path: Path) -> None:
    """Without real examples the labels are those of the test file."""
    test = saved(tmp_path, "test.jsonl", questions(20, prefix="t"))
    made = saved(tmp_path, "made.jsonl", questions(20, start=100, prefix="s"))
    result = bench("questions", tmp_path / "out", test=test, synthetic=[made], seeds=1)
    assert {row.setting for row in result.rows} == {"majority", "synthetic"}
    assert {row.metric for row in result.rows} == {"accuracy", "macro_f1"}


def test_what_is_missing_or_wrong_is_said(tmp_path: Path) -> None:
    """No test file, nothing to train on, a label that the task does not have, a learner or a task that is not there."""
    test = saved(tmp_path, "test.jsonl", relations(6))
    odd = saved(tmp_path, "odd.jsonl", [replace(relations(1, start=50)[0], label="efect")])
    for problem, options in {
        "--test FILE": {"task": "relations"},
        "nothing to train on": {"task": "relations", "test": test},
        'did you mean "effect"': {"task": "relations", "test": test, "real": test, "synthetic": [odd]},
        'no "linaer"': {"task": "relations", "test": test, "real": test, "learner": "linaer"},
        'no "ddo"': {"task": "ddo"},
    }.items():
        with pytest.raises(ClinsynthError, match=problem):
            bench(out=tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(InputError, match=r"gone\.jsonl"):
        bench("relations", tmp_path / "out", test=tmp_path / "gone.jsonl")


def test_a_folder_is_for_one_benchmark(tmp_path: Path) -> None:
    """The same again is fine; another, a folder of other files, or a file is refused before a model is trained."""
    _bench(tmp_path)
    before = (tmp_path / "out/results.json").read_bytes()
    _bench(tmp_path)
    with pytest.raises(OutputError, match="holds a benchmark with another n_real"):
        _bench(tmp_path, n_real=4)
    assert (tmp_path / "out/results.json").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("keep")
    (tmp_path / "file").write_text("keep")
    real, test = saved(tmp_path, "real.jsonl", relations(9)), saved(tmp_path, "test.jsonl", relations(9, prefix="t"))

    def trained(stage: str, done: int, total: int) -> None:
        pytest.fail("a model was trained")

    for name, words in (
        ("mine", r"holds other files \(thesis"),
        ("file", "is a file"),
        ("out", "another real examples"),
    ):
        n_real = None if name == "out" else 4
        with pytest.raises(OutputError, match=words):
            bench("relations", tmp_path / name, real=real, test=test, seeds=2, n_real=n_real, progress=trained)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_benchmark_of_a_run_lies_beside_its_examples(tmp_path: Path) -> None:
    """Examples and results each have a folder of their own, and the same run again finds both."""
    content = {
        "name": "ask",
        "examples": {
            "task": "relations",
            "real": str(saved(tmp_path, "real.jsonl", relations(24, start=100))),
            "test": str(saved(tmp_path, "test.jsonl", relations(9, prefix="t"))),
            "per_class": 1,
        },
        "writing": {"attempts": 1},
    }
    (tmp_path / "ask.yaml").write_text(yaml.safe_dump(content))
    config = Config.model_validate(
        {
            "name": "run",
            "backbone": {"name": "scripted", "responses": ["The drug ENTA raised the level of ENTB by a third."]},
            "bench": [{"examples": str(tmp_path / "ask.yaml"), "seeds": 1}],
        }
    )
    for _ in range(2):
        (made,) = run_benches(config, tmp_path / "out", workers=None, progress=silent)
        assert made.rows
    assert {path.name for path in (tmp_path / "out/bench/ask").iterdir()} == {"examples", "results"}
    assert (tmp_path / "out/bench/ask/results/results.json").is_file()


@pytest.mark.slow
@pytest.mark.skipif(not DDI.exists(), reason="DDI-2013 is not in the data folder")
def test_ddi_with_a_linear_learner_is_where_linear_learners_are(tmp_path: Path) -> None:
    """At 200 examples of a label, micro-F1 on the official test split is far above chance."""
    result = bench("ddi", tmp_path / "out", seeds=1, n_real=200)
    (row,) = [row for row in result.rows if row.setting == "real" and row.seed is None]
    assert row.estimate.n == 5716
    assert 0.3 < row.estimate.value < 0.7


@pytest.mark.slow
@pytest.mark.skipif(not PUBMEDQA.exists(), reason="PubMedQA is not in the data folder")
def test_pubmedqa_majority_is_its_published_accuracy(tmp_path: Path) -> None:
    """The most frequent answer of the training half is right on 55.2 % of the official 500."""
    result = bench("pubmedqa", tmp_path / "out", seeds=1)
    values = {(row.setting, row.metric): row.estimate.value for row in result.rows if row.seed is None}
    assert values["majority", "accuracy"] == pytest.approx(0.552)
    assert 0.5 < values["real", "accuracy"] < 0.65
