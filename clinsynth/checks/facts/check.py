"""The check of facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinsynth.checks import Parsed
from clinsynth.checks.facts.contradictions import Contradiction, against_case, within
from clinsynth.checks.facts.locating import located
from clinsynth.checks.facts.reading import Reading, read
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import readable
from clinsynth.checks.weights import weight
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.records import Case, Fact, Finding, Note


@dataclass(frozen=True)
class FactsCheck:
    """Finds facts of the case that a note does not state, and what it says against them.

    In a note without a case it finds what the note says against itself.

    A missing fact scores by kind; see `clinsynth.checks.weights`. Scores of contradictions:
    `clinsynth.checks.facts.contradictions`.

    Attributes:
        ontology: The name or folder of the ontology that the case is coded by.
    """

    ontology: str = "core"

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Check each note against its case."""
        return [tuple(self._findings(parsed.note)) for parsed in notes]

    def _findings(self, note: Note) -> Iterator[Finding]:
        text = readable(note.text)
        reading = read(text, self._finder)
        if note.case is None:
            found = within(reading)
        else:
            yield from self._missing(note, note.case, text, reading)
            found = against_case(note.case, reading)
        for contradiction in sorted(found, key=lambda each: (each.span, each.about)):
            yield _finding(note, contradiction)

    def _missing(self, note: Note, case: Case, text: str, reading: Reading) -> Iterator[Finding]:
        stated = located(case, text, reading, self._finder)
        for fact in case.facts:
            if fact.id not in stated:
                yield Finding(
                    note_id=note.id,
                    check="facts",
                    code="facts/missing",
                    score=weight(fact),
                    evidence=f"{fact.id} ({_named(fact)}) is not stated",
                )

    @property
    def _finder(self) -> MentionFinder:
        return mention_finder(self.ontology)


def _named(fact: Fact) -> str:
    """Name a fact by what the ontology calls it, never by a value that a note may hold."""
    if fact.kind in {"dose", "frequency"}:
        return f"{fact.kind} of {fact.subject}"
    if fact.kind in {"lab", "vital"}:
        return f"{fact.kind} {fact.subject}"
    if fact.code is None:
        return fact.kind
    return f"{fact.kind} {fact.value}, to be denied" if fact.negated else f"{fact.kind} {fact.value}"


def _finding(note: Note, found: Contradiction) -> Finding:
    against = "itself" if found.fact_id is None else found.fact_id
    return Finding(
        note_id=note.id,
        check="facts",
        code="facts/contradicted",
        score=found.score,
        span=found.span,
        evidence=f"against {against}: {found.about}",
    )
