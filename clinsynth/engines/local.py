"""The local engine: this process for one worker, spawned processes for more."""

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process

from clinsynth.engines import Job, Shard, Worker
from clinsynth.errors import ConfigError, ResourceError


@dataclass(frozen=True)
class LocalEngine:
    """Runs shards on this machine; each worker builds its job once.

    Attributes:
        workers: Processes; 1 works in this one.
    """

    workers: int = 1

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"engine.workers is at least 1; {self.workers} was given")

    def __call__(self, job: Job, shards: Sequence[Shard]) -> Iterator[Shard]:
        """Yield complete shards, those from an earlier run first.

        Raises:
            ResourceError: A worker was killed from outside; what was complete stays.
        """
        missing = [shard for shard in shards if not shard.output.exists()]
        yield from (shard for shard in shards if shard not in missing)
        if not missing:
            return
        n_workers = min(self.workers, len(missing))
        yield from _here(job, missing) if n_workers == 1 else _spawned(job, missing, n_workers)


def _here(job: Job, shards: Sequence[Shard]) -> Iterator[Shard]:
    worker = _build(job)
    for shard in shards:
        worker(shard)
        yield shard


def _spawned(job: Job, shards: Sequence[Shard], n_workers: int) -> Iterator[Shard]:
    # spawn, not fork: a forked process inherits locks of running threads and cannot use CUDA.
    pool = ProcessPoolExecutor(n_workers, get_context("spawn"), initializer=_start, initargs=(job,))
    try:
        waiting: dict[Future[None], Shard] = {pool.submit(_work, shard): shard for shard in shards}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                yield waiting.pop(future)
    except BrokenProcessPool:
        raise ResourceError(
            "a worker was killed from outside, most often for want of memory; run the command again with fewer "
            "--workers, it goes on from the shards that are complete"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker: Worker | None = None


def _start(job: Job) -> None:
    """Build the worker of a fresh process."""
    global _worker  # noqa: PLW0603 - one job for the life of a worker process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = _build(job)


def _end_with_parent() -> None:
    """End this process when the one that started it has gone: a killed run leaves no worker behind."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _work(shard: Shard) -> None:
    if _worker is None:
        raise RuntimeError("the worker was not built")
    _worker(shard)


def _build(job: Job) -> Worker:
    os.environ["OMP_NUM_THREADS"] = str(job.threads)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    module, _, name = job.build.partition(":")
    worker: Worker = getattr(importlib.import_module(module), name)(job.spec)
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(job.threads)
    return worker
