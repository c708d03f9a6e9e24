"""What must hold in the tables of an ontology. Each problem names its table, its line and what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from clinsynth.errors import nearest
from clinsynth.ontology.concepts import KINDS, PREDICATES, Abbreviation, Concept, Relation
from clinsynth.ontology.ranges import RangeRow, reference_range

Problem = tuple[str, int, str]

PREVALENCES = ("common", "uncommon", "rare")
SEXES = ("", "female", "male")
COURSES = ("acute", "chronic", "recurrent")
STRENGTHS = ("mild", "moderate", "marked")
SEVERITIES = ("contraindicated", "major", "moderate", "minor")
_LIMITS = ("expected_low", "critical_low", "low", "high", "critical_high", "expected_high")
_NUMBERS = ("age_min", "age_max", "decimals", "renal_reduce", "renal_avoid", *_LIMITS)
# What an attribute may say, where it says anything.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "sex": SEXES,
    "prevalence": PREVALENCES,
    "course": COURSES,
    "therapy": ("drug", "none"),
    "pregnancy": ("compatible", "caution", "avoid"),
    "strength": STRENGTHS,
    "severity": SEVERITIES,
    "level": ("drug", "class"),
    "essential": ("yes",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """The rows of an ontology, by line of their table."""

    concepts: Mapping[int, Concept]
    relations: Mapping[int, Relation]
    ranges: Mapping[int, RangeRow] = field(default_factory=dict)
    abbreviations: Mapping[int, Abbreviation] = field(default_factory=dict)


def problems(tables: Tables) -> Iterator[Problem]:
    """Yield what is wrong with the rows: concepts first, then relations, ranges and abbreviations.

    Attributes that only planning needs may be absent: an ontology can serve to find and code what notes say.
    """
    known: dict[str, Concept] = {}
    names: dict[tuple[str, str], tuple[int, Concept]] = {}
    for line, concept in tables.concepts.items():
        for message in chain(
            _identity(concept, known), _attributes(concept), _names(line, concept, names), _limits_of(concept)
        ):
            yield "concepts.tsv", line, message
        known.setdefault(concept.id, concept)
    yield from _relation_problems(known, tables.relations)
    for line, row in tables.ranges.items():
        yield from (("ranges.tsv", line, message) for message in _range(row, known))
    for number, short in tables.abbreviations.items():
        if not 0 < short.share <= 1:
            yield "abbreviations.tsv", number, f"a share is above 0 and at most 1; {short.short} has {short.share}"
        if short.concept and short.concept not in known:
            yield "abbreviations.tsv", number, f"there is no concept {short.concept}"


def _identity(concept: Concept, known: Mapping[str, Concept]) -> Iterator[str]:
    if concept.kind not in KINDS:
        yield f"there is no kind {concept.kind}; {nearest(concept.kind, KINDS)}"
    if not concept.id.startswith(f"{concept.kind}/") or not concept.name or not concept.source:
        yield f"a {concept.kind} has an id {concept.kind}/..., a name and a source; got {concept.id}"
    if concept.id in known:
        yield f"{concept.id} stands above already"


def _attributes(concept: Concept) -> Iterator[str]:
    for key, value in concept.attributes.items():
        if value and key in _CHOICES and value not in _CHOICES[key]:
            yield f'the {key} of {concept.id} is one of {", ".join(filter(None, _CHOICES[key]))}; got "{value}"'
        if value and key in _NUMBERS and not _is_number(value):
            yield f'the {key} of {concept.id} is a number; got "{value}"'


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _names(line: int, concept: Concept, names: dict[tuple[str, str], tuple[int, Concept]]) -> Iterator[str]:
    for name in concept.names:
        above, other = names.setdefault((concept.kind, name.casefold()), (line, concept))
        if other.id != concept.id:
            yield f'"{name}" names {other.id} in line {above} already; one name, one {concept.kind}'


def _limits_of(concept: Concept) -> Iterator[str]:
    numbers = {key: float(text) for key in _NUMBERS if _is_number(text := concept.attributes.get(key, ""))}
    if numbers.get("age_min", 0) > numbers.get("age_max", 120):
        yield f"{concept.id} has age_min above age_max"
    limits = [numbers[key] for key in _LIMITS if key in numbers]
    if limits != sorted(limits) or not _apart(numbers):
        yield f"{concept.id} has impossible limits: {' <= '.join(_LIMITS)} must hold, low < high"


def _apart(numbers: Mapping[str, float]) -> bool:
    pairs = (("critical_low", "low"), ("low", "high"), ("high", "critical_high"))
    return all(numbers[one] < numbers[two] for one, two in pairs if one in numbers and two in numbers)


def _relation_problems(known: Mapping[str, Concept], relations: Mapping[int, Relation]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in relations.items():
        for message in chain(_relation(row, known), _contradiction(row, seen)):
            yield "relations.tsv", line, message
        seen.setdefault((row.subject, row.predicate, row.object), line)
    yield from _class_contradictions(relations)
    yield from _comorbid_exclusions(relations)


def _relation(row: Relation, known: Mapping[str, Concept]) -> Iterator[str]:
    if row.predicate not in PREDICATES:
        yield f"there is no predicate {row.predicate}; {nearest(row.predicate, PREDICATES)}"
        return
    if not row.source:
        yield "a relation has a source, or is curated"
    for concept_id, kinds in zip((row.subject, row.object), PREDICATES[row.predicate], strict=True):
        if concept_id not in known:
            yield f"there is no concept {concept_id}; {_closest(concept_id, known)}"
        elif known[concept_id].kind not in kinds:
            yield f"{row.predicate} needs a {' or '.join(kinds)} where {concept_id} stands"
    for key, value in row.attributes.items():
        if value and key in _CHOICES and value not in _CHOICES[key]:
            yield f'{key} is one of {", ".join(_CHOICES[key])}; {row.subject} {row.predicate} has "{value}"'


def _closest(concept_id: str, known: Mapping[str, Concept]) -> str:
    beside = [other for other in known if other.partition("/")[0] == concept_id.partition("/")[0]]
    answer = nearest(concept_id, beside)
    return answer if answer.startswith("did") else "add it to concepts.tsv"


_BOTH_WAYS = frozenset({"interacts_with", "excludes", "resembles"})
_OPPOSITE = {
    "treated_by": "contraindicated_in",
    "contraindicated_in": "treated_by",
    "raises": "lowers",
    "lowers": "raises",
}


def _contradiction(row: Relation, seen: Mapping[tuple[str, str, str], int]) -> Iterator[str]:
    if row.subject == row.object:
        yield f"{row.subject} {row.predicate} itself"
    if (above := seen.get((row.subject, row.predicate, row.object))) is not None:
        yield f"{row.subject} {row.predicate} {row.object} stands in line {above} already"
    elif row.predicate in _BOTH_WAYS and (above := seen.get((row.object, row.predicate, row.subject))) is not None:
        yield f"{row.subject} {row.predicate} {row.object} stands in line {above} already, the other way round"
    opposite = _OPPOSITE.get(row.predicate, "")
    ends = (row.subject, row.object) if row.predicate in {"raises", "lowers"} else (row.object, row.subject)
    if (above := seen.get((ends[0], opposite, ends[1]))) is not None:
        yield f"{row.subject} {row.predicate} {row.object} contradicts line {above} ({opposite})"


def _comorbid_exclusions(relations: Mapping[int, Relation]) -> Iterator[Problem]:
    """Find conditions that are said to go together and to exclude each other, in whichever order."""
    together = {frozenset((r.subject, r.object)) for r in relations.values() if r.predicate == "comorbid_with"}
    for line, row in relations.items():
        if row.predicate == "excludes" and frozenset((row.subject, row.object)) in together:
            yield "relations.tsv", line, f"{row.subject} excludes {row.object} contradicts comorbid_with between them"


def _class_contradictions(relations: Mapping[int, Relation]) -> Iterator[Problem]:
    """Find drugs that treat a condition in which their class is contraindicated, and interactions said twice."""
    classes = {row.subject: row.object for row in relations.values() if row.predicate == "member_of"}
    forbidden = {(row.subject, row.object) for row in relations.values() if row.predicate == "contraindicated_in"}
    pairs = {frozenset((r.subject, r.object)) for r in relations.values() if r.predicate == "interacts_with"}
    for line, row in relations.items():
        if row.predicate == "treated_by" and (classes.get(row.object, ""), row.subject) in forbidden:
            yield (
                "relations.tsv",
                line,
                f"{row.subject} treated_by {row.object} contradicts contraindicated_in of its class",
            )
        if row.predicate == "interacts_with" and (by := _said_by_class(row, classes, pairs)):
            yield "relations.tsv", line, f"{row.subject} interacts_with {row.object} is said by {' and '.join(by)}"


def _said_by_class(row: Relation, classes: Mapping[str, str], pairs: set[frozenset[str]]) -> tuple[str, ...]:
    ours = (row.subject, classes.get(row.subject, ""))
    theirs = (row.object, classes.get(row.object, ""))
    own = frozenset((row.subject, row.object))
    wider = (frozenset((one, two)) for one in ours for two in theirs if one and two)
    return next((tuple(sorted(pair)) for pair in wider if pair != own and pair in pairs), ())


def _range(row: RangeRow, known: Mapping[str, Concept]) -> Iterator[str]:
    test = known.get(row.test)
    if test is None or test.kind not in {"lab", "vital"}:
        yield f"there is no lab or vital sign {row.test}; {_closest(row.test, known)}"
        return
    if row.sex not in SEXES or row.age_min > row.age_max:
        yield f"a range is of a sex (female, male or empty) and of ages in order; {row.test} is not"
    limits = reference_range(test, row)
    listed = (limits.floor, limits.critical_low, limits.low, limits.high, limits.critical_high, limits.ceiling)
    numbers = [value for value in listed if value is not None]
    if numbers != sorted(numbers) or (limits.low is not None and limits.low == limits.high):
        yield f"{row.test} has impossible limits for {row.sex or 'both sexes'}, {row.age_min} to {row.age_max} years"
