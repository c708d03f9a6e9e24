"""Which of several texts for one section is kept: the one with the fewest faults."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from clinsynth.shingles import words as normal_words
from clinsynth.workflows.known_words import known_words, words_of
from clinsynth.workflows.slot_places import n_misfits

_SAID_TO_BE_ABSENT = frozenset({"condition", "symptom", "finding"})
_OF_WHOLE_NOTES = frozenset({"facts/missing", "form/too-short", "form/missing-section", "form/missing-slot"})
_SENTENCE = re.compile(r"[^.!?\n]+")
_MIN_SENTENCE_WORDS = 4  # "No fever." may stand twice in a section
_RUN = 5
_MAX_STUTTER = 3
_JOINING = frozenset({"and", "or", "with"})
_WORDS_BETWEEN = 4  # a drug, its dose and its frequency: "aspirin at a dose of 81 mg"
_DETAIL = re.compile(r"\[(DOSE|FREQUENCY)_(\d{1,2})\]")
_PLACEHOLDER = re.compile(r"\[[A-Z]{3,10}(?:_\d{1,2})?\]")
_MEASURE = re.compile(
    r"(?<![\d.,])\d[\d.,]{0,9}\s?(?:mg|mcg|mEq|units?|tablets?|capsules?|mmHg|mg/dL)\b|(?<![\d.])\d[\d.]{0,5}\s?%"
)
_NUMBER_BEHIND = re.compile(r"\[(?:CONDITION|SYMPTOM|FINDING|DRUG|DOSE|LAB|VITAL)_\d{1,2}\](?: (?:of|was|is))? \d")


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Counts what is wrong with the text of a section, before its note is whole.

    Typed slots that are missing, invented, or stand where the text affirms what had to be denied; without slots, facts
    of the section that are not stated. And whatever would reject a note: what the case does not account for,
    contradictions, repetition, dates, numbers and titles that look like PHI.
    And what a note may hold a few of, but a section does better without: pronouns of the other sex, sentences that
    were said before, words that no clinical text holds, doses and results that no fact gives, and, in slots, a dose
    that does not stand with its drug, or a slot where real notes have others (see `clinsynth.workflows.slot_places`).

    Attributes:
        limits: The lowest score of each code that rejects.
    """

    template: Template
    limits: Mapping[str, float | None]
    ontology: str = "core"

    def __call__(self, case: Case, section: Section, text: str, *, seed: int) -> int:
        """Count; `seed` is that of the section."""
        note = Note(id=case.id, text=text, note_type=case.note_type, case=case)
        unsaid = _PLACEHOLDER.sub(" ", text)
        n_unfounded = self._n_unknown_words(section, unsaid) + _n_unfounded(case, unsaid) + _n_repeated(text)
        if not section.slots:
            return n_unfounded + self._n_missing(note, section) + self._n_found(note) + _n_of_other_sex(note)
        filled = self.template.fill(section, text, seed, is_denied=is_negated)
        note = replace(note, text=filled.text)
        n_misplaced = (
            self._n_wrong(section, filled) + _n_apart(text) + len(_NUMBER_BEHIND.findall(text)) + n_misfits(text)
        )
        return n_unfounded + n_misplaced + self._n_found(note) + _n_of_other_sex(note)

    def _n_wrong(self, section: Section, filled: Filled) -> int:
        denied = {fact.id: fact.negated for fact in section.slots.values() if fact.kind in _SAID_TO_BE_ABSENT}
        turned = sum(
            all(is_negated(filled.text, span) != denied[fact_id] for span in spans)
            for fact_id, spans in filled.stated.items()
            if fact_id in denied
        )
        return len(filled.missing) + len(filled.invented) + filled.n_denied + turned

    def _n_unknown_words(self, section: Section, text: str) -> int:
        known = known_words(self.ontology)
        told = {word for fact in section.facts for word in words_of(f"{fact.subject} {fact.value}")}
        return sum(word not in known and word not in told for word in words_of(text))

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


def _n_unfounded(case: Case, text: str) -> int:
    """Count the doses and results in a text that no fact of its case gives."""
    given = " ".join(_spaceless(fact.value) for fact in case.facts)
    said = (re.escape(_spaceless(match[0])) for match in _MEASURE.finditer(text))
    return sum(re.search(rf"(?<![\d.]){each}", given) is None for each in said)


def _spaceless(text: str) -> str:
    return "".join(text.split()).casefold()


def _n_apart(text: str) -> int:
    """Count the slots of doses and frequencies that stand more than a few words behind their drug or dose."""
    return sum(not _stands_with_drug(text[: match.start()], match[2]) for match in _DETAIL.finditer(text))


def _stands_with_drug(before: str, number: str) -> bool:
    """Say whether a text ends, but for a few words, in the slot of a drug or its dose."""
    place = max(before.rfind(f"[{kind}_{number}]") for kind in ("DRUG", "DOSE"))
    return place >= 0 and len(before[place:].split()) - 1 <= _WORDS_BETWEEN


def _n_repeated(text: str) -> int:
    """Count the sentences, and the runs of five words, that were said before, and words said twice in a row."""
    sentences = Counter(" ".join(match[0].casefold().split()) for match in _SENTENCE.finditer(text))
    n_sentences = sum(n - 1 for sentence, n in sentences.items() if sentence.count(" ") >= _MIN_SENTENCE_WORDS - 1)
    words = [word for word, _ in normal_words(text) if word not in _JOINING]
    runs = Counter(tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1))
    return n_sentences + sum(n - 1 for n in runs.values()) + sum(_stutters(words))


def _stutters(words: Sequence[str]) -> Iterator[bool]:
    """Say of each word whether it, alone or with the next two, is said again at once."""
    for place, word in enumerate(words):
        again = any(
            words[place : place + size] == words[place + size : place + 2 * size] for size in range(1, _MAX_STUTTER + 1)
        )
        yield again and len(word) > 1


def _n_of_other_sex(note: Note) -> int:
    assert note.case is not None
    sex = next((fact.value for fact in note.case.facts if fact.kind == "sex"), "")
    return sum(pronoun.value != sex for pronoun in find_pronouns(note.text)) if sex else 0
