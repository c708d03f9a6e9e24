"""The command line: what can be broken gives one line and exit code 2, and leaves nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "Zyxwvut Qponmlk"  # noqa: S105 - stands for the text of a note


def clinsynth(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "clinsynth", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | (env or {}),
    )


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    for word in words:
        assert word in done.stderr


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_help_lists_every_command(tmp_path: Path) -> None:
    """Each command of the manual is there."""
    done = clinsynth("--help", cwd=tmp_path)
    assert done.returncode == 0
    for name in ("run", "preview", "pretrain", "adapt", "audit", "examples", "bench", "data", "models", "doctor"):
        assert name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "no.yaml", "--out", "out"], ["no.yaml does not exist"]),
        (["run", "demo.yaml", "--out", "out", "--set", "writing.temprature=1"], ["temprature", "temperature"]),
        (["run", "demo.yaml", "--out", "out", "--set", "backbone.name=embeded"], ["embeded", "embedded"]),
        (
            [
                "run",
                "demo.yaml",
                "--out",
                "out",
                "--set",
                "backbone={name: transformers, model: ./no-model}",
                "--set",
                "adapt=null",
            ],
            ["no-model"],
        ),
        (["audit", "none.jsonl", "--out", "out"], ["none.jsonl", "does not exist"]),
        (["bench", "dii", "--out", "out"], ["dii", "ddi"]),
        (["data", "show", "mtsample"], ["mtsample", "mtsamples"]),
        (["models", "show", "ln"], ["ln"]),
        (["models", "train", "encodr", "--out", "out"], ["encodr", "encoder"]),
        (["models", "train", "lm", "--out", "out", "--set", "pretrain.heads=0"], ["pretrain.heads", "pretrain.yaml"]),
        (["models", "train", "names", "--out", "out", "--set", "names.width=32"], ["letters_width", "larger"]),
    ],
)
def test_a_wrong_word_is_answered_in_one_line(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    """A misspelt key, component, model, file, task or data set is named, with what to do."""
    assert_one_clear_line(clinsynth(*arguments, cwd=tmp_path), *words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jsonl", b"", ["empty.jsonl"]),
        ("field.jsonl", b'{"id": "1", "txt": "Zyxwvut Qponmlk"}\n', ["field.jsonl:1", "text"]),
        ("utf8.jsonl", b'{"id": "1", "text": "Zyxwvut Qponmlk \xff"}\n', ["utf8.jsonl:1", "UTF-8"]),
        ("long.jsonl", b'{"id": "1", "text": "' + b"Zyxwvut Qponmlk " * 3_300_000 + b'"}\n', ["long.jsonl:1"]),
        ("json.jsonl", b'{"id": "1", "text": "Zyxwvut Qponmlk\n', ["json.jsonl:1"]),
        ("twice.jsonl", b'{"id": "1", "text": "x y"}\n{"id": "1", "text": "x y"}\n', ["twice.jsonl:2"]),
        ("field.csv", b"id,txt\n1,Zyxwvut Qponmlk\n", ["field.csv", "text"]),
        ("not.parquet", b"Zyxwvut Qponmlk", ["not.parquet"]),
        ("notes.docx", b"Zyxwvut Qponmlk", ["notes.docx"]),
    ],
)  # fmt: skip
def test_broken_input_is_named_by_file_and_line(tmp_path: Path, name: str, content: bytes, words: list[str]) -> None:
    """File, line and fault; nothing of the text, and no results that look complete."""
    (tmp_path / name).write_bytes(content)
    assert_one_clear_line(clinsynth("audit", name, "--out", "out", "--checks", "form", cwd=tmp_path), *words)
    assert not list(tmp_path.glob("out/*.html"))
    assert not list(tmp_path.glob("out/findings.jsonl"))


@pytest.mark.slow
def test_gates_decide_the_exit_code(tmp_path: Path) -> None:
    """A gate that is met gives 0, one that is not gives 1; a code that no check knows gives 2."""
    lines(tmp_path / "notes.jsonl", {"id": "1", "text": "Seen in clinic. MRN: 00123456. Back in two weeks."})
    audit = ("audit", "notes.jsonl", "--checks", "phi")
    assert clinsynth(*audit, "--out", "a", "--fail-on", "phi/email", cwd=tmp_path).returncode == 0
    assert clinsynth(*audit, "--out", "b", "--fail-on", "phi", cwd=tmp_path).returncode == 1
    assert clinsynth(*audit, "--out", "c", "--fail-on", "phi/mrn:0.01", cwd=tmp_path).returncode == 1
    assert_one_clear_line(clinsynth(*audit, "--out", "d", "--fail-on", "phi/mnr", cwd=tmp_path), "phi/mnr", "phi/mrn")
    written = b"".join(
        path.read_bytes() for folder in "abc" for path in (tmp_path / folder).rglob("*") if path.is_file()
    )
    assert b"00123456" not in written


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system is mounted, which only root may do")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """A disk that fills up in mid-run is named, and leaves nothing that looks complete."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let a small file system be mounted")
    try:
        done = clinsynth(
            "run", "demo.yaml", "--out", "small/out", "--set", "backbone={name: scripted, echo: true}",
            "--set", "adapt=null", "--set", "bench=[]", "--set", "reference=[]", "--set", "checks=[{name: form}]",
            cwd=tmp_path,
        )  # fmt: skip
        assert_one_clear_line(done, "disk is full")
        assert not list(small.rglob("*.part"))
        assert not (small / "out" / "report.html").exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_missing_data_says_how_to_get_it(tmp_path: Path) -> None:
    """Where a public data set is absent, one line says where it was looked for and where it comes from."""
    done = clinsynth("bench", "ddi", "--out", "out", cwd=tmp_path, env={"CLINSYNTH_DATA": str(tmp_path / "none")})
    assert_one_clear_line(done, "none", "DDICorpus")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["encoder", "entities"])
def test_a_model_is_not_trained_over_something_else(tmp_path: Path, name: str) -> None:
    """A folder that holds other files is left as it is, and one line says what to do."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    assert_one_clear_line(clinsynth("models", "train", name, "--out", "mine", cwd=tmp_path), "mine", "--out")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
