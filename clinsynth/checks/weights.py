"""How much a note lacks without a fact, by kind of fact."""

from collections.abc import Mapping
from types import MappingProxyType

from clinsynth.records import Fact

_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"medication": 1.0, "dose": 1.0, "frequency": 0.8, "symptom": 0.7, "vital": 0.8}
)
_WEIGHT = 0.9
_WEIGHT_NEGATED = 0.6


def weight(fact: Fact) -> float:
    """Give 0 to 1: a drug or dose 1.0, others 0.9, a frequency or vital sign 0.8, a symptom 0.7, what is denied 0.6."""
    return _WEIGHT_NEGATED if fact.negated else _WEIGHTS.get(fact.kind, _WEIGHT)
