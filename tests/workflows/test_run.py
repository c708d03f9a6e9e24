"""A run, whole, interrupted, and on more than one worker."""

import json
import shlex
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clinsynth.config import Component
from clinsynth.errors import ConfigError, OutputError
from clinsynth.workflows.run import run
from clinsynth.workflows.stages import label

CONFIG = """
name: small
seed: 11
plan: {n_cases: 8}
writing: {attempts: 2, batch_size: 4}
backbone: {name: scripted, echo: true}
checks: [{name: form}, {name: phi}, {name: facts}]
measures: [{name: coverage}]
shard_size: 2
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "small.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="module")
def whole(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    run(config, out)
    return out


def corpus(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "corpus").iterdir())}


def test_a_run_leaves_everything_it_promises(whole: Path) -> None:
    """Corpus, findings, what was rejected, report with its twin, card and resolved configuration."""
    for name in ("findings.jsonl", "report.html", "report.json", "README.md", "run.yaml"):
        assert (whole / name).stat().st_size >= 0
    rows = [row for path in sorted((whole / "corpus").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    exhausted = (whole / "rejected" / "exhausted.jsonl").read_text().splitlines()
    assert len(rows) + len(exhausted) == 8
    assert rows, "nothing was accepted: the test says little"
    for row in rows:
        for fact in row["facts"]:
            for span in fact["spans"]:
                assert row["text"][span["start"] : span["end"]].strip()
        assert row["provenance"]["template_hash"]


def test_the_corpus_loads_with_datasets(whole: Path) -> None:
    """A user of `datasets` reads the corpus with one line."""
    from datasets import load_dataset

    loaded = load_dataset("parquet", data_dir=str(whole / "corpus"), cache_dir=str(whole.parent / "cache"))["train"]
    assert {"id", "text", "note_type", "specialty", "attributes", "facts", "provenance"} <= set(loaded.column_names)


def test_findings_point_into_the_notes_of_the_corpus(whole: Path) -> None:
    """Every finding names a note that was kept, and a place inside it or the whole of it."""
    texts = {
        row["id"]: row["text"]
        for path in (whole / "corpus").glob("*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    for line in (whole / "findings.jsonl").read_text().splitlines():
        finding = json.loads(line)
        assert 0 <= finding["score"] <= 1
        assert (finding["start"] is None) == (finding["end"] is None)
        if finding["start"] is not None:
            assert 0 <= finding["start"] < finding["end"] <= len(texts[finding["note_id"]])


@pytest.mark.parametrize("line", ["write, attempt 1: 1/", "check, attempt 1: 3/"])
def test_a_killed_run_goes_on_to_the_same_bytes(config: Path, whole: Path, tmp_path: Path, line: str) -> None:
    """Killed after the first and before the last shard, then started again: the corpus is byte for byte the same."""
    command = [sys.executable, "-m", "clinsynth", "run", str(config), "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for shown in process.stderr:
            if shown.startswith(line):
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "report.html").exists()
    subprocess.run(command, check=True, capture_output=True)
    assert corpus(tmp_path / "out") == corpus(whole)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_in_one_line(config: Path, tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C and a signal to end put away what is half-written, and say how to go on."""
    # Enough cases that the signal comes before the end.
    command = [sys.executable, "-m", "clinsynth", "run", str(config), "--out", str(tmp_path / "out")]
    command += ["--set", "plan.n_cases=200"]
    # A test run that was started in the background ignores Ctrl-C, and its children would too.
    heard = partial(signal.signal, how, signal.SIG_DFL)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as process:  # noqa: PLW1509 - no threads here
        assert process.stderr is not None
        while not process.stderr.readline().startswith("check, attempt 1: 1/"):
            assert process.poll() is None
        process.send_signal(how)
        shown = [line for line in process.stderr if not line.startswith("check, attempt")]
    assert process.returncode == 128 + how
    assert len(shown) == 1
    assert "run the same command again" in shown[0]
    assert not list(tmp_path.rglob("*.part"))


