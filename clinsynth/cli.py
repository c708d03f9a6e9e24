"""The command line: each command is the function of the same name, shown.

Exit codes: 0 done; 1 a gate that the user set was not met; 2 the command or its input is wrong; 130 and 143 stopped by
Ctrl-C or by a signal to end.
"""

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from clinsynth.errors import ClinsynthError

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM

app = typer.Typer(
    help="Synthetic clinical text with safety checks: plan, write, check, and measure against real data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data_app = typer.Typer(help="Public data sets: what is known, licensed and found.", no_args_is_help=True)
models_app = typer.Typer(help="Embedded models: what ships, with their cards.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(models_app, name="models")

ConfigArgument = Annotated[str, typer.Argument(help="A YAML file, or the name of a configuration that ships.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder for the results.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="key.key=value, over the configuration.")]
DataDir = Annotated[Path | None, typer.Option(help="Where public data sets lie, instead of $CLINSYNTH_DATA.")]
Download = Annotated[bool, typer.Option("--allow-download", help="Fetch a model from its hub if it is not here.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Worker processes, instead of what the configuration says (else 1).")
]
Limit = Annotated[int | None, typer.Option(min=1, help="At most this many cases.")]


@app.command()
def run(
    config: ConfigArgument,
    out: Out,
    limit: Limit = None,
    engine: Annotated[str | None, typer.Option(help="Where the work runs.")] = None,
    workers: Workers = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    allow_download: Download = False,  # noqa: FBT002
) -> None:
    """Plan, write, check, retry, export, measure, report."""
    from clinsynth.workflows.run import run as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        result = work(
            config,
            out,
            limit=limit,
            engine=engine,
            workers=workers,
            settings=with_download(settings, allow_download),
            data_dir=data_dir,
            progress=progress,
        )
    typer.echo(result.summary)
    typer.echo(f"report: {result.report}")


@app.command()
def preview(
    config: ConfigArgument,
    n: Annotated[int, typer.Option("-n", min=1, help="How many cases.")] = 3,
    settings: Settings = None,
    data_dir: DataDir = None,
    allow_download: Download = False,  # noqa: FBT002
) -> None:
    """Show cases, prompts and notes with their findings; write nothing."""
    from clinsynth.workflows.preview import preview as work

    for item in work(config, n, settings=with_download(settings, allow_download), data_dir=data_dir):
        typer.echo(item)


@app.command()
def pretrain(config: ConfigArgument, out: Out, settings: Settings = None, data_dir: DataDir = None) -> None:
    """Train a base model from nothing; resumes where it was interrupted."""
    from clinsynth.workflows.pretrain import pretrain as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        made = work(config, out, settings=settings or (), data_dir=data_dir, progress=progress)
    typer.echo(f"model: {made}")


@app.command()
def adapt(
    config: ConfigArgument,
    out: Out,
    train: Annotated[str | None, typer.Option(help="Notes to learn from: a file, or a named data set.")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    allow_download: Download = False,  # noqa: FBT002
) -> None:
    """Fit a PEFT adapter to real notes; resumes where it was interrupted."""
    from clinsynth.workflows.adapt import adapt as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        made = work(
            config, train, out, settings=with_download(settings, allow_download), data_dir=data_dir, progress=progress
        )
    typer.echo(f"adapter: {made}")


@app.command()
def audit(
    notes: Annotated[Path, typer.Argument(help=".jsonl, .csv, .parquet, a folder of .txt, a saved data set.")],
    out: Out,
    text_field: Annotated[str, typer.Option(help="The field that holds the text.")] = "text",
    id_field: Annotated[str, typer.Option(help="The field that names the note.")] = "id",
    cases: Annotated[Path | None, typer.Option(help="JSON lines: what each note must be about.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Notes that must not be repeated.")] = None,
    checks: Annotated[str | None, typer.Option(help="Names of checks, with commas between.")] = None,
    fail_on: Annotated[list[str] | None, typer.Option(help="CODE[:SCORE]: exit code 1 if it is found.")] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the text that was found.")] = False,  # noqa: FBT002
) -> None:
    """Check notes from anywhere."""
    from clinsynth.workflows.audit import audit as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        result = work(
            notes,
            out,
            text_field=text_field,
            id_field=id_field,
            cases=cases,
            reference=reference,
            checks=tuple(checks.split(",")) if checks else None,
            fail_on=tuple(fail_on or ()),
            reveal=reveal,
            progress=progress,
        )
    typer.echo(result)
    if result.failed:
        raise typer.Exit(1)


@app.command()
def examples(
    config: ConfigArgument,
    out: Out,
    limit: Limit = None,
    workers: Workers = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    allow_download: Download = False,  # noqa: FBT002
) -> None:
    """Write labelled examples for a task, through the same plan, write and check stages."""
    from clinsynth.workflows.examples import examples as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        result = work(
            config,
            out,
            limit=limit,
            workers=workers,
            settings=with_download(settings, allow_download),
            data_dir=data_dir,
            progress=progress,
        )
    typer.echo(result)


@app.command()
def bench(
    task: Annotated[str, typer.Argument(help="ddi, chemprot, pubmedqa; relations, questions with --real, --test.")],
    out: Out,
    real: Annotated[Path | None, typer.Option(help="Real training examples, JSON lines.")] = None,
    test: Annotated[Path | None, typer.Option(help="Test examples, JSON lines.")] = None,
    synthetic: Annotated[
        list[Path] | None, typer.Option(help="Synthetic examples, JSON lines; may be repeated.")
    ] = None,
    learner: Annotated[str, typer.Option(help="linear or encoder.")] = "linear",
    seeds: Annotated[int, typer.Option(min=1, help="Repetitions.")] = 3,
    n_real: Annotated[int | None, typer.Option(min=1, help="At most so many real examples of each label.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Compare training on synthetic, real and both, on real test examples."""
    from clinsynth.workflows.bench import bench as work
    from clinsynth.workflows.showing import shown

    with shown() as progress:
        result = work(
            task,
            out,
            real=real,
            test=test,
            synthetic=tuple(synthetic or ()),
            learner=learner,
            seeds=seeds,
            n_real=n_real,
            data_dir=data_dir,
            progress=progress,
        )
    typer.echo(result)


@data_app.command("list")
def data_list(data_dir: DataDir = None) -> None:
    """List the data sets that are known, with licence, use and whether they are here."""
    from clinsynth.workflows.data import list_data

    for item in list_data(data_dir):
        typer.echo(item)


@data_app.command("show")
def data_show(name: str, data_dir: DataDir = None) -> None:
    """Show one data set: splits with their sizes, or how to get it."""
    from clinsynth.workflows.data import show_data

    typer.echo(show_data(name, data_dir))


@data_app.command("split")
def data_split(out: Out, data_dir: DataDir = None, seed: int = 7) -> None:
    """Cut the notes into base, adapt, non-member and eval by near-duplicate cluster; write splits.json."""
    from clinsynth.workflows.data import split_data

    typer.echo(split_data(out, data_dir=data_dir, seed=seed))


@models_app.command("list")
def models_list() -> None:
    """List the models that ship, and those of $CLINSYNTH_MODELS."""
    from clinsynth.workflows.models import list_models

    for item in list_models():
        typer.echo(item)


@models_app.command("show")
def models_show(name: str) -> None:
    """Show the card of a model."""
    from clinsynth.workflows.models import show_model

    typer.echo(show_model(name))


@models_app.command("train")
def models_train(name: str, out: Out, settings: Settings = None, data_dir: DataDir = None) -> None:
    """Train a model that ships again, by the recipe that ships; resumes where it was interrupted."""
    from clinsynth.workflows.showing import shown
    from clinsynth.workflows.train_model import train_model

    with shown() as progress:
        made = train_model(name, out, settings=settings or (), data_dir=data_dir, progress=progress)
    typer.echo(f"model: {made}")


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Say what is installed, found and missing, and what to do about it."""
    from clinsynth.workflows.doctor import doctor as work

    for item in work(data_dir):
        typer.echo(item)


def with_download(settings: list[str] | None, allow: bool) -> list[str]:  # noqa: FBT001
    """Give the settings, with leave to fetch a model where it was given."""
    return [*(settings or ()), *(["backbone.allow_download=true"] if allow else [])]


def main() -> NoReturn:
    """Run a command; what the user can mend is one line and exit code 2, never a traceback."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("clinsynth").setLevel(logging.INFO)
    # SystemExit, so that what is half-written is put away; by default the process would end at once.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        app()
    except ClinsynthError as error:
        _leave(f"clinsynth: {error}", 2)
    except SystemExit as left:
        # typer answers Ctrl-C itself: by code 130, and without a word.
        if left.code in {INTERRUPTED, TERMINATED}:
            _leave("clinsynth: interrupted; run the same command again to go on from here", int(left.code))
        raise
    except BrokenPipeError:
        # Whoever read us has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _leave(message: str, code: int) -> NoReturn:
    sys.stderr.write(" ".join(message.split()) + "\n")
    sys.exit(code)
