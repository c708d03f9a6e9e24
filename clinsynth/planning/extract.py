"""What a real note says, as a case: the attributes and facts it is trained with."""

import dataclasses
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clinsynth.ontology.concepts import Concept
from clinsynth.ontology.hypothetical import is_hypothetical
from clinsynth.ontology.mentions import Mention, MentionFinder
from clinsynth.ontology.values import (
    Value,
    find_ages,
    find_doses,
    find_frequencies,
    find_measurements,
    find_sexes,
    sex_of_pronouns,
    with_unit,
)
from clinsynth.planning.results import BLOOD_PRESSURE, SYSTOLIC
from clinsynth.prompts.headings import find_headings
from clinsynth.records import Case, Fact, Note, Span

_MAX_TO_DOSE = 30  # characters between a drug and its dose
_MAX_TO_FREQUENCY = 70
_MAX_TO_SEX = 40  # characters between "64-year-old" and "woman"
_RELATIVES = re.compile(r"\b(?:FAMILY|FHX?|FAM)\b", re.IGNORECASE)
_ALLERGIES = re.compile(r"\bALLERG", re.IGNORECASE)
_ALLERGIC_TO = re.compile(
    r"\ballerg(?:y|ies|ic)\s{1,3}to\s{1,3}(?:[\w-]{1,20},?\s{1,2}(?:and|or)?\s?){0,2}$", re.IGNORECASE
)
_SUBSTANCES = frozenset({"medication", "allergen"})
_RESULTS = frozenset({"lab", "vital"})
_PROBLEMS = frozenset({"condition", "symptom", "finding"})
_FAHRENHEIT_FROM = 70.0  # no living body is that warm in degrees Celsius


@dataclass(frozen=True, kw_only=True, slots=True)
class _Statement:
    """A fact without an id, and where it is stated; nowhere for a sex that only the pronouns tell."""

    kind: str
    subject: str
    relation: str
    value: str
    span: Span | None
    code: str | None = None
    negated: bool = False

    @property
    def key(self) -> tuple[str, str, str, bool]:
        return self.kind, self.subject, self.value, self.negated


def extract(note: Note, *, finder: MentionFinder) -> Note:
    """Copy a real note with `case` and `stated` filled from its text.

    Found are age, sex, conditions, symptoms, findings, procedures, drugs with dose and frequency, results of labs and
    vital signs with their unit (that of the ontology where none is written and the number lies in its range), and
    allergies. Facts are in the order of the text; one stated in several places is one fact; a text that says both has
    both. What stands under a heading of family history is about others, and what may come ("risk of DVT") is not so:
    both are left out.

    Args:
        note: A note with its line breaks.
        finder: Of all kinds of concepts.
    """
    groups: dict[tuple[str, str, str, bool], list[_Statement]] = {}
    for statement in sorted(_statements(note.text, finder), key=_position):
        groups.setdefault(statement.key, []).append(statement)
    facts = tuple(_fact(f"f{number}", group[0]) for number, group in enumerate(groups.values(), start=1))
    stated = {
        fact.id: tuple(statement.span for statement in group if statement.span is not None)
        for fact, group in zip(facts, groups.values(), strict=True)
    }
    case = Case(
        id=note.id,
        note_type=note.note_type,
        specialty=note.specialty,
        attributes={fact.kind: fact.value for fact in facts if fact.kind in {"age", "sex"}},
        facts=facts,
    )
    return dataclasses.replace(note, case=case, stated={name: spans for name, spans in stated.items() if spans})


def _position(statement: _Statement) -> tuple[int, int]:
    return (statement.span.start, statement.span.end) if statement.span else (0, 0)


def _fact(fact_id: str, statement: _Statement) -> Fact:
    return Fact(
        id=fact_id,
        kind=statement.kind,
        subject=statement.subject,
        relation=statement.relation,
        value=statement.value,
        code=statement.code,
        negated=statement.negated,
    )


def _statements(text: str, finder: MentionFinder) -> Iterator[_Statement]:
    headings = find_headings(text)
    starts = [heading.span.start for heading in headings]

    def heading_at(position: int) -> str:
        place = bisect_right(starts, position) - 1
        return headings[place].name if place >= 0 else ""

    of_patient = [found for found in finder(text) if not _RELATIVES.search(heading_at(found.span.start))]
    allergic = {
        found.span
        for found in of_patient
        if found.concept.kind in _SUBSTANCES
        and (_ALLERGIES.search(heading_at(found.span.start)) or _follows_allergic_to(text, found.span.start))
    }

    def own(values: Iterable[Value]) -> list[Value]:
        return [value for value in values if not _RELATIVES.search(heading_at(value.span.start))]

    yield from _about_patient(text, own(find_ages(text)), own(find_sexes(text)))
    yield from (
        _problem(found)
        for found in of_patient
        if found.concept.kind in _PROBLEMS and not is_hypothetical(text, found.span)
    )
    yield from (
        _procedure(found)
        for found in of_patient
        if found.concept.kind == "procedure" and not found.negated and not is_hypothetical(text, found.span)
    )
    yield from (_allergy(found) for found in of_patient if found.span in allergic)
    drugs = [found for found in of_patient if found.concept.kind == "medication" and found.span not in allergic]
    yield from _medications(text, drugs)
    yield from _results(text, [found for found in of_patient if found.concept.kind in _RESULTS])


