"""The check for PHI."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from clinsynth.checks import Parsed
from clinsynth.checks.parsing import MAX_CHARACTERS, readable
from clinsynth.checks.phi.kinds import KINDS
from clinsynth.errors import ConfigError, nearest
from clinsynth.records import Finding, Span

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerResult


@dataclass(frozen=True)
class PhiCheck:
    """Finds what looks like PHI by Presidio's engine and clinical recognizers, all rules, no model, no network.

    The score is the recognizer's confidence. What lies within a likelier finding is left out.

    Attributes:
        kinds: What to look for, of `clinsynth.checks.phi.kinds.KINDS`; everything when empty.

    Raises:
        ConfigError: There is no such kind.
    """

    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise ConfigError(f'there is no kind of PHI "{kind}"; {nearest(kind, KINDS)}')

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Look for PHI in each note."""
        return [tuple(self._findings(parsed)) for parsed in notes]

    def _findings(self, parsed: Parsed) -> Iterator[Finding]:
        note = parsed.note
        for result in _distinct(self._results(parsed)):
            kind = self._kind_of[result.entity_type]
            yield Finding(
                note_id=note.id,
                check="phi",
                code=f"phi/{kind}",
                score=min(1.0, float(result.score)),
                span=Span(start=result.start, end=result.end),
                evidence=_evidence(kind, result),
            )
        if len(note.text) > MAX_CHARACTERS:
            yield Finding(
                note_id=note.id,
                check="phi",
                code="phi/unchecked",
                score=1.0,
                span=Span(start=MAX_CHARACTERS, end=len(note.text)),
                evidence=f"only the first {MAX_CHARACTERS:,} characters were looked at",
            )

    def _results(self, parsed: Parsed) -> "list[RecognizerResult]":
        from clinsynth.checks.phi.engine import LANGUAGE, artifacts

        text = readable(parsed.note.text)
        if not text.strip():
            return []
        results: list[RecognizerResult] = self._analyzer.analyze(
            text, LANGUAGE, nlp_artifacts=artifacts(parsed.doc), return_decision_process=True
        )
        return results

    @cached_property
    def _kind_of(self) -> dict[str, str]:
        return {kind.entity: name for name, kind in KINDS.items()}

    @cached_property
    def _analyzer(self) -> "AnalyzerEngine":
        from clinsynth.checks.phi.engine import analyzer

        return analyzer(self.kinds or tuple(KINDS))


def _evidence(kind: str, result: "RecognizerResult") -> str:
    explanation = result.analysis_explanation
    pattern = f', pattern "{explanation.pattern_name}"' if explanation is not None else ""
    return f"looks like {KINDS[kind].label.lower()} (HIPAA item {KINDS[kind].item}{pattern})"


def _distinct(results: "list[RecognizerResult]") -> "list[RecognizerResult]":
    """Drop what lies within a result that is at least as likely, and keep the rest in order of position."""
    kept: list[RecognizerResult] = []
    for result in sorted(results, key=lambda found: (found.start, -found.end, -found.score, found.entity_type)):
        # Of the results before it, those that end first can hold it no more; few are ever left.
        if not any(_holds(outer, result) for outer in kept[-_N_OVERLAPPING:]):
            kept.append(result)
    return kept


# Recognizers that can overlap at one place.
_N_OVERLAPPING = 24


def _holds(outer: "RecognizerResult", inner: "RecognizerResult") -> bool:
    return bool(outer.start <= inner.start and inner.end <= outer.end and inner.score <= outer.score)
