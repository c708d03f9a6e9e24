"""What must hold in the tables of an ontology. Each problem names its table, its line and what is wrong."""

from collections.abc import Iterator, Mapping
from itertools import chain

from clinsynth.errors import nearest
from clinsynth.ontology.concepts import KINDS, PREDICATES, Concept, Relation

Problem = tuple[str, int, str]

PREVALENCES = ("common", "uncommon", "rare")
SEXES = ("", "female", "male")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "condition": ("sex", "age_min", "age_max", "prevalence", "specialty"),
    "medication": ("class", "doses", "frequencies", "route", "form"),
    "lab": ("unit", "low", "high", "critical_low", "critical_high", "decimals"),
    "vital": ("unit", "low", "high", "critical_low", "critical_high", "decimals"),
}
_LIMITS = ("critical_low", "low", "high", "critical_high")


def problems(concepts: Mapping[int, Concept], relations: Mapping[int, Relation]) -> Iterator[Problem]:
    """Yield what is wrong with the rows, which are given by line; concepts first, then relations."""
    known: dict[str, Concept] = {}
    names: dict[tuple[str, str], tuple[int, Concept]] = {}
    for line, concept in concepts.items():
        for message in chain(
            _identity(concept, known), _attributes(concept), _names(line, concept, names), _ranges(concept)
        ):
            yield "concepts.tsv", line, message
        known.setdefault(concept.id, concept)
    yield from _relation_problems(known, relations)


def _identity(concept: Concept, known: Mapping[str, Concept]) -> Iterator[str]:
    if concept.kind not in KINDS:
        yield f"there is no kind {concept.kind}; {nearest(concept.kind, KINDS)}"
    if not concept.id.startswith(f"{concept.kind}/") or not concept.name or not concept.source:
        yield f"a {concept.kind} has an id {concept.kind}/..., a name and a source; got {concept.id}"
    if concept.id in known:
        yield f"{concept.id} stands above already"


def _attributes(concept: Concept) -> Iterator[str]:
    for key in _REQUIRED.get(concept.kind, ()):
        if key not in concept.attributes:
            yield f'{concept.id} has no attribute "{key}"'
    if concept.attributes.get("sex", "") not in SEXES:
        yield f"the sex of {concept.id} must be female, male or empty"
    if concept.kind == "condition" and concept.attributes.get("prevalence") not in PREVALENCES:
        yield f"the prevalence of {concept.id} must be one of {', '.join(PREVALENCES)}"


def _names(line: int, concept: Concept, names: dict[tuple[str, str], tuple[int, Concept]]) -> Iterator[str]:
    for name in concept.names:
        above, other = names.setdefault((concept.kind, name.casefold()), (line, concept))
        if other.id != concept.id:
            yield f'"{name}" names {other.id} in line {above} already; one name, one {concept.kind}'


def _ranges(concept: Concept) -> Iterator[str]:
    try:
        numbers = {key: float(text) for key, text in _numeric(concept) if text}
    except ValueError:
        yield f"{concept.id} has a limit that is not a number"
        return
    if numbers.get("age_min", 0) > numbers.get("age_max", 120):
        yield f"{concept.id} has age_min above age_max"
    for sex in ("", "_female", "_male"):
        limits = [numbers[key] for limit in _LIMITS if (key := _key(numbers, limit, sex)) in numbers]
        if limits != sorted(set(limits)):
            yield f"{concept.id} has impossible limits: critical_low < low < high < critical_high must hold"
            return


def _numeric(concept: Concept) -> Iterator[tuple[str, str]]:
    limits = tuple(f"{limit}{sex}" for limit in _LIMITS for sex in ("", "_female", "_male"))
    for key in ("age_min", "age_max", "decimals", *limits):
        yield key, concept.attributes.get(key, "")


def _key(numbers: Mapping[str, float], limit: str, sex: str) -> str:
    return f"{limit}{sex}" if f"{limit}{sex}" in numbers else limit


def _relation_problems(known: Mapping[str, Concept], relations: Mapping[int, Relation]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in relations.items():
        for message in chain(_relation(row, known), _contradiction(row, seen)):
            yield "relations.tsv", line, message
        seen.setdefault((row.subject, row.predicate, row.object), line)


def _relation(row: Relation, known: Mapping[str, Concept]) -> Iterator[str]:
    if row.predicate not in PREDICATES:
        yield f"there is no predicate {row.predicate}; {nearest(row.predicate, PREDICATES)}"
        return
    if not row.source:
        yield "a relation has a source, or is curated"
    for concept_id, kind in zip((row.subject, row.object), PREDICATES[row.predicate], strict=True):
        if concept_id not in known:
            yield f"there is no concept {concept_id}; {_closest(concept_id, known)}"
        elif known[concept_id].kind != kind:
            yield f"{row.predicate} needs a {kind} where {concept_id} stands"


def _closest(concept_id: str, known: Mapping[str, Concept]) -> str:
    beside = [other for other in known if other.partition("/")[0] == concept_id.partition("/")[0]]
    answer = nearest(concept_id, beside)
    return answer if answer.startswith("did") else "add it to concepts.tsv"


_OPPOSITE = {
    "treated_by": "contraindicated_in",
    "contraindicated_in": "treated_by",
    "raises": "lowers",
    "lowers": "raises",
}


def _contradiction(row: Relation, seen: Mapping[tuple[str, str, str], int]) -> Iterator[str]:
    if (above := seen.get((row.subject, row.predicate, row.object))) is not None:
        yield f"{row.subject} {row.predicate} {row.object} stands in line {above} already"
    opposite = _OPPOSITE.get(row.predicate, "")
    ends = (row.subject, row.object) if row.predicate in {"raises", "lowers"} else (row.object, row.subject)
    if (above := seen.get((ends[0], opposite, ends[1]))) is not None:
        yield f"{row.subject} {row.predicate} {row.object} contradicts line {above} ({opposite})"
