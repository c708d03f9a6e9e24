"""A marked text cut into stretches that carry the same marks, so that nested and overlapping marks can be shown."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from clinsynth.report.records import Sample


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of text under the same marks from end to end.

    Attributes:
        codes: Of all marks that cover it, in order; empty where there are none.
        ends: Codes of the marks that end with it and whose text does not already name them: to be shown after it.
    """

    text: str = field(repr=False)
    codes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    written: bool = False


def stretches(sample: Sample) -> Iterator[tuple[bool, list[Segment]]]:
    """Cut the text of a sample into what a model wrote (True) and what it did not, each as its segments in order."""
    for written, group in itertools.groupby(segments(sample), key=lambda segment: segment.written):
        yield written, list(group)


def segments(sample: Sample) -> Iterator[Segment]:
    """Cut the text of a sample at every edge of a mark or a written range; the pieces joined are the text."""
    spans = [*sample.written, *(span for span, _ in sample.marks)]
    edges = sorted({0, len(sample.text), *(s.start for s in spans), *(s.end for s in spans)})
    for start, end in itertools.pairwise(edges):
        covering = [(span, code) for span, code in sample.marks if span.start <= start and end <= span.end]
        yield Segment(
            text=sample.text[start:end],
            codes=tuple(sorted({code for _, code in covering})),
            ends=tuple(
                sorted({code for span, code in covering if span.end == end and sample.text[start:end] != f"[{code}]"})
            ),
            written=any(span.start <= start and end <= span.end for span in sample.written),
        )
