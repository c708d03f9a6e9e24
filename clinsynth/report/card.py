"""The data set card beside what was written: what it is, and the recipe that repeats it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clinsynth import storage
from clinsynth.report.records import Line, Report
from clinsynth.report.visible import visible

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """A model, data set or ontology that went into the result.

    Attributes:
        use: What it was used for ("the adapter was fitted on its adapt split").
    """

    name: str
    licence: str
    use: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CardDetails:
    """What a card says beyond the report.

    Attributes:
        n_rows: Rows of the main table, if they are known.
        data_files: Name of each table to its files, relative to the card ("corpus": "corpus/*.parquet").
        limits: What the data must not be used for, and what is known to be wrong with it.
        licence: A licence name that the Hugging Face hub knows; "other" where the sources decide.
    """

    n_rows: int | None = None
    data_files: Mapping[str, str] = field(default_factory=dict)
    credits: tuple[Credit, ...] = ()
    limits: tuple[str, ...] = ()
    licence: str = "other"
    tags: tuple[str, ...] = ("clinical", "clinsynth")


def write_card(folder: Path, report: Report, details: CardDetails | None = None) -> Path:
    """Write `README.md`, a Hugging Face data set card, readable by its owner only; give its path.

    The command that repeats the run is `report.provenance["command"]`.

    Raises:
        OutputError: The folder cannot be written to.
    """
    path = folder / "README.md"
    storage.write_text(path, render_card(report, details or CardDetails()))
    return path


def render_card(report: Report, details: CardDetails) -> str:
    """Give the card as Markdown under its YAML header."""
    facts = {name: fact for name, fact in report.provenance.items() if name != "command"}
    parts = [
        f"---\n{_header(report, details)}\n---",
        f"# {_inline(report.title)}",
        _inline(report.subtitle),
        _list(report.notices),
        _section("Repeat it", _code(report.provenance.get("command", ""), "sh")),
        _section(
            "Scores", _table(("score", "verdict", "value [95 % interval]", "beside it"), map(_score, report.lines))
        ),
        _section("Limits", _list(details.limits)),
        _section("Sources and their licences", _table(("what", "licence", "used for"), map(_credit, details.credits))),
        _section("Versions and hashes", _table(("what", "value"), facts.items())),
        _section("Configuration", _code(report.config, "yaml")),
        _section("Citation", _code(_citation(facts.get("clinsynth", "")), "bibtex")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(report: Report, details: CardDetails) -> str:
    from huggingface_hub import DatasetCardData

    data = DatasetCardData(
        language="en",
        license=details.licence,
        pretty_name=" ".join(visible(report.title).split()),
        size_categories=None if details.n_rows is None else _size(details.n_rows),
        tags=list(details.tags),
        configs=[
            {"config_name": name, "data_files": files, "default": place == 0}
            for place, (name, files) in enumerate(details.data_files.items())
        ]
        or None,
    )
    return str(data.to_yaml(line_break="\n")).strip()


def _size(n_rows: int) -> str:
    return next((name for limit, name in SIZES if n_rows < limit), "n>10M")


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _inline(text: str) -> str:
    """Keep a text on its line, and its characters from being read as HTML or as the edge of a cell."""
    plain = " ".join(visible(text).split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _code(text: str, language: str) -> str:
    """Fence a text with more backticks than it holds in a row."""
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{visible(text).rstrip()}\n{fence}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {_inline(item)}" for item in items)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(map(_inline, row))} |" for row in rows]
    head = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join([*head, *lines]) if lines else ""


def _score(line: Line) -> tuple[str, ...]:
    return (line.name, line.verdict, str(line.value), line.baseline)


def _credit(credit: Credit) -> tuple[str, ...]:
    return (credit.name, credit.licence, credit.use)


def _citation(version: str) -> str:
    stated = f",\n  version = {{{version}}}" if version else ""
    return f"@software{{clinsynth,\n  title = {{clinsynth: synthetic clinical text with safety checks}}{stated}\n}}"
