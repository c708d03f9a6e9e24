"""Engines: where the work on shards runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clinsynth.catalog import Catalog


@dataclass(frozen=True, kw_only=True)
class Shard:
    """A piece of work: records in, records out. An output that exists is complete."""

    index: int
    input: Path
    output: Path


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker does: a specification that it builds once; no loaded model is ever pickled.

    Attributes:
        build: "module:function"; called with `spec` once in a worker, gives what works on a shard.
        spec: What JSON can hold.
        threads: Threads a worker may use. Part of the result: sums in another order round differently.
    """

    build: str
    spec: Mapping[str, Any]
    threads: int = 1


Worker = Callable[[Shard], None]


class Engine(Protocol):
    """Runs every shard once whose output is missing."""

    def __call__(self, job: Job, shards: Sequence[Shard]) -> Iterator[Shard]:
        """Yield shards as they are complete, those that already were first; raises what a worker raised."""
        ...


ENGINES: Catalog[Engine] = Catalog("engines", {"local": "clinsynth.engines.local:LocalEngine"})
