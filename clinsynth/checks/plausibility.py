"""Plausibility: what a note says of its patient that clinical knowledge says cannot be so together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinsynth.checks import Parsed
from clinsynth.checks.facts.reading import Reading, Result, read
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import readable
from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.ontology.conflicts import CURATED, Conflict, PatientData, Regimen, conflicts
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.records import Finding, Note, Span

# What nobody outside the project has written down warns and does not reject; what a source says does.
_SCORE_CURATED, _SCORE_SOURCED = 0.4, 0.8
_SYSTOLIC, _DIASTOLIC = "vital/systolic-blood-pressure", "vital/diastolic-blood-pressure"
_FELT = frozenset({"symptom", "finding"})
_IN_ONES = 1000  # a count of cells without a unit is in ones from here on: "a white count of 7,900"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class PlausibilityCheck:
    """Finds contradictions between a note's own statements: a drug that a condition forbids, a dose nobody takes.

    The codes are those of `clinsynth.ontology.conflicts`. A finding scores 0.8 where it rests on a relation with a
    source and 0.4 where it rests on curated knowledge, which by default warns and does not reject.

    Attributes:
        ontology: The name or folder of an ontology.
    """

    ontology: str = "core"

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Look at what each note says of its patient."""
        return [tuple(self._findings(parsed.note)) for parsed in notes]

    def _findings(self, note: Note) -> Iterator[Finding]:
        ontology = self._finder.ontology
        reading = read(readable(note.text), self._finder)
        places = dict(_places(reading, ontology))
        found = [
            _finding(note, conflict, places, ontology) for conflict in conflicts(_patient(reading, ontology), ontology)
        ]
        yield from sorted(set(found), key=lambda each: (each.span or Span(start=0, end=1), each.code, each.evidence))

    @property
    def _finder(self) -> MentionFinder:
        return mention_finder(self.ontology)


def _finding(note: Note, conflict: Conflict, places: Mapping[str, Span], ontology: Ontology) -> Finding:
    subject, other = (ontology.concepts.get(end) for end in (conflict.subject, conflict.object))
    names = " and ".join(concept.name for concept in (subject, other) if concept is not None)
    return Finding(
        note_id=note.id,
        check="plausibility",
        code=f"plausibility/{conflict.code}",
        score=_SCORE_CURATED if conflict.source == CURATED else _SCORE_SOURCED,
        span=places.get(conflict.subject),
        evidence=f"{names} (source: {conflict.source})",
    )


def _places(reading: Reading, ontology: Ontology) -> Iterator[tuple[str, Span]]:
    """Give where each concept stands: its first place last, that of a result in the end, for a dictionary keeps it."""
    found = [(test.id, result.span) for result in reading.results for test, _ in _numbers(result, ontology)]
    found += [(mention.concept.id, mention.span) for mention in reading.mentions if not mention.negated]
    yield from reversed(found)


def _patient(reading: Reading, ontology: Ontology) -> PatientData:
    """Put together what a note affirms of its patient."""
    present = {mention.concept.id: mention.concept for mention in reading.mentions if not mention.negated}
    amounts = {(amount.kind, amount.drug): amount.value for amount in reversed(reading.amounts)}
    return PatientData(
        age=_adult_age(reading),
        sex=reading.sexes[0].value if reading.sexes else "",
        conditions=_of_kinds(present, {"condition"}),
        symptoms=_of_kinds(present, _FELT),
        regimens=tuple(
            Regimen(
                drug=drug, dose=amounts.get(("dose", drug.id), ""), frequency=amounts.get(("frequency", drug.id), "")
            )
            for drug in _of_kinds(present, {"medication"})
        ),
        allergens=tuple(dict.fromkeys(found.concept for found in reading.allergies if not found.negated)),
        results=tuple(pair for result in reading.results for pair in _numbers(result, ontology)),
    )


def _adult_age(reading: Reading) -> int | None:
    """Give the age of an adult: what an ontology says of ages is about adults, and speaks against no child."""
    age = int(reading.ages[0].value) if reading.ages else None
    return age if age is not None and age >= _ADULT else None


_ADULT = 18


def _of_kinds(present: Mapping[str, Concept], kinds: frozenset[str] | set[str]) -> tuple[Concept, ...]:
    return tuple(concept for concept in present.values() if concept.kind in kinds)


def _numbers(result: Result, ontology: Ontology) -> Iterator[tuple[Concept, float]]:
    """Give the tests of a result with their numbers, where it is in the unit of the ontology; a pressure is two."""
    test = ontology.concepts[result.code]
    if result.unit and result.unit.casefold() != test.attributes.get("unit", "").casefold():
        return
    numbers = [float(number) for number in _NUMBER.findall(result.number.replace(",", ""))]
    if not result.unit and test.attributes.get("unit") == "K/uL":
        numbers = [number / 1000 if number >= _IN_ONES else number for number in numbers]
    ids = (_SYSTOLIC, _DIASTOLIC) if test.id == _SYSTOLIC else (test.id,)
    for test_id, number in zip(ids, numbers, strict=False):
        if test_id in ontology.concepts:
            yield ontology.concepts[test_id], number
