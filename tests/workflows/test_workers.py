"""How many workers there are: as asked for, else as configured, else one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples import relations, saved
from typer.testing import CliRunner

from clinsynth.cli import app
from clinsynth.engines import Job, Shard
from clinsynth.engines.local import LocalEngine


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The workers of each engine that was called; the work is done in this process."""
    workers: list[int] = []

    def here(engine: LocalEngine, job: Job, shards: Sequence[Shard]) -> Iterator[Shard]:
        workers.append(engine.workers)
        return work(LocalEngine(), job, shards)

    work = LocalEngine.__call__
    monkeypatch.setattr(LocalEngine, "__call__", here)
    return workers


def configuration(folder: Path, command: str, engine: dict[str, Any]) -> Path:
    content: dict[str, Any] = {"name": "small", "engine": engine, "writing": {"attempts": 1}, "measures": []}
    if command == "run":
        content |= {"plan": {"n_cases": 1}, "checks": [{"name": "form"}]}
        content |= {"backbone": {"name": "scripted", "echo": True}}
    else:
        files = {"real": saved(folder, "real.jsonl", relations(6)), "test": saved(folder, "test.jsonl", relations(6))}
        content |= {
            "examples": {"task": "relations", "per_class": 1} | {name: str(file) for name, file in files.items()}
        }
        content |= {"backbone": {"name": "scripted", "responses": ["ENTA raised the level of ENTB by a third."]}}
    (folder / "small.yaml").write_text(yaml.safe_dump(content))
    return folder / "small.yaml"


@pytest.mark.parametrize("command", ["run", "examples"])
@pytest.mark.parametrize(
    "case",
    [({}, [], 1), ({"workers": 3}, [], 3), ({"workers": 3}, ["--workers", "2"], 2), ({}, ["--workers", "2"], 2)],
)
def test_the_command_line_wins_over_the_configuration(
    tmp_path: Path, seen: list[int], command: str, case: tuple[dict[str, Any], list[str], int]
) -> None:
    """What is asked for on the command line counts, else what is configured, else one worker."""
    engine, options, expected = case
    config = configuration(tmp_path, command, engine)
    done = CliRunner().invoke(app, [command, str(config), "--out", str(tmp_path / "out"), *options])
    assert done.exit_code == 0, done.exception
    assert set(seen) == {expected}
