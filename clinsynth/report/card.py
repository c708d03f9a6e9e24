"""The data set card beside what was written: what it is, and the recipe that repeats it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clinsynth import storage
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
class Card:
    """What a data set card says.

    Attributes:
        summary: What this is, in a sentence or two.
        n_rows: Rows of the main table.
        data_files: Name of each table to its files, relative to the card ("corpus": "corpus/*.parquet").
        command: What repeats the run, as typed in a shell.
        config: The configuration as resolved, as YAML; empty where there is none.
        provenance: Versions, hashes, seed, by name.
        limits: What it must not be used for, and what is known to be wrong with it.
        licence: A licence name that the Hugging Face hub knows; "other" where the sources decide.
    """

    title: str
    summary: str
    n_rows: int
    command: str
    data_files: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
    credits: tuple[Credit, ...] = ()
    limits: tuple[str, ...] = ()
    licence: str = "other"
    tags: tuple[str, ...] = ("clinical", "clinsynth")


def write_card(folder: Path, card: Card) -> Path:
    """Write `README.md`, a Hugging Face data set card, readable by its owner only; give its path.

    Raises:
        OutputError: The folder cannot be written to.
    """
    path = folder / "README.md"
    storage.write_text(path, render_card(card))
    return path


def render_card(card: Card) -> str:
    """Give the card as Markdown under its YAML header."""
    parts = [
        f"---\n{_header(card)}\n---",
        f"# {_inline(card.title)}",
        _inline(card.summary),
        _section("Repeat it", _code(card.command, "sh")),
        _section("Limits", "\n".join(f"- {_inline(limit)}" for limit in card.limits)),
        _section("Sources and their licences", _credits(card.credits)),
        _section("Versions and hashes", _pairs(card.provenance)),
        _section("Configuration", _code(card.config, "yaml")),
        _section("Citation", _code(_citation(card), "bibtex")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(card: Card) -> str:
    from huggingface_hub import DatasetCardData

    data = DatasetCardData(
        language="en",
        license=card.licence,
        pretty_name=" ".join(visible(card.title).split()),
        size_categories=_size(card.n_rows),
        tags=list(card.tags),
        configs=[
            {"config_name": name, "data_files": files, "default": place == 0}
            for place, (name, files) in enumerate(card.data_files.items())
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


def _credits(given: tuple[Credit, ...]) -> str:
    rows = [f"| {_inline(c.name)} | {_inline(c.licence)} | {_inline(c.use)} |" for c in given]
    return "\n".join(["| what | licence | used for |", "| --- | --- | --- |", *rows]) if rows else ""


def _pairs(facts: Mapping[str, str]) -> str:
    rows = [f"| {_inline(name)} | {_inline(value)} |" for name, value in facts.items()]
    return "\n".join(["| what | value |", "| --- | --- |", *rows]) if rows else ""


def _citation(card: Card) -> str:
    version = card.provenance.get("clinsynth", "")
    stated = f",\n  version = {{{version}}}" if version else ""
    return f"@software{{clinsynth,\n  title = {{clinsynth: synthetic clinical text with safety checks}}{stated}\n}}"