def test_the_work_folder_is_not_needed_when_the_run_is_done(config: Path, whole: Path, tmp_path: Path) -> None:
    """Without it the same command makes the same corpus again; a record that is not ours is refused."""
    shutil.copytree(whole, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "work")
    run(config, tmp_path / "out")
    assert corpus(tmp_path / "out") == corpus(whole)
    (tmp_path / "out" / "run.yaml").write_text("mine")
    with pytest.raises(OutputError, match="not what clinsynth writes"):
        run(config, tmp_path / "out")


def test_the_card_and_the_record_repeat_a_run(config: Path, tmp_path: Path) -> None:
    """The command of the card, and the configuration as resolved, each make the same corpus again."""
    run(config, tmp_path / "out", limit=3, settings=["seed=5", "writing={temperature: 0.5, attempts: 2}"])
    card = (tmp_path / "out" / "README.md").read_text()
    command = next(line for line in card.splitlines() if line.startswith("clinsynth run"))
    (tmp_path / "again").mkdir()
    arguments = [sys.executable, "-m", *shlex.split(command)]
    subprocess.run(arguments, cwd=tmp_path / "again", check=True, capture_output=True)
    run(tmp_path / "out" / "run.yaml", tmp_path / "recorded")
    assert corpus(tmp_path / "again" / "out") == corpus(tmp_path / "recorded") == corpus(tmp_path / "out")


def test_a_folder_that_was_only_begun_is_gone_on_with(config: Path, whole: Path, tmp_path: Path) -> None:
    """Killed while the very first file was written, a run can be started again."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".run.yaml.x1y2.part").write_text("name:")
    run(config, tmp_path / "out")
    assert corpus(tmp_path / "out") == corpus(whole)


def test_overlap_without_a_reference_is_refused(config: Path, tmp_path: Path) -> None:
    """A check that would compare with nothing is not taken for one that found nothing."""
    with pytest.raises(ConfigError, match="reference"):
        run(config, tmp_path / "out", settings=["checks=[{name: overlap}]"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("model", ["/home/me/models/biogpt", "microsoft/biogpt"])
def test_provenance_names_the_model_and_no_place(model: str) -> None:
    """A corpus is passed on: it says what wrote it, not where that lay."""
    named = label(Component.model_validate({"name": "transformers", "model": model}))
    assert named == f"transformers(model={model.removeprefix('/home/me/models/')})"


def test_the_number_of_workers_changes_nothing(config: Path, whole: Path, tmp_path: Path) -> None:
    """Two processes write the same bytes as one."""
    run(config, tmp_path / "out", workers=2)
    assert corpus(tmp_path / "out") == corpus(whole)


def test_a_finished_run_is_not_written_again(config: Path, whole: Path) -> None:
    """The same command on a finished folder leaves the shards as they are."""
    before = {path: path.stat().st_mtime_ns for path in (whole / "work").rglob("*.jsonl")}
    run(config, whole)
    assert before == {path: path.stat().st_mtime_ns for path in (whole / "work").rglob("*.jsonl")}


def test_a_folder_of_another_configuration_is_refused(config: Path, whole: Path, tmp_path: Path) -> None:
    """Resuming needs the same configuration; the first difference is named. Strange folders are left alone."""
    with pytest.raises(OutputError, match="seed was 11 and is 12"):
        run(config, whole, settings=["seed=12"])
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds other files"):
        run(config, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".lock"] == ["mine.txt"]


def test_a_run_that_keeps_nothing_still_leaves_a_corpus_that_loads(config: Path, tmp_path: Path) -> None:
    """Where every note is rejected, the corpus is there and empty, and the report does not call it a pass."""
    result = run(config, tmp_path / "out", limit=2, settings=["backbone={name: scripted, responses: ['Text:']}"])
    assert result.n_accepted == 0
    assert pq.read_table(tmp_path / "out" / "corpus").num_rows == 0
    assert result.summary.lines[0].verdict == "warn"
