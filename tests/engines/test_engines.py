"""Contract of every engine, and what the local one does when a worker dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from clinsynth.engines import ENGINES, Job, Shard, Worker
from clinsynth.errors import ConfigError, InputError, ResourceError
from clinsynth.storage import read_rows, write_rows


def doubling(spec: Mapping[str, Any]) -> Worker:
    """Build a worker that doubles numbers, and counts how often it was called for a shard."""

    def work(shard: Shard) -> None:
        rows = [row for _, row in read_rows(shard.input)]
        if rows[0]["n"] == spec.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if rows[0]["n"] == spec.get("sleep_at"):
            shard.input.with_suffix(".pid.part").write_text(str(os.getpid()))
            shard.input.with_suffix(".pid.part").replace(shard.input.with_suffix(".pid"))
            time.sleep(60)
        if rows[0]["n"] == spec.get("fail_at"):
            raise InputError(f"{shard.input.name} is poisoned")
        with shard.input.with_suffix(".calls").open("a") as calls:
            calls.write("x")
        write_rows(shard.output, [{"n": row["n"] * spec["times"], "pid": os.getpid()} for row in rows])

    return work


def shards(folder: Path, n: int = 6) -> list[Shard]:
    for i in range(n):
        write_rows(folder / "in" / f"{i:05d}.jsonl", [{"n": i}])
    return [
        Shard(index=i, input=folder / "in" / f"{i:05d}.jsonl", output=folder / "out" / f"{i:05d}.jsonl")
        for i in range(n)
    ]


def job(**spec: int) -> Job:
    return Job(build=f"{__name__}:doubling", spec={"times": 2, **spec})


@pytest.fixture(params=[(name, workers) for name in ENGINES for workers in (1, 2)], ids=str)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    name, workers = request.param
    return ENGINES.build(name, workers=workers)


def test_every_shard_runs_once_and_a_second_run_does_what_is_missing(engine: Any, tmp_path: Path) -> None:
    """Outputs are right, nothing runs twice, and only what was lost is done again."""
    work = shards(tmp_path)
    assert sorted(shard.index for shard in engine(job(), work)) == list(range(6))
    work[2].output.unlink()
    assert sorted(shard.index for shard in engine(job(), work)) == list(range(6))
    assert [next(read_rows(shard.output))[1]["n"] for shard in work] == [0, 2, 4, 6, 8, 10]
    calls = [len(shard.input.with_suffix(".calls").read_text()) for shard in work]
    assert calls == [1, 1, 2, 1, 1, 1]


def test_what_a_worker_raises_is_raised(engine: Any, tmp_path: Path) -> None:
    """An error keeps its kind and message, and leaves no output for its shard."""
    work = shards(tmp_path)
    with pytest.raises(InputError, match="is poisoned"):
        list(engine(job(fail_at=3), work))
    assert not work[3].output.exists()


def test_a_killed_worker_is_an_error_and_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed from outside costs its shard; the run goes on from the others."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    engine, work = ENGINES.build("local", workers=2), shards(tmp_path)
    with pytest.raises(ResourceError, match="killed from outside"):
        list(engine(job(kill_at=5), work))
    assert not work[5].output.exists()
    assert sorted(shard.index for shard in engine(job(), work)) == list(range(6))


@pytest.mark.slow
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """A run that is killed leaves no worker behind."""
    code = (
        "from pathlib import Path; from test_engines import job, shards; from clinsynth.engines import ENGINES\n"
        "if __name__ == '__main__':\n"
        f"    list(ENGINES.build('local', workers=2)(job(sleep_at=5), shards(Path({str(tmp_path)!r}))))"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    started = tmp_path / "in" / "00005.pid"
    with subprocess.Popen([sys.executable, "-c", code], env=env) as process:
        assert soon(started.exists)
        process.kill()
    worker = int(started.read_text())
    assert soon(lambda: not Path(f"/proc/{worker}").exists())


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def test_no_worker_is_refused() -> None:
    """Work needs a worker."""
    with pytest.raises(ConfigError, match="at least 1"):
        ENGINES.build("local", workers=0)
