"""Which facts a section is asked to state, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

FACT_KINDS = (
    "age",
    "allergy",
    "condition",
    "course",
    "disposition",
    "dose",
    "finding",
    "frequency",
    "lab",
    "medication",
    "onset",
    "procedure",
    "sex",
    "social",
    "symptom",
    "vital",
)
PATIENT = "patient"
_DETAILS = frozenset({"dose", "frequency"})
# A fact with one of these relations is not one of today's: groups hold it only where they name it.
_APART = frozenset({"had", "runs_in_family", "measured_before", "stops"})
_OF_AN_INVESTIGATION = "procedure/"  # how the code of a finding begins that imaging or an operation showed
Selector = Callable[[Case], tuple[Fact, ...]]


def _of_kind(case: Case, kind: str, *, negated: bool = False) -> tuple[Fact, ...]:
    return tuple(
        fact for fact in case.facts if fact.kind == kind and fact.negated is negated and fact.relation not in _APART
    )


def _related(case: Case, kind: str, relation: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in case.facts if fact.relation == relation and fact.kind == kind)


def _findings(case: Case, *, negated: bool = False) -> tuple[Fact, ...]:
    return tuple(fact for fact in _of_kind(case, "finding", negated=negated) if not is_shown(fact))


def is_shown(finding: Fact) -> bool:
    """Say whether a finding is what an investigation or operation showed, rather than one of the examination."""
    return (finding.code or "").startswith(_OF_AN_INVESTIGATION)


def _shown(case: Case) -> tuple[Fact, ...]:
    return tuple(fact for fact in case.facts if fact.kind == "finding" and is_shown(fact))


def _negatives(case: Case) -> tuple[Fact, ...]:
    return (*_of_kind(case, "symptom", negated=True), *_of_kind(case, "condition", negated=True))


def _with_regimen(case: Case, drugs: Sequence[Fact]) -> tuple[Fact, ...]:
    names = {drug.value for drug in drugs}
    chosen = {drug.id for drug in drugs}
    return tuple(fact for fact in case.facts if fact.id in chosen or (fact.kind in _DETAILS and fact.subject in names))


SELECTORS: Mapping[str, Selector] = MappingProxyType(
    {
        "main condition": lambda case: _of_kind(case, "condition")[:1],
        "comorbidities": lambda case: _of_kind(case, "condition")[1:],
        "past conditions": lambda case: _related(case, "condition", "had"),
        "family history": lambda case: _related(case, "condition", "runs_in_family"),
        "symptoms": lambda case: _of_kind(case, "symptom"),
        "negatives": _negatives,
        "onset": lambda case: _of_kind(case, "onset"),
        "main drug": lambda case: _with_regimen(case, _of_kind(case, "medication")[:1]),
        "other drugs": lambda case: _with_regimen(case, _of_kind(case, "medication")[1:]),
        "stopped drugs": lambda case: _related(case, "medication", "stops"),
        "key lab": lambda case: _of_kind(case, "lab")[:1],
        "other labs": lambda case: _of_kind(case, "lab")[1:],
        "previous labs": lambda case: _related(case, "lab", "measured_before"),
        "key vital": lambda case: _of_kind(case, "vital")[:1],
        "other vitals": lambda case: _of_kind(case, "vital")[1:],
        "previous vitals": lambda case: _related(case, "vital", "measured_before"),
        "allergies": lambda case: _of_kind(case, "allergy"),
        "findings": _findings,
        "absent findings": lambda case: _findings(case, negated=True),
        "shown": _shown,
        "procedures": lambda case: _of_kind(case, "procedure"),
        "past procedures": lambda case: _related(case, "procedure", "had"),
        "course": lambda case: _of_kind(case, "course"),
        "disposition": lambda case: _of_kind(case, "disposition"),
        "social history": lambda case: _of_kind(case, "social"),
    }
)
"""What a layout calls groups of facts. The planner puts first what the case is about: the main condition, the drug for
it, the lab and vital sign that it disturbs."""


def select(case: Case, names: Sequence[str]) -> tuple[Fact, ...]:
    """Give the facts of the named groups, in that order, each once."""
    chosen = {fact.id: fact for name in names for fact in SELECTORS[name](case)}
    return tuple(chosen.values())


def _hardest_first(facts: Sequence[Fact], seed: int) -> list[Fact]:
    """Numbers and absences first: they are what a model forgets."""
    del seed
    return sorted(facts, key=lambda fact: not (fact.negated or fact.kind in _EASILY_MISSED))


def _shuffled(facts: Sequence[Fact], seed: int) -> list[Fact]:
    return generator(seed, "order").sample(list(facts), len(facts))


_EASILY_MISSED = frozenset({"medication", "dose", "frequency", "lab", "vital"})
Order = Callable[[Sequence[Fact], int], list[Fact]]
ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "as planned": lambda facts, _: list(facts),
        "hardest first": _hardest_first,
        "reversed": lambda facts, _: list(reversed(facts)),
        "shuffled": _shuffled,
    }
)
"""In which order a variant of a template names the facts; the second argument is a seed."""
