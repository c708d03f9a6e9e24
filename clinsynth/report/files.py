"""A report on disk."""

from pathlib import Path

from clinsynth import storage
from clinsynth.report.html import render
from clinsynth.report.json import as_json
from clinsynth.report.records import Report


def write_report(folder: Path, report: Report) -> Path:
    """Write `report.html` and its twin `report.json`, readable by their owner only; give the path of the HTML.

    Raises:
        OutputError: The folder cannot be written to.
    """
    path = folder / "report.html"
    storage.write_json(folder / "report.json", as_json(report))
    storage.write_text(path, render(report))
    return path
