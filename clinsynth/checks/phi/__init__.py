"""PHI: what HIPAA's Safe Harbor rule lists, found by Presidio recognizers for clinical notes."""

from clinsynth.checks.phi.check import PhiCheck

__all__ = ["PhiCheck"]
