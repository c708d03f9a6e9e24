"""The benchmarks of a run: examples are written and screened like notes, then compared with real ones."""

from collections.abc import Iterator
from pathlib import Path

from clinsynth.config import Bench, Config, load_config, needed
from clinsynth.estimates import Estimate
from clinsynth.report.records import Table
from clinsynth.workflows.bench import BenchResult, bench
from clinsynth.workflows.examples import ExamplesResult, make_examples
from clinsynth.workflows.progress import Progress
from clinsynth.workflows.sources import find_file


def run_benches(config: Config, out: Path, *, workers: int | None, progress: Progress) -> Iterator[Table]:
    """Run the benchmarks of a configuration, each in a folder of its own, and give their tables.

    Raises:
        ClinsynthError: As for `examples` and `bench`.
    """
    for part in config.bench:
        asking = examples_config(config, part)
        name = Path(part.examples).stem
        folder = out / "bench" / name

        def told(stage: str, done: int, total: int, name: str = name) -> None:
            progress(f"{name}: {stage}", done, total)

        made = make_examples(asking, folder / "examples", workers=workers, progress=told)
        yield _table(made, _compared(asking, part, made, folder / "results", told))


def examples_config(config: Config, part: Bench) -> Config:
    """Give the configuration of a benchmark's examples, with the run's seed, backbone, engine, threads and data."""
    shared = {name: getattr(config, name) for name in ("seed", "backbone", "engine", "threads", "data_dir")}
    return load_config(part.examples).model_copy(update=shared)


def _compared(config: Config, part: Bench, made: ExamplesResult, folder: Path, progress: Progress) -> BenchResult:
    asked = needed(config.examples, name="examples", command="run")
    return bench(
        asked.task,
        folder,
        real=find_file(asked.real) if asked.real else None,
        test=find_file(asked.test) if asked.test else None,
        synthetic=[made.file] if any(made.kept.values()) else [],
        learner=part.learner,
        seeds=part.seeds,
        data_dir=Path(config.data_dir) if config.data_dir else None,
        seed=config.seed,
        n_real=part.n_real,
        progress=progress,
    )


def _table(made: ExamplesResult, result: BenchResult) -> Table:
    rows = [row for row in result.rows if row.seed is None]
    return Table(
        title=f"Benchmark: {result.task}, {result.learner} learner",
        columns=("setting", "metric", "score [95 % interval]", "trained on"),
        rows=tuple((row.setting, row.metric, _score(row.estimate), row.n_train) for row in rows),
        note=". ".join([f"Synthetic examples kept: {made.yielded} of those asked for", *result.summary]) + ".",
    )


def _score(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}], n={estimate.n}"
