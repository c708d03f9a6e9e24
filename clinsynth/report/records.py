"""What a report says, before it is HTML, JSON or a card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clinsynth.estimates import Estimate
from clinsynth.records import Span

Grade = Literal["pass", "warn", "fail", "info"]
Cell = str | int | float | Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One score: what it is, what it is compared with, how it is judged, what it means and what to do about it.

    Attributes:
        baseline: What the value is to be seen beside ("real notes: 0.83"); empty where there is nothing to compare.
        verdict: "info" where no value is good or bad in itself.
        action: What the reader should do, given this value.
    """

    name: str
    value: Estimate | str
    baseline: str = ""
    verdict: Grade = "info"
    meaning: str = ""
    action: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A titled table; the first cell of a row heads it.

    Raises:
        ValueError: A row does not have one cell for each column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f'table "{self.title}" has {len(self.columns)} columns and a row of {len(row)} cells')


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A note as it is shown: what must not be read is already masked in `text`.

    Attributes:
        heading: What sort of note it is ("Discharge summary, Cardiology").
        attributes: What it was asked to be about, shown beside the text.
        marks: Where a check found something, with the code of the finding; they may nest and overlap.
        written: The ranges that a model wrote; the rest was rendered from the case.

    Raises:
        ValueError: A mark or a written range ends beyond the text.
    """

    note_id: str
    text: str = field(repr=False)
    heading: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[tuple[Span, str], ...] = ()
    written: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        furthest = max([span.end for span, _ in self.marks] + [span.end for span in self.written], default=0)
        if furthest > len(self.text):
            raise ValueError(
                f"a span of sample {self.note_id} ends at {furthest}, beyond its {len(self.text)} characters"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything a report shows.

    Attributes:
        notices: What the reader must know first ("written by a model; no real patient").
        config: The configuration as resolved, as YAML; empty where there is none.
        provenance: What is needed to repeat it: command, versions, hashes, seed.
    """

    title: str
    subtitle: str = ""
    notices: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    samples: tuple[Sample, ...] = ()
    config: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)
