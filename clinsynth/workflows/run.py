"""`clinsynth run`: from a configuration to a checked corpus, its measures and its report."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clinsynth.config import Config, load_config
from clinsynth.data.corpus import corpus_schema, note_row
from clinsynth.estimates import Estimate, proportion
from clinsynth.report.masking import mask
from clinsynth.storage import shard_path, write_parquet, write_rows
from clinsynth.workflows.adapt import adapters_for
from clinsynth.workflows.findings import finding_row
from clinsynth.workflows.folders import claimed
from clinsynth.workflows.inputs import run_inputs, weights_of
from clinsynth.workflows.passes import Passes
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.preflight import preflight
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.run_bench import run_benches
from clinsynth.workflows.sources import write_reference
from clinsynth.workflows.stages import build_engine
from clinsynth.workflows.summary import Summary, write_summary

ROWS_A_FILE = 2048


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run made."""

    out: Path
    n_cases: int
    n_accepted: int
    n_exhausted: int
    yielded: Estimate
    report: Path
    summary: Summary


def run(
    config: str | Path,
    out: Path,
    *,
    limit: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
    progress: Progress = silent,
) -> RunResult:
    """Plan cases, write notes, check them, try rejected cases again, export, measure and report.

    A run that was interrupted goes on where it was when it is started again with the same configuration, and gives
    the same corpus, byte for byte, as one that was not; so does another number of workers.

    Args:
        config: A YAML file, or the name of one that ships.
        out: The folder of the run.
        limit: Cases to plan, instead of `plan.n_cases`.
        engine: The engine, instead of `engine.name`.
        workers: Worker processes, instead of `engine.workers`.
        settings: `a.b=value`, over the file.
        data_dir: Where public data sets lie, instead of `$CLINSYNTH_DATA`.
        progress: Told of each step.

    Raises:
        ClinsynthError: Something that the user can mend; see `clinsynth.errors`.
    """
    resolved = resolve(config, limit=limit, engine=engine, settings=settings, data_dir=data_dir)
    preflight(resolved)
    inputs = run_inputs(resolved)
    with claimed(out, resolved, inputs):
        passes = _passes(resolved, out, workers, progress, weights=weights_of(inputs))
        passes.run(plan_cases(resolved))
        n_accepted = _export(passes, out)
        n_exhausted = _list_rejected(passes, out)
        n_cases = n_accepted + n_exhausted
        command = _command(config, out, limit=limit, engine=engine, settings=settings, data_dir=data_dir)
        tables = tuple(run_benches(resolved, out, workers=workers, progress=progress))
        summary = write_summary(resolved, out, passes, n_cases=n_cases, command=command, bench=tables)
    return RunResult(
        out=out,
        n_cases=n_cases,
        n_accepted=n_accepted,
        n_exhausted=n_exhausted,
        yielded=proportion(n_accepted, n_cases),
        report=out / "report.html",
        summary=summary,
    )


def _command(
    config: str | Path,
    out: Path,
    *,
    limit: int | None,
    engine: str | None,
    settings: Sequence[str],
    data_dir: Path | None,
) -> str:
    """Give the command that makes the same again, with all that it was told."""
    options = {"--limit": limit, "--engine": engine, "--data-dir": data_dir}
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    set_ = [word for setting in settings for word in ("--set", setting)]
    return shlex.join(["clinsynth", "run", str(config), "--out", out.resolve().name, *given, *set_])


def resolve(
    config: str | Path,
    *,
    limit: int | None = None,
    engine: str | None = None,
    settings: Sequence[str] = (),
    data_dir: Path | None = None,
) -> Config:
    """Read a configuration with what the command line says on top."""
    overrides = [*settings]
    if limit is not None:
        overrides.append(f"plan.n_cases={limit}")
    if engine is not None:
        overrides.append(f"engine.name={engine}")
    if data_dir is not None:
        overrides.append(f"data_dir={data_dir}")
    return load_config(config, overrides)


def _passes(
    config: Config, out: Path, workers: int | None, progress: Progress, *, weights: Mapping[str, str]
) -> Passes:
    return Passes(
        config=config,
        work=out / "work",
        engine=build_engine(config.engine, workers),
        adapters=adapters_for(config, out / "adapter", progress=progress),
        weights=weights,
        reference=write_reference(config, out / "work" / "reference.jsonl"),
        progress=progress,
    )


def _export(passes: Passes, out: Path) -> int:
    """Write the corpus and the findings of its notes; give the number of notes."""
    stream = passes.accepted()
    n_rows, n_files = 0, 0
    # The first file is there even where no note was kept: an empty corpus still loads.
    while (rows := [note_row(item.note) for item in islice(stream, ROWS_A_FILE)]) or n_files == 0:
        write_parquet(shard_path(out / "corpus", n_files, "parquet"), rows, corpus_schema())
        n_rows, n_files = n_rows + len(rows), n_files + 1
    write_rows(out / "findings.jsonl", (finding_row(f) for item in passes.accepted() for f in item.findings))
    return n_rows


def _list_rejected(passes: Passes, out: Path) -> int:
    """Write what was rejected, masked, and the cases that ran out of attempts; give the number of the latter."""
    folder = out / "rejected"
    write_rows(
        folder / "findings.jsonl",
        (finding_row(f) | {"attempt": attempt} for attempt, item in passes.rejected() for f in item.findings),
    )
    write_rows(
        folder / "notes.jsonl",
        (
            {
                "note_id": item.note.id,
                "attempt": attempt,
                "reasons": item.verdict.reasons,
                "text": mask(item.note.text, item.findings),
            }
            for attempt, item in passes.rejected()
        ),
    )
    return write_rows(
        folder / "exhausted.jsonl",
        ({"case_id": item.note.id, "reasons": item.verdict.reasons} for item in passes.exhausted()),
    )