def _follows_allergic_to(text: str, position: int) -> bool:
    return _ALLERGIC_TO.search(text[max(0, position - 60) : position]) is not None


def _about_patient(text: str, ages: Sequence[Value], sexes: Sequence[Value]) -> Iterator[_Statement]:
    if ages:
        same = (age for age in ages if age.value == ages[0].value)
        yield from (_of_patient("age", age.value, age.span) for age in same)
    sex = _sex(text, ages, sexes)
    if not sex:
        return
    yield from (_of_patient("sex", sex, found.span) for found in sexes if found.value == sex)
    if all(found.value != sex for found in sexes):
        yield _of_patient("sex", sex, None)


def _of_patient(kind: str, value: str, span: Span | None) -> _Statement:
    return _Statement(kind=kind, subject="patient", relation="is", value=value, span=span)


def _sex(text: str, ages: Sequence[Value], sexes: Sequence[Value]) -> str:
    """Give the sex named right behind the age, else that of the pronouns, else the one named most, else ""."""
    for age in ages[:1]:
        for found in sexes:
            if 0 <= found.span.start - age.span.end <= _MAX_TO_SEX:
                return found.value
    if spoken := sex_of_pronouns(text):
        return spoken
    return Counter(found.value for found in sexes).most_common(1)[0][0] if sexes else ""


def _problem(found: Mention) -> _Statement:
    return _Statement(
        kind=found.concept.kind,
        subject="patient",
        relation="has",
        value=found.concept.name,
        span=found.span,
        code=found.concept.id,
        negated=found.negated,
    )


def _procedure(found: Mention) -> _Statement:
    return _Statement(
        kind="procedure",
        subject="patient",
        relation="underwent",
        value=found.concept.name,
        span=found.span,
        code=found.concept.id,
    )


def _allergy(found: Mention) -> _Statement:
    return _Statement(
        kind="allergy",
        subject="patient",
        relation="allergic_to",
        value=found.concept.name,
        span=found.span,
        code=found.concept.id,
        negated=found.negated,
    )


def _medications(text: str, drugs: Sequence[Mention]) -> Iterator[_Statement]:
    for place, drug in enumerate(drugs):
        yield _Statement(
            kind="medication",
            subject="patient",
            relation="takes",
            value=drug.concept.name,
            span=drug.span,
            code=drug.concept.id,
            negated=drug.negated,
        )
        following = drugs[place + 1].span.start if place + 1 < len(drugs) else len(text)
        if not drug.negated:
            yield from _regimen(text, drug, min(following, drug.span.end + _MAX_TO_FREQUENCY))


def _regimen(text: str, drug: Mention, limit: int) -> Iterator[_Statement]:
    """Find dose and frequency between a drug and the next one, on the same line."""
    line_end = text.find("\n", drug.span.end, limit)
    end = limit if line_end < 0 else line_end
    window = text[drug.span.end : end]
    for kind, values, reach in (
        ("dose", find_doses(window), _MAX_TO_DOSE),
        ("frequency", find_frequencies(window), _MAX_TO_FREQUENCY),
    ):
        if values and values[0].span.start <= reach:
            first = values[0]
            span = Span(start=drug.span.end + first.span.start, end=drug.span.end + first.span.end)
            yield _Statement(kind=kind, subject=drug.concept.name, relation=kind, value=first.value, span=span)


def _results(text: str, named: Sequence[Mention]) -> Iterator[_Statement]:
    concepts = {found.span: found.concept for found in named}
    for result in find_measurements(text, [found.span for found in named]):
        concept = concepts[result.name_span]
        unit = result.unit or _implied_unit(concept, result.number)
        span = Span(start=min(result.name_span.start, result.span.start), end=result.span.end)
        yield _Statement(
            kind=concept.kind,
            subject=BLOOD_PRESSURE if "/" in result.number and concept.name == SYSTOLIC else concept.name,
            relation="measured",
            value=with_unit(result.number, unit),
            span=span,
            code=concept.id,
        )


def _implied_unit(concept: Concept, number: str) -> str:
    unit = concept.attributes.get("unit", "")
    if "/" in number:
        return unit
    size = float(number)
    if unit == "C" and size >= _FAHRENHEIT_FROM:
        return "F"
    lowest = concept.number("critical_low") or concept.number("low") or 0.0
    highest = concept.number("critical_high") or concept.number("high") or 0.0
    return unit if lowest / 2 <= size <= 2 * highest else ""
