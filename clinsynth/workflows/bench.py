"""`clinsynth bench`: is training on synthetic examples, or on both, as good as on real ones?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from clinsynth import extras
from clinsynth.config import Component
from clinsynth.errors import InputError, nearest
from clinsynth.learners import LEARNERS
from clinsynth.records import Example
from clinsynth.storage import digest, plain, write_json, write_rows, write_text
from clinsynth.tasks import TASKS, Task
from clinsynth.tasks.comparison import Comparison, Contrast, Row, Run, train_and_predict
from clinsynth.tasks.guards import Guard, Screened
from clinsynth.tasks.reading import file_examples
from clinsynth.tasks.settings import TrainingSets
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.settled import BENCH, settled


@dataclass(frozen=True, kw_only=True)
class BenchResult:
    """What a benchmark found.

    Attributes:
        rows: One for each setting, seed and metric; those without a seed are means over seeds.
        screened: What the guard dropped from the synthetic examples.
        summary: What the numbers say, in sentences.
    """

    out: Path
    task: str
    learner: str
    rows: tuple[Row, ...]
    contrasts: tuple[Contrast, ...]
    screened: Screened = field(repr=False)
    summary: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([table(self.rows), *self.summary, f"results: {self.out / 'results.json'}"])


def bench(
    task: str,
    out: Path,
    *,
    real: Path | None = None,
    test: Path | None = None,
    synthetic: Sequence[Path] = (),
    learner: str | Component = "linear",
    seeds: int = 3,
    data_dir: Path | None = None,
    seed: int = 7,
    n_real: int | None = None,
    progress: Progress = silent,
) -> BenchResult:
    """Train on real, synthetic and both, predict the same test examples, and say what differs.

    Nothing is chosen on the test examples. Synthetic examples that repeat a test example, or one another, are dropped
    and counted. Besides the three settings there are two baselines: the most frequent label, and the real examples
    with as many copies of real ones as there are synthetic ones, label by label.

    Args:
        task: A task by its name ("ddi", "chemprot", "pubmedqa"; "relations" and "questions" read files).
        out: A new folder, or that of the same benchmark, for results.json, tables.md, predictions.jsonl and
            manifest.json.
        real: A file of training examples, instead of the task's own.
        test: A file of test examples, instead of the task's own.
        synthetic: Files of synthetic examples, or folders that `clinsynth examples` wrote.
        learner: A learner by its name, or with options.
        seeds: Repetitions.
        data_dir: Where public data sets lie, instead of `$CLINSYNTH_DATA`.
        seed: Root of all draws.
        n_real: At most so many real examples of each label, drawn anew for each repetition; all when None.
        progress: Told of each model.

    Raises:
        ClinsynthError: Something that the user can mend; see `clinsynth.errors`.
    """
    chosen = learner if isinstance(learner, Component) else Component(name=learner)
    built = build_task(task, real=real, test=test, data_dir=data_dir)
    tests = list(built.read("test"))
    guard = Guard(test=tests)
    screened = guard.screen(_synthetic(built, synthetic))
    sets = TrainingSets(real=list(built.read("train")), synthetic=screened.kept, n_real=n_real, seed=seed)
    _refuse_nothing(task, tests, sets)
    LEARNERS.build(chosen.name, **chosen.options)  # says so if there is none of that name, before a folder is made
    asked = {"learner": chosen.model_dump(), "seed": seed, "seeds": seeds, "n_real": n_real}
    with settled(out, BENCH, _settings(task, asked, sets, tests)):
        comparison = Comparison(
            runs=_train(sets, tests, chosen, seeds, progress), test=tests, metrics=built.metrics, seed=seed
        )
        result = BenchResult(
            out=out,
            task=task,
            learner=chosen.name,
            rows=comparison.rows,
            contrasts=comparison.contrasts,
            screened=screened,
            summary=tuple(_summary(comparison, screened, guard.n_exact(sets.real))),
        )
        _write(result, comparison, asked, [*synthetic, *(file for file in (real, test) if file)])
    return result


def _settings(task: str, asked: Mapping[str, Any], sets: TrainingSets, tests: Sequence[Example]) -> dict[str, str]:
    """Give all that decides what is found: what was asked for, and the content of the examples."""
    examples = {"real": sets.real, "synthetic": sets.synthetic, "test": tests}
    hashes = {f"{name} examples": _content_hash(rows) for name, rows in examples.items()}
    return {"task": task} | {name: json.dumps(value, sort_keys=True) for name, value in asked.items()} | hashes


def _content_hash(examples: Iterable[Example]) -> str:
    total = sha256()
    for example in examples:
        total.update(json.dumps(plain(example), sort_keys=True, default=plain).encode() + b"\n")
    return total.hexdigest()


def build_task(
    task: str, *, real: Path | None = None, test: Path | None = None, data_dir: str | Path | None = None
) -> Task:
    """Build a task with the files and the data folder that were given.

    Raises:
        ConfigError: There is no such task.
        InputError: It reads its test examples from a file, and none was given.
    """
    if test is None and task in {"relations", "questions"}:
        raise InputError(f"{task} needs its test examples: --test FILE, JSON lines")
    given = {"real": real, "test": test, "root": data_dir}
    return TASKS.build(task, **{name: str(value) for name, value in given.items() if value is not None})


def _refuse_nothing(task: str, tests: Sequence[Example], sets: TrainingSets) -> None:
    if not tests:
        raise InputError(f"{task} has no test examples")
    if not sets.real and not sets.synthetic:
        raise InputError(f"bench {task} has nothing to train on; give --real FILE or --synthetic FILE")


def _synthetic(task: Task, files: Sequence[Path]) -> Iterator[Example]:
    for file in files:
        for example in file_examples(str(file), task.kind):
            if example.label not in task.labels:
                raise InputError(
                    f"{file}: example {example.id} has a label that {type(task).__name__} does not have, "
                    f'"{example.label}"; {nearest(example.label, task.labels)}'
                )
            yield example


def _train(
    sets: TrainingSets, tests: Sequence[Example], chosen: Component, seeds: int, progress: Progress
) -> list[Run]:
    learner = LEARNERS.build(chosen.name, **chosen.options)
    n_models = 1 + seeds * (len(sets.settings) - 1)
    runs = []
    for run in train_and_predict(sets, tests, learner, name=chosen.name, seeds=seeds):
        runs.append(run)
        progress("train and predict", len(runs), n_models)
    return runs


def _summary(comparison: Comparison, screened: Screened, n_real_in_test: int) -> Iterator[str]:
    yield from (contrast.words for contrast in comparison.contrasts)
    if not comparison.contrasts:
        yield "there are no synthetic examples to compare"
    if screened.dropped:
        listed = ", ".join(f"{reason} {n}" for reason, n in screened.counts.items())
        yield f"{len(screened.dropped)} synthetic examples were dropped ({listed}), {len(screened.kept)} kept"
    if n_real_in_test:
        yield f"{n_real_in_test} real training examples have the text of a test example; they were kept"


def table(rows: Iterable[Row]) -> str:
    """Put the means over seeds in a Markdown table."""
    lines = ["| setting | learner | metric | value | 95 % interval | trained on |", "|---|---|---|---|---|---|"]
    for row in rows:
        if row.seed is None:
            value, interval = row.estimate.value, f"[{row.estimate.low:.3f}, {row.estimate.high:.3f}]"
            lines.append(
                f"| {row.setting} | {row.learner} | {row.metric} | {value:.3f} | {interval} | {row.n_train:,} |"
            )
    return "\n".join(lines)


def _write(result: BenchResult, comparison: Comparison, asked: Mapping[str, Any], files: Sequence[Path]) -> None:
    out = result.out
    write_rows(out / "predictions.jsonl", _predictions(comparison))
    write_json(out / "manifest.json", _manifest(comparison, files))
    write_text(out / "tables.md", _tables(result, comparison))
    # Last: who finds results.json finds the rest.
    write_json(out / "results.json", _results(result, comparison, asked))


def _predictions(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for place, example in enumerate(comparison.test):
        predicted = {f"{run.setting}/{run.learner}/{run.seed}": run.predicted[place] for run in comparison.runs}
        yield {"id": example.id, "gold": example.label, "predicted": predicted}


def _manifest(comparison: Comparison, files: Sequence[Path]) -> dict[str, Any]:
    """Say which rows each model saw, without naming one: equal hashes are equal training sets."""
    return {
        "files": [{"file": file.name, "sha256": digest(file)} for file in files],
        "models": [
            {
                "setting": run.setting,
                "learner": run.learner,
                "seed": run.seed,
                "n_train": run.n_train,
                "sha256_of_ids": run.rows_hash,
            }
            for run in comparison.runs
        ],
        "test": {
            "n": len(comparison.test),
            "sha256_of_ids": sha256("\n".join(example.id for example in comparison.test).encode()).hexdigest(),
        },
    }


def _results(result: BenchResult, comparison: Comparison, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task": result.task,
        **asked,
        "n_test": len(comparison.test),
        "n_groups": comparison.n_groups,
        "guard": {"kept": len(result.screened.kept), "dropped": result.screened.counts},
        "rows": [_row(row) for row in result.rows],
        "contrasts": [_contrast(contrast) for contrast in result.contrasts],
        "summary": result.summary,
        "versions": {name: extras.version(name) for name in ("clinsynth", "scikit-learn", "torch", "transformers")},
    }


def _row(row: Row) -> dict[str, Any]:
    estimate = row.estimate
    return {
        "setting": row.setting,
        "learner": row.learner,
        "seed": row.seed,
        "metric": row.metric,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "n_train": row.n_train,
    }


def _contrast(contrast: Contrast) -> dict[str, Any]:
    difference = contrast.difference
    return {
        "first": contrast.first,
        "second": contrast.second,
        "metric": contrast.metric,
        "difference": difference.value,
        "low": difference.low,
        "high": difference.high,
        "n": difference.n,
        "p": contrast.p,
        "p_holm": contrast.p_holm,
        "words": contrast.words,
    }


def _tables(result: BenchResult, comparison: Comparison) -> str:
    lines = [f"# {result.task}: {result.learner}, {len(comparison.test):,} test examples", "", table(result.rows), ""]
    lines += [f"- {sentence}" for sentence in result.summary]
    lines += [
        "",
        (
            "Values are means over seeds. Intervals are of the percentile bootstrap over groups of test examples "
            f"({comparison.n_groups:,} groups), and do not hold what varies between seeds; p values are of paired "
            "approximate randomisation over the same "
            "groups, corrected by Holm for the contrasts of this table."
        ),
    ]
    return "\n".join([*lines, ""])
