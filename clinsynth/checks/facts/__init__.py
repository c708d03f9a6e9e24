"""Facts: whether a note states what its case asks for, and nothing against it."""

from clinsynth.checks.facts.check import FactsCheck
from clinsynth.checks.facts.locating import locate

__all__ = ["FactsCheck", "locate"]
