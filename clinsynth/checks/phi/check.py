"""The check for PHI."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checks import Parsed
from clinsynth.checks.parsing import MAX_CHARACTERS, readable
from clinsynth.checks.phi.kinds import KINDS, TRAINED
from clinsynth.errors import ConfigError, nearest
from clinsynth.records import Finding, Span

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerResult

    from clinsynth.checks.phi.trained_name import TrainedNameRecognizer


@dataclass(frozen=True)
class PhiCheck:
    """Finds what looks like PHI by Presidio's engine and clinical recognizers, and names by a small model; no network.

    The score is the recognizer's confidence. What lies within a likelier finding is left out; a name that patterns and
    the model both find is one finding.

    Attributes:
        kinds: What to look for, of `clinsynth.checks.phi.kinds.KINDS`; everything when empty.
        names: Whose names of people, places and organisations are taken: "embedded", any spaCy pipeline by its name or
            folder, or None for those alone that patterns find.

    Raises:
        ConfigError: There is no such kind; on first use, there is no such pipeline.
    """

    kinds: tuple[str, ...] = ()
    names: str | None = "embedded"

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise ConfigError(f'there is no kind of PHI "{kind}"; {nearest(kind, KINDS)}')

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Look for PHI in each note."""
        return [tuple(self._findings(*both)) for both in zip(notes, self._named(notes), strict=True)]

    @property
    def weights(self) -> Path | None:
        """Where the pipeline is that names are found by; None without one."""
        from clinsynth.checks.phi.trained_name import load_names

        return None if self.names is None else load_names(self.names).path

    def _findings(self, parsed: Parsed, named: "list[RecognizerResult]") -> Iterator[Finding]:
        note = parsed.note
        for result in _distinct(merged(self._results(parsed), named)):
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

    def _named(self, notes: Sequence[Parsed]) -> "list[list[RecognizerResult]]":
        """Let the model see all notes of a batch at once."""
        entities = {KINDS[kind].entity for kind in self._kinds if TRAINED in KINDS[kind].recognizers}
        if self.names is None or not entities:
            return [[] for _ in notes]
        found = self._recognizer.find([parsed.doc for parsed in notes])
        return [[result for result in results if result.entity_type in entities] for results in found]

    @property
    def _kinds(self) -> tuple[str, ...]:
        return self.kinds or tuple(KINDS)

    @cached_property
    def _recognizer(self) -> "TrainedNameRecognizer":
        from clinsynth.checks.phi.trained_name import TrainedNameRecognizer

        return TrainedNameRecognizer(pipeline=self.names or "")

    @cached_property
    def _kind_of(self) -> dict[str, str]:
        return {kind.entity: name for name, kind in KINDS.items()}

    @cached_property
    def _analyzer(self) -> "AnalyzerEngine":
        from clinsynth.checks.phi.engine import analyzer

        return analyzer(self._kinds)


def _evidence(kind: str, result: "RecognizerResult") -> str:
    explanation = result.analysis_explanation
    pattern = (
        f', pattern "{explanation.pattern_name}"' if explanation and explanation.pattern_name else ", by its context"
    )
    return f"looks like {KINDS[kind].label.lower()} (HIPAA item {KINDS[kind].item}{pattern})"


def merged(by_pattern: "list[RecognizerResult]", named: "list[RecognizerResult]") -> "list[RecognizerResult]":
    """Add what a model found to what patterns found.

    What lies within a pattern's finding adds nothing; where a name and a pattern's name overlap otherwise, the finding
    of the pattern spans both.
    """
    results = list(by_pattern)
    for name in named:
        beside = [at for at, result in enumerate(results) if result.start < name.end and name.start < result.end]
        if any(results[at].start <= name.start and name.end <= results[at].end for at in beside):
            continue
        same = next((at for at in beside if results[at].entity_type == name.entity_type), None)
        if same is None:
            results.append(name)
        else:
            results[same] = _spanning(results[same], name)
    return results


def _spanning(result: "RecognizerResult", other: "RecognizerResult") -> "RecognizerResult":
    both = copy.copy(result)
    both.start, both.end = min(result.start, other.start), max(result.end, other.end)
    both.score = max(result.score, other.score)
    return both


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
