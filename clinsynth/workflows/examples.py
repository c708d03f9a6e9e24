"""`clinsynth examples`: labelled examples for a task, planned, written, checked and counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from clinsynth import extras
from clinsynth.config import Component, Config, Examples, load_config, needed
from clinsynth.data.examples import example_row, write_examples
from clinsynth.engines import Engine, Job, Shard
from clinsynth.errors import ConfigError
from clinsynth.estimates import Estimate, proportion
from clinsynth.learners import LEARNERS, Predictor
from clinsynth.methods import Method, Outcome, Request
from clinsynth.methods.material import Material
from clinsynth.records import Example
from clinsynth.seeds import derive_seed, generator
from clinsynth.storage import read_records, shard_path, write_json, write_parquet, write_records, write_rows, write_text
from clinsynth.tasks import Task
from clinsynth.tasks.guards import Guard
from clinsynth.tasks.settings import capped
from clinsynth.workflows.bench import build_task
from clinsynth.workflows.example_stage import build_material, build_method
from clinsynth.workflows.examples_adapter import adapter_for_examples
from clinsynth.workflows.examples_card import card
from clinsynth.workflows.fitted import Fitted
from clinsynth.workflows.folders import claimed
from clinsynth.workflows.inputs import example_inputs, weights_of
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.screening import Screen
from clinsynth.workflows.sources import find_file
from clinsynth.workflows.stages import build_engine

ROWS_A_FILE = 2048


@dataclass(frozen=True, kw_only=True)
class ExamplesResult:
    """What was made.

    Attributes:
        kept: Examples kept of each label.
        yielded: The share of requests that ended in an example.
        reasons: How often writing was rejected, for each reason, over all attempts.
    """

    out: Path
    task: str
    n_requests: int
    kept: Mapping[str, int]
    yielded: Estimate
    reasons: Mapping[str, int]

    @property
    def file(self) -> Path:
        """What `clinsynth bench --synthetic` reads."""
        return self.out / "examples.jsonl"

    def __str__(self) -> str:
        kept = ", ".join(f"{label} {n}" for label, n in self.kept.items())
        rejected = ", ".join(f"{reason} {n}" for reason, n in self.reasons.items()) or "none"
        return (
            f"{sum(self.kept.values())} examples of {self.n_requests} asked for ({kept}), yield {self.yielded}\n"
            f"rejected: {rejected}\nexamples: {self.file}"
        )


def examples(
    config: str | Path,
    out: Path,
    *,
    limit: int | None = None,
    workers: int | None = None,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> ExamplesResult:
    """Write labelled examples for the task that stands under "examples:".

    Interrupted and started again, it goes on where it was, and gives the same examples; so does another number of
    workers. What is rejected is written again with the next attempt's seed, up to `writing.attempts` times.

    Args:
        config: A YAML file, or the name of one that ships.
        out: The folder for examples.jsonl, examples/ (parquet), rejected.jsonl, results.json and README.md.
        limit: Examples to ask for in all, instead of `examples.per_class` of each label; the same as `examples.limit`.
        workers: Worker processes, instead of `engine.workers`.
        settings: `a.b=value`, over the file.
        data_dir: Where public data sets lie, instead of `$CLINSYNTH_DATA`.
        progress: Told of each step.

    Raises:
        ClinsynthError: Something that the user can mend; see `clinsynth.errors`.
    """
    limited = [] if limit is None else [f"examples.limit={limit}"]
    loaded = load_config(config, [*settings, *limited])
    return make_examples(loaded, out, workers=workers, data_dir=data_dir, progress=progress)


def make_examples(
    loaded: Config,
    out: Path,
    *,
    workers: int | None = None,
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> ExamplesResult:
    """Do what `examples` does, for a configuration that is loaded already."""
    part = needed(loaded.examples, name="examples", command="examples")
    task = build_task(part.task, real=_file(part.real), test=_file(part.test), data_dir=data_dir or loaded.data_dir)
    inputs = example_inputs(loaded)
    with claimed(out, loaded, inputs):
        real = capped(list(task.read("train")), part.k_real, seed=loaded.seed)
        material = build_material(loaded, task.kind, task.labels, real)
        method = build_method(part)
        write_records(out / "work" / "real.jsonl", real)
        making = _Making(
            config=loaded,
            out=out,
            labels=task.labels,
            layout=task.kind,
            adapter=_adapter(loaded, method, material, out, progress) if part.adapt else None,
            engine=build_engine(loaded.engine, workers),
            weights=weights_of(inputs),
            screen=_screen(part, task, real, seed=loaded.seed),
            progress=progress,
        )
        n = part.per_class * len(task.labels) if part.limit is None else part.limit
        planned = _requests(part.task, n, seed=loaded.seed, labels=task.labels, method=method, material=material)
        requests = list(planned)
        return _finish(making, making.run(requests), requests, n_real=len(real))


def _file(name: str | None) -> Path | None:
    return None if name is None else find_file(name)


def _adapter(config: Config, method: Method, material: Material, out: Path, progress: Progress) -> Fitted | None:
    if not material.real:
        raise ConfigError("examples.adapt fits an adapter to real examples, and there are none; give examples.real")
    pairs = [(example.id, method.pair(example, material)) for example in material.real]
    return adapter_for_examples(config, pairs, out / "adapter", progress=progress)


def _screen(part: Examples, task: Task, real: Sequence[Example], *, seed: int) -> Screen:
    predictor: Predictor | None = None
    if part.agreement is not None:
        if not real:
            raise ConfigError("examples.agreement is learnt from real examples, and there are none; give examples.real")
        learner = LEARNERS.build(part.agreement.name, **part.agreement.options)
        predictor = learner.fit(real, seed=derive_seed(seed, "agreement"))
    return Screen(guard=Guard(test=list(task.read("test")), near=part.near), real=real, predictor=predictor)


def _requests(
    task: str, n: int, *, seed: int, labels: Sequence[str], method: Method, material: Material
) -> Iterator[Request]:
    """Plan the requests, labels in turn; each depends on the seed and its number alone."""
    for number in range(n):
        request_id = f"{task}-synthetic-{number:06d}"
        random = generator(seed, request_id, "request")
        yield method.request(request_id, labels[number % len(labels)], material, random)


@dataclass(frozen=True, kw_only=True)
class _Made:
    """Kept examples with their attempt, in the order of their ids; what was rejected, in the order of attempts."""

    kept: Mapping[str, tuple[int, Example]] = field(repr=False)
    rejected: Sequence[tuple[int, Outcome]] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class _Making:
    """Passes over the requests: write, screen, and again for what was rejected."""

    config: Config
    out: Path
    labels: Sequence[str]
    layout: str
    adapter: Fitted | None
    engine: Engine
    weights: Mapping[str, str]
    screen: Screen
    progress: Progress

    def run(self, requests: Sequence[Request]) -> _Made:
        """Run passes until every request has its example or no attempt is left."""
        kept: dict[str, tuple[int, Example]] = {}
        rejected: list[tuple[int, Outcome]] = []
        waiting: Sequence[Request] = requests
        for attempt in range(self.config.writing.attempts):
            outcomes = list(self.screen([example for _, example in kept.values()], self._write(attempt, waiting)))
            kept |= {o.request.id: (attempt, o.example) for o in outcomes if o.example is not None}
            rejected += [(attempt, outcome) for outcome in outcomes if outcome.example is None]
            waiting = [outcome.request for outcome in outcomes if outcome.example is None]
        return _Made(kept=dict(sorted(kept.items())), rejected=rejected)

    def _write(self, attempt: int, requests: Sequence[Request]) -> list[Outcome]:
        folder = self.out / "work" / f"attempt-{attempt}"
        shards = []
        for index, start in enumerate(range(0, len(requests), self.config.shard_size)):
            source = shard_path(folder / "requests", index)
            write_records(source, requests[start : start + self.config.shard_size])
            shards.append(Shard(index=index, input=source, output=shard_path(folder / "outcomes", index)))
        for done, _ in enumerate(self.engine(self._job(attempt), shards), start=1):
            self.progress(f"write, attempt {attempt + 1}", done, len(shards))
        return [outcome for shard in shards for outcome in read_records(shard.output, Outcome)]

    def _job(self, attempt: int) -> Job:
        return Job(
            build="clinsynth.workflows.example_stage:write_worker",
            spec={
                "config": self.config.model_dump(mode="json"),
                "attempt": attempt,
                "adapter": str(self.adapter.folder) if self.adapter else None,
                "real": str(self.out / "work" / "real.jsonl"),
                "layout": self.layout,
                "labels": list(self.labels),
            },
            threads=self.config.threads,
        )


def _finish(making: _Making, made: _Made, requests: Sequence[Request], *, n_real: int) -> ExamplesResult:
    """Write what was made, and count it."""
    out = making.out
    part = needed(making.config.examples, name="examples", command="examples")
    per_label = Counter(example.label for _, example in made.kept.values())
    result = ExamplesResult(
        out=out,
        task=part.task,
        n_requests=len(requests),
        kept={label: per_label[label] for label in making.labels},
        yielded=proportion(len(made.kept), len(requests)),
        reasons=dict(Counter(outcome.reason for _, outcome in made.rejected).most_common()),
    )
    _export(making, made)
    facts = {
        "task": part.task,
        "method": part.method.name,
        "backbone": _named(making.config.backbone),
        "adapter_hash": making.adapter.hash if making.adapter else None,
        "n_real": n_real,
        "seed": making.config.seed,
        "versions": {**extras.versions(), **making.weights},
    }
    counts = {"n_requests": result.n_requests, "kept": result.kept, "reasons": result.reasons}
    write_json(out / "results.json", facts | counts | {"yield": result.yielded})
    write_text(out / "README.md", card(facts, str(result).splitlines()[:2]))
    return result


def _named(component: Component) -> str:
    """Name a backbone with its model, without the folder that it lies in."""
    model = component.options.get("model")
    return component.name if model is None else f"{component.name}, {Path(str(model)).name}"


def _export(making: _Making, made: _Made) -> None:
    out = making.out
    write_examples(out / "examples.jsonl", (example for _, example in made.kept.values()))
    rows = (example_row(example) | {"attempt": attempt} for attempt, example in made.kept.values())
    n_files = 0
    while chunk := list(islice(rows, ROWS_A_FILE)):
        write_parquet(shard_path(out / "examples", n_files, "parquet"), chunk, _schema(making.layout))
        n_files += 1
    write_rows(
        out / "rejected.jsonl",
        (
            {"id": outcome.request.id, "attempt": attempt, "label": outcome.request.label, "reason": outcome.reason}
            for attempt, outcome in made.rejected
        ),
    )


def _schema(layout: str) -> Any:  # noqa: ANN401 - a pyarrow schema
    import pyarrow as pa

    text = pa.string()
    shared = [("id", text), ("label", text), ("attempt", pa.int64())]
    if layout == "questions":
        return pa.schema([*shared, ("question", text), ("context", text)])
    side = pa.struct([("type", text), ("mentions", pa.list_(pa.list_(pa.int64())))])
    return pa.schema([*shared, ("text", text), ("head", side), ("tail", side)])
