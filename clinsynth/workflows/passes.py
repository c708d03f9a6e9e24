"""Passes forward over the cases: write, check, and again for what was rejected, until attempts run out.

Each pass has a folder; its stages meet through shards:

    work/pass-0/cases/00000.jsonl  ->  notes/00000.jsonl  ->  checked/00000.jsonl
    work/pass-1/cases/...              the cases that pass 0 rejected, in order, cut anew

A shard that exists is complete, so an interrupted pass goes on where it was.
"""

import heapq
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clinsynth.config import Config
from clinsynth.engines import Engine, Job, Shard
from clinsynth.records import Case
from clinsynth.storage import read_records, shard_path, write_json, write_records
from clinsynth.workflows.fitted import Adapters
from clinsynth.workflows.progress import Progress
from clinsynth.workflows.stages import Checked


@dataclass(frozen=True, kw_only=True)
class Passes:
    """The passes of one run, in its work folder.

    Attributes:
        weights: The hash of the backbone's weights, as provenance shows it; empty where it has none.
    """

    config: Config
    work: Path
    engine: Engine
    adapters: Adapters
    weights: Mapping[str, str]
    reference: Path | None
    progress: Progress

    def run(self, cases: Iterable[Case]) -> None:
        """Run passes until every case is accepted or out of attempts."""
        for attempt in range(self.config.writing.attempts):
            waiting = cases if attempt == 0 else self._rejected(attempt - 1)
            if not self._cut(attempt, waiting):
                return
            self._stage("write", attempt, "cases", "notes")
            self._stage("check", attempt, "notes", "checked")

    def accepted(self) -> Iterator[Checked]:
        """Stream the accepted notes in the order of their cases."""
        kept = (
            (item for item in self.checked(attempt) if item.verdict.accepted)
            for attempt in range(self.config.writing.attempts)
        )
        yield from heapq.merge(*kept, key=lambda item: (len(item.note.id), item.note.id))

    def rejected(self) -> Iterator[tuple[int, Checked]]:
        """Stream the rejected notes with their attempts, pass by pass."""
        for attempt in range(self.config.writing.attempts):
            yield from ((attempt, item) for item in self.checked(attempt) if not item.verdict.accepted)

    def exhausted(self) -> Iterator[Checked]:
        """Stream the notes of the last attempt that were rejected: their cases have no attempt left."""
        last = self.config.writing.attempts - 1
        yield from (item for item in self.checked(last) if not item.verdict.accepted)

    def _folder(self, attempt: int, stage: str) -> Path:
        return self.work / f"pass-{attempt}" / stage

    def checked(self, attempt: int) -> Iterator[Checked]:
        """Stream what was checked in one attempt, in the order of its cases."""
        for path in sorted(self._folder(attempt, "checked").glob("*.jsonl")):
            yield from read_records(path, Checked)

    def _rejected(self, attempt: int) -> Iterator[Case]:
        for item in self.checked(attempt):
            if not item.verdict.accepted and item.note.case is not None:
                yield item.note.case

    def _cut(self, attempt: int, cases: Iterable[Case]) -> int:
        """Cut the cases of a pass into shards, once; give the number of shards."""
        folder, done = self._folder(attempt, "cases"), self.work / f"pass-{attempt}" / "cut.json"
        if not done.exists():
            # What an interrupted cut left behind is cut again: the plan gives the same cases.
            shutil.rmtree(folder, ignore_errors=True)
            stream = iter(cases)
            n = 0
            while batch := list(islice(stream, self.config.shard_size)):
                write_records(shard_path(folder, n), batch)
                n += 1
                self.progress(f"plan, attempt {attempt + 1}", n, 0)
            write_json(done, {"shards": n})
        return len(list(folder.glob("*.jsonl")))

    def _stage(self, name: str, attempt: int, source: str, target: str) -> None:
        inputs = sorted(self._folder(attempt, source).glob("*.jsonl"))
        folder = self._folder(attempt, target)
        shards = [Shard(index=i, input=path, output=folder / path.name) for i, path in enumerate(inputs)]
        for done, _ in enumerate(self.engine(self._job(name, attempt), shards), start=1):
            self.progress(f"{name}, attempt {attempt + 1}", done, len(shards))

    def _job(self, name: str, attempt: int) -> Job:
        return Job(
            build=f"clinsynth.workflows.stages:{name}_worker",
            spec={
                "config": self.config.model_dump(mode="json"),
                "attempt": attempt,
                "adapters": self.adapters.spec(),
                "weights": dict(self.weights),
                "reference": str(self.reference) if self.reference else None,
            },
            threads=self.config.threads,
        )
