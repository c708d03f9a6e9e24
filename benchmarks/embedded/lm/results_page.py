"""The scores of results.json as tables of README.md, between two marks."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clinsynth.storage import write_text

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
_HEAD = ("what", "value [95 % interval]", "n", "baseline")


def write_tables(page: Path, scores: Iterable[Mapping[str, Any]], memorisation: Mapping[str, Any]) -> None:
    """Put a table for each data set between the marks of a page; a page without marks is left as it is."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return
    tables = "\n\n".join(_tables(scores))
    said = "\n".join(f"- {name}: {value}" for name, value in memorisation.items())
    body = "\n\n".join(part for part in (tables, said) if part)
    write_text(page, f"{before}{BEGIN}\n\n{body}\n\n{END}{after}")


def _tables(scores: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    by_data: dict[str, list[Mapping[str, Any]]] = {}
    for each in scores:
        by_data.setdefault(each["data"], []).append(each)
    for data, listed in by_data.items():
        rows = [_HEAD, ("---",) * len(_HEAD), *map(_row, listed)]
        yield f"**{data}**\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    baseline = each["baseline"]
    beside = "" if baseline["name"] == "none" else f"{baseline['name']}: {_value(baseline)}"
    return each["name"], _value(each), str(each["n"]), beside


def _value(found: Mapping[str, Any]) -> str:
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
