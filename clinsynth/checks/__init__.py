"""Checks look for faults in a note and report what they saw; limits decide what is rejected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from clinsynth.catalog import Catalog
from clinsynth.records import Finding, Note, Verdict

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Parsed:
    """A note on its way through the checks, with one spaCy Doc made on first use and shared by all of them.

    Attributes:
        parse: Makes the Doc: `clinsynth.checks.parsing.parse`.
    """

    note: Note
    parse: Callable[[str], "Doc"] = field(repr=False)

    @cached_property
    def doc(self) -> "Doc":
        """The tokens of the note."""
        return self.parse(self.note.text)


class Check(Protocol):
    """Looks at notes, one tuple of findings each. A batch gives the same findings as one note at a time.

    A check from another package says what its codes mean in a class attribute `codes: ClassVar[Mapping[str, Code]]`.
    """

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Check a batch; findings in order of position, those of the whole note first."""
        ...


@runtime_checkable
class Trained(Protocol):
    """A check that finds names by a trained pipeline; optional."""

    @property
    def weights(self) -> Path | None:
        """The folder of the pipeline; None where the check is set to do without one."""
        ...


CHECKS: Catalog[Check] = Catalog(
    "checks",
    {
        "entities": "clinsynth.checks.entities:EntitiesCheck",
        "facts": "clinsynth.checks.facts:FactsCheck",
        "form": "clinsynth.checks.form:FormCheck",
        "overlap": "clinsynth.checks.overlap:OverlapCheck",
        "phi": "clinsynth.checks.phi:PhiCheck",
        "plausibility": "clinsynth.checks.plausibility:PlausibilityCheck",
    },
)


@dataclass(frozen=True)
class Code:
    """What a finding's code means, and from which score on it rejects by default (None: it never does)."""

    meaning: str
    limit: float | None


def judge(note_id: str, findings: Sequence[Finding], limits: Mapping[str, float | None]) -> Verdict:
    """Decide on a note: rejected if any finding reaches the limit of its code.

    Args:
        note_id: The note.
        findings: What all checks saw in it.
        limits: Code, or the part before its slash, to the lowest score that rejects; None never rejects.
    """
    reasons = sorted({finding.code for finding in findings if _reaches(finding, limits)})
    return Verdict(note_id=note_id, accepted=not reasons, reasons=tuple(reasons))


def _reaches(finding: Finding, limits: Mapping[str, float | None]) -> bool:
    family = finding.code.partition("/")[0]
    limit = limits[finding.code] if finding.code in limits else limits.get(family)
    return limit is not None and finding.score >= limit
