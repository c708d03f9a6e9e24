"""Which of several texts for one section is kept: the one with the fewest faults."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from clinsynth.checks import Check, Parsed
from clinsynth.checks.entities import EntitiesCheck
from clinsynth.checks.facts import FactsCheck
from clinsynth.checks.facts.locating import locate
from clinsynth.checks.form import FormCheck
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import parse
from clinsynth.checks.phi import PhiCheck
from clinsynth.ontology.negation import is_negated
from clinsynth.ontology.values import find_pronouns
from clinsynth.prompts import Section, Template
from clinsynth.prompts.slots import Filled
from clinsynth.records import Case, Note

_SAID_TO_BE_ABSENT = frozenset({"condition", "symptom", "finding"})
_OF_WHOLE_NOTES = frozenset({"facts/missing", "form/too-short", "form/missing-section", "form/missing-slot"})
_SENTENCE = re.compile(r"[^.!?\n]+")
_MIN_SENTENCE_WORDS = 4  # "No fever." may stand twice in a section


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Counts what is wrong with the text of a section, before its note is whole.

    Typed slots that are missing, invented, or stand where the text affirms what had to be denied; without slots, facts
    of the section that are not stated. And whatever would reject a note: what the case does not account for,
    contradictions, repetition, dates, numbers and titles that look like PHI.
    And what a note may hold a few of, but a section does better without: pronouns of the other sex, and sentences that
    were said before.

    Attributes:
        limits: The lowest score of each code that rejects.
    """

    template: Template
    limits: Mapping[str, float | None]
    ontology: str = "core"

    def __call__(self, case: Case, section: Section, text: str, *, seed: int) -> int:
        """Count; `seed` is that of the section."""
        note = Note(id=case.id, text=text, note_type=case.note_type, case=case)
        if not section.slots:
            return self._n_missing(note, section) + self._n_found(note) + _n_of_other_sex(note) + _n_repeated(text)
        filled = self.template.fill(section, text, seed, is_denied=is_negated)
        note = replace(note, text=filled.text)
        return self._n_wrong(section, filled) + self._n_found(note) + _n_of_other_sex(note) + _n_repeated(text)

    def _n_wrong(self, section: Section, filled: Filled) -> int:
        denied = {fact.id: fact.negated for fact in section.slots.values() if fact.kind in _SAID_TO_BE_ABSENT}
        turned = sum(
            all(is_negated(filled.text, span) != denied[fact_id] for span in spans)
            for fact_id, spans in filled.stated.items()
            if fact_id in denied
        )
        return len(filled.missing) + len(filled.invented) + filled.n_denied + turned

    def _n_missing(self, note: Note, section: Section) -> int:
        assert note.case is not None
        wanted = {fact.id for fact in section.facts}
        # As the case words them: a prompt may name them by other words.
        own = replace(note.case, facts=tuple(fact for fact in note.case.facts if fact.id in wanted))
        return len(own.facts) - len(locate(replace(note, case=own), mention_finder(self.ontology)))

    def _n_found(self, note: Note) -> int:
        found = (finding for check in self._checks for finding in check([Parsed(note, parse)])[0])
        return sum(
            (limit := self.limits[finding.code]) is not None and finding.score >= limit
            for finding in found
            if finding.code not in _OF_WHOLE_NOTES
        )

    @cached_property
    def _checks(self) -> tuple[Check, ...]:
        patterns = PhiCheck(names=None)  # the recognizer of names would take most of the time
        return FormCheck(), EntitiesCheck(ontology=self.ontology), FactsCheck(ontology=self.ontology), patterns


def _n_repeated(text: str) -> int:
    """Count the sentences that say word for word what one before them says."""
    sentences = Counter(" ".join(match[0].casefold().split()) for match in _SENTENCE.finditer(text))
    return sum(count - 1 for sentence, count in sentences.items() if sentence.count(" ") >= _MIN_SENTENCE_WORDS - 1)


def _n_of_other_sex(note: Note) -> int:
    assert note.case is not None
    sex = next((fact.value for fact in note.case.facts if fact.kind == "sex"), "")
    return sum(pronoun.value != sex for pronoun in find_pronouns(note.text)) if sex else 0
