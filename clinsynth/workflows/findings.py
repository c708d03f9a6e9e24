"""Findings as rows of findings.jsonl."""

from typing import Any

from clinsynth.records import Finding


def finding_row(finding: Finding) -> dict[str, Any]:
    """Give a finding as a row: start and end are null for the note as a whole."""
    return {
        "note_id": finding.note_id,
        "check": finding.check,
        "code": finding.code,
        "score": round(finding.score, 4),
        "start": finding.span.start if finding.span else None,
        "end": finding.span.end if finding.span else None,
        "evidence": finding.evidence,
    }
