"""Notes as they may be shown: what looks like PHI is replaced by its kind before anybody reads it."""

from collections.abc import Iterable, Mapping, Sequence

from clinsynth.checks.phi.kinds import KINDS
from clinsynth.records import Finding, Note, Span
from clinsynth.report.records import Sample


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Replace every range with a PHI finding by its kind ("[MRN]"): neither the letters nor their number remain."""
    pieces, end = [], 0
    for span, code in _hidden(findings):
        pieces += [text[end : span.start], _shown(code)]
        end = span.end
    return "".join([*pieces, text[end:]])


def sample(
    note: Note,
    findings: Sequence[Finding],
    *,
    heading: str = "",
    attributes: Mapping[str, str] | None = None,
    reveal: bool = False,
) -> Sample:
    """Make a note ready to be shown, with its findings marked.

    Args:
        note: The note.
        findings: What all checks saw in it; codes of those without a span are shown beside the attributes.
        heading: What sort of note it is.
        attributes: What it was asked to be about.
        reveal: Leave what looks like PHI as it is.
    """
    hidden = [] if reveal else _hidden(findings)
    whole = sorted({finding.code for finding in findings if finding.span is None})
    marks = [(finding.span, finding.code) for finding in findings if finding.span is not None]
    text = note.text if reveal else mask(note.text, findings)
    return Sample(
        note_id=note.id,
        text=text,
        heading=heading,
        attributes=dict(attributes or {}) | ({"found in the whole note": ", ".join(whole)} if whole else {}),
        marks=tuple((_moved(span, hidden), code) for span, code in marks),
        written=tuple(_moved(span, hidden) for span in note.written),
    )


def _shown(code: str) -> str:
    kind = KINDS.get(code.partition("/")[2])
    return f"[{kind.label if kind else code}]"


def _is_phi(code: str) -> bool:
    return code.partition("/")[0] == "phi"


def _hidden(findings: Iterable[Finding]) -> list[tuple[Span, str]]:
    """Merge the ranges to hide: in order, apart from each other, each under the code that starts first."""
    found = sorted((f.span.start, -f.span.end, f.code) for f in findings if f.span and _is_phi(f.code))
    merged: list[tuple[int, int, str]] = []
    for start, minus_end, code in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], -minus_end), merged[-1][2])
        else:
            merged.append((start, -minus_end, code))
    return [(Span(start=start, end=end), code) for start, end, code in merged]


def _moved(span: Span, hidden: Sequence[tuple[Span, str]]) -> Span:
    """Give the range in the masked text; an end that is hidden moves outward to the edge of what hides it."""
    return Span(start=_position(span.start, hidden, edge=0), end=_position(span.end, hidden, edge=1))


def _position(position: int, hidden: Sequence[tuple[Span, str]], *, edge: int) -> int:
    """Give a position in the masked text; inside a hidden range, its start (edge 0) or its end (edge 1)."""
    shift = 0
    for place, code in hidden:
        if position <= place.start:
            break
        width = len(_shown(code))
        if position < place.end:
            return place.start + shift + edge * width
        shift += width - (place.end - place.start)
    return position + shift
