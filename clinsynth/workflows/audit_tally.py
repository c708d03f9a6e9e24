"""What an audit counts: bounded by the number of codes, not of notes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from clinsynth.records import Finding, Span
from clinsynth.workflows.gates import Gate, family, limit_of

N_SHOWN = 3


def finding_from(row: Mapping[str, Any]) -> Finding:
    """Read a row of findings.jsonl back."""
    span = None if row["start"] is None else Span(start=row["start"], end=row["end"])
    return Finding(
        note_id=row["note_id"],
        check=row["check"],
        code=row["code"],
        score=row["score"],
        span=span,
        evidence=row["evidence"],
    )


@dataclass(kw_only=True)
class CodeCount:
    """One code in numbers.

    Attributes:
        n_notes: Notes with at least one finding of the code.
        n_notes_at_limit: Of these, the notes where one reaches the limit.
        first_ids: The first of these notes, `N_SHOWN` at most.
    """

    n_findings: int = 0
    n_notes: int = 0
    n_notes_at_limit: int = 0
    highest: float = 0.0
    first_ids: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Tally:
    """Counts of findings by code, of notes at a limit by check, and of notes that break each gate.

    Attributes:
        n_notes: Notes checked, those without findings included.
        at_limit: Notes with a finding at its limit, by family of codes; "" counts those of any family.
    """

    limits: Mapping[str, float | None]
    gates: Sequence[Gate]
    n_notes: int = 0
    codes: dict[str, CodeCount] = field(default_factory=dict)
    at_limit: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)

    def count(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Count findings as they pass; those of one note come together."""
        for _, group in groupby(findings, key=lambda finding: finding.note_id):
            of_note = list(group)
            self._count_note(of_note)
            yield from of_note

    def examples(self) -> set[str]:
        """Give the ids of a few notes with each code."""
        return {note_id for counted in self.codes.values() for note_id in counted.first_ids}

    def _count_note(self, findings: Sequence[Finding]) -> None:
        at_limit = {finding.code for finding in findings if self._reaches(finding)}
        for code in {finding.code for finding in findings}:
            scores = [finding.score for finding in findings if finding.code == code]
            counted = self.codes.setdefault(code, CodeCount())
            counted.n_findings += len(scores)
            counted.n_notes += 1
            counted.n_notes_at_limit += code in at_limit
            counted.highest = max(counted.highest, *scores)
            if len(counted.first_ids) < N_SHOWN:
                counted.first_ids.append(findings[0].note_id)
        for name in {family(code) for code in at_limit} | ({""} if at_limit else set()):
            self.at_limit[name] = self.at_limit.get(name, 0) + 1
        for gate in self.gates:
            if any(gate.stops(finding, self.limits) for finding in findings):
                self.broken[gate.text] = self.broken.get(gate.text, 0) + 1

    def _reaches(self, finding: Finding) -> bool:
        limit = limit_of(finding.code, self.limits)
        return limit is not None and finding.score >= limit
