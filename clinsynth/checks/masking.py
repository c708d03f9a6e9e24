"""Text that may be shown: what looks like PHI is replaced by its kind."""

from collections.abc import Iterable

from clinsynth.checks.phi.kinds import KINDS
from clinsynth.records import Finding


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Replace each range with a PHI finding by its kind in brackets, others as they are.

    Overlapping ranges become one, under the kind of the finding that starts first (of these the longest).

    >>> from clinsynth.records import Span
    >>> found = Finding(note_id="n", check="phi", code="phi/mrn", score=1.0, span=Span(start=4, end=8))
    >>> mask("MRN 1234 seen.", [found])
    'MRN [MRN] seen.'
    """
    pieces: list[str] = []
    end = 0
    for start, minus_end, label in sorted(_hidden(findings)):
        if start >= end:
            pieces += [text[end:start], f"[{label}]"]
        end = max(end, -minus_end)
    return "".join([*pieces, text[end:]])


def _hidden(findings: Iterable[Finding]) -> Iterable[tuple[int, int, str]]:
    for finding in findings:
        family, _, kind = finding.code.partition("/")
        if family == "phi" and finding.span is not None:
            label = KINDS[kind].label if kind in KINDS else "HIDDEN"
            yield finding.span.start, -finding.span.end, label
