"""A report as one HTML file: no script, nothing loaded from elsewhere, everything escaped."""

import math
from collections import Counter
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from clinsynth.estimates import Estimate
from clinsynth.report.records import Grade, Report
from clinsynth.report.segments import stretches
from clinsynth.report.visible import visible

SYMBOLS: dict[Grade, str] = {"fail": "✗", "warn": "!", "pass": "✓", "info": "i"}


def render(report: Report) -> str:
    """Render a report as HTML5 that is also well-formed XML, one file with its style inside."""
    verdicts = Counter(line.verdict for line in report.lines)
    return _template().render(
        report=report,
        verdicts=[(grade, verdicts[grade]) for grade in SYMBOLS if verdicts[grade]],
        has_written=any(sample.written for sample in report.samples),
        codes=sorted({code for sample in report.samples for _, code in sample.marks}),
    )


@cache
def _template() -> Template:
    # select_autoescape would go by the name of the template; everything is escaped here, whatever it is called.
    environment = Environment(
        loader=PackageLoader("clinsynth", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source, _, _ = PackageLoader("clinsynth", "report").get_source(environment, "report.css")
    environment.globals |= {
        "style": Markup(source),  # noqa: S704 - our own file
        "stretches": stretches,
        "number": number,
        "symbols": SYMBOLS,
        "is_share": is_share,
    }
    environment.tests["estimate"] = lambda value: isinstance(value, Estimate)
    environment.tests["count"] = lambda value: isinstance(value, int | float)
    return environment.get_template("report.html.j2")


def _shown(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


def number(value: float) -> str:
    """Write a number so that small shares keep three places and large counts none.

    >>> [number(value) for value in (0, 12345, 0.8333, 41.25, 120.4, 0.00004)]
    ['0', '12,345', '0.833', '41.25', '120', '4.0e-05']
    """
    size = abs(value)
    if not math.isfinite(value):
        return "not known"
    if isinstance(value, int) or size >= 100:  # noqa: PLR2004 - three figures need no places
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}" if size >= 0.001 or value == 0 else f"{value:.1e}"  # noqa: PLR2004


def is_share(estimate: Estimate) -> bool:
    """Say whether value and interval lie between 0 and 1, so that they can be drawn on that scale."""
    return 0 <= estimate.low <= estimate.value <= estimate.high <= 1
