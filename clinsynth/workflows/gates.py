"""Gates that a user sets on an audit: codes that must not be found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clinsynth.checks.codes import CODES
from clinsynth.errors import ConfigError, nearest
from clinsynth.records import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """A gate is not met when a finding of its code, or family of codes, has at least its score.

    Attributes:
        text: As the user wrote it.
        score: None leaves it to the limit of each code; a code without a limit then fails at any score.
    """

    text: str
    code: str
    score: float | None

    def stops(self, finding: Finding, limits: Mapping[str, float | None]) -> bool:
        """Say whether a finding breaks the gate."""
        if self.code not in (finding.code, family(finding.code)):
            return False
        lowest = self.score if self.score is not None else limit_of(finding.code, limits)
        return lowest is None or finding.score >= lowest


def family(code: str) -> str:
    """Give the part of a code before its slash: the check that it belongs to."""
    return code.partition("/")[0]


def limit_of(code: str, limits: Mapping[str, float | None]) -> float | None:
    """Give the limit of a code: its own, else that of its family."""
    return limits[code] if code in limits else limits.get(family(code))


def read_gates(texts: Sequence[str], *, checks: Sequence[str], declared: Collection[str] = ()) -> tuple[Gate, ...]:
    """Read gates written as `code`, `family`, `code:score` or `family:score`.

    Args:
        texts: The gates.
        checks: Names of the checks that run: the families of codes that can be found.
        declared: Codes that those of them from other packages declare; their families may be named otherwise.

    Raises:
        ConfigError: No check gives that code, its check does not run, or the score is no number between 0 and 1.
    """
    gates = tuple(_gate(text, {*CODES, *declared}) for text in texts)
    found = {*declared, *map(family, declared)}
    for gate in gates:
        if (needed := family(gate.code)) not in checks and gate.code not in found:
            how = "give --reference" if needed == "overlap" else f"add {needed} to --checks"
            raise ConfigError(f"--fail-on {gate.text}: the check {needed} does not run; {how}")
    return gates


def _gate(text: str, codes: Collection[str]) -> Gate:
    code, colon, written = text.strip().partition(":")
    known = {*codes, *map(family, codes)}
    if code not in known:
        raise ConfigError(f'--fail-on {text}: no check gives the code "{code}"; {nearest(code, known)}')
    if not colon:
        return Gate(text=text, code=code, score=None)
    try:
        score = float(written)
    except ValueError:
        score = -1.0
    if not 0.0 <= score <= 1.0:
        raise ConfigError(f'--fail-on {text}: "{written}" is no score; a number between 0 and 1 was expected')
    return Gate(text=text, code=code, score=score)
