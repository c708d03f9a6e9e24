"""Which facts a section is asked to state, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

_DETAILS = frozenset({"dose", "frequency"})
Selector = Callable[[Case], tuple[Fact, ...]]


def _of_kind(case: Case, kind: str, *, negated: bool = False) -> tuple[Fact, ...]:
    return tuple(fact for fact in case.facts if fact.kind == kind and fact.negated is negated)


def _with_regimen(case: Case, drugs: Sequence[Fact]) -> tuple[Fact, ...]:
    names = {drug.value for drug in drugs}
    chosen = {drug.id for drug in drugs}
    return tuple(fact for fact in case.facts if fact.id in chosen or (fact.kind in _DETAILS and fact.subject in names))


SELECTORS: Mapping[str, Selector] = MappingProxyType(
    {
        "main condition": lambda case: _of_kind(case, "condition")[:1],
        "comorbidities": lambda case: _of_kind(case, "condition")[1:],
        "symptoms": lambda case: _of_kind(case, "symptom"),
        "negatives": lambda case: _of_kind(case, "symptom", negated=True),
        "main drug": lambda case: _with_regimen(case, _of_kind(case, "medication")[:1]),
        "other drugs": lambda case: _with_regimen(case, _of_kind(case, "medication")[1:]),
        "key lab": lambda case: _of_kind(case, "lab")[:1],
        "other labs": lambda case: _of_kind(case, "lab")[1:],
        "key vital": lambda case: _of_kind(case, "vital")[:1],
        "other vitals": lambda case: _of_kind(case, "vital")[1:],
        "allergies": lambda case: _of_kind(case, "allergy"),
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
