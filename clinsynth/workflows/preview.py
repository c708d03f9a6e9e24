"""`clinsynth preview`: a few cases with their prompts, notes and findings; nothing is written."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clinsynth.config import Config
from clinsynth.errors import ConfigError
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact, Finding, Note
from clinsynth.report.masking import sample
from clinsynth.report.segments import segments
from clinsynth.workflows.fitted import named_adapters
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.run import resolve
from clinsynth.workflows.stages import Checked, Writer, build_backbone, build_checker

log = logging.getLogger(__name__)

# Sections of a configuration that another command is for.
_OTHER_COMMANDS = {
    "examples": "examples",
    "pretrain": "pretrain",
    "encoder": "models train encoder",
    "entities": "models train entities",
    "names": "models train names",
}


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """One case on its way through the first attempt.

    Attributes:
        prompts: What the backbone was given, section by section.
    """

    case: Case
    prompts: tuple[str, ...]
    note: Note
    findings: tuple[Finding, ...]
    accepted: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        facts = "\n".join(f"  {fact.id}: {_words(fact)}" for fact in self.case.facts)
        findings = "\n".join(f"  {_where(finding)} {finding.code} {finding.score:.2f}" for finding in self.findings)
        verdict = "accepted" if self.accepted else f"rejected: {', '.join(self.reasons)}"
        prompts = "\n\n".join(self.prompts)
        return (
            f"== {self.case.id}: {self.case.note_type}, {self.case.specialty}\n"
            f"-- facts\n{facts}\n-- prompts\n{prompts}\n-- note\n{marked(self.note, self.findings)}\n"
            f"-- findings\n{findings or '  none'}\n-- {verdict}\n"
        )


def marked(note: Note, findings: Sequence[Finding]) -> str:
    """Give the text of a note, PHI masked, with findings where they are: `«Lasix»{entities/not-in-case}`."""
    shown = sample(note, findings)
    return "".join(
        f"«{segment.text}»{{{', '.join(segment.codes)}}}" if segment.codes else segment.text
        for segment in segments(shown)
    )


def _words(fact: Fact) -> str:
    return f"{fact.subject} {'not ' if fact.negated else ''}{fact.relation} {fact.value}"


def _where(finding: Finding) -> str:
    return f"[{finding.span.start}, {finding.span.end})" if finding.span else "(whole note)"


def preview(
    config: str | Path, n: int = 3, *, settings: Sequence[str] = (), data_dir: Path | None = None
) -> tuple[Previewed, ...]:
    """Write and check the first `n` cases of a configuration, in memory.

    The adapters of `writing` are used where any are named; none is fitted here. Copies of the reference are
    not looked for.

    Raises:
        ClinsynthError: Something that the user can mend.
    """
    resolved = resolve(config, settings=settings, data_dir=data_dir)
    other = next((name for name in _OTHER_COMMANDS if getattr(resolved, name) is not None), None)
    if other is not None:
        raise ConfigError(
            f"preview shows notes, and {config} is for clinsynth {_OTHER_COMMANDS[other]}; "
            "give a configuration of a run"
        )
    if resolved.adapt is not None and resolved.writing.adapter is None:
        log.info("written by the model as it is: the adapter of this configuration is fitted by clinsynth run")
    cases = list(islice(plan_cases(resolved), n))
    template = load_template(resolved.writing.template)
    notes = _writer(resolved).notes(cases)
    checked = build_checker(resolved, reference=None).checked(notes)
    prompts = [tuple(s.prompt for s in template.sections(case, 0) if s.prompt is not None) for case in cases]
    return tuple(_previewed(case, asked, item) for case, asked, item in zip(cases, prompts, checked, strict=True))


def _writer(config: Config) -> Writer:
    return Writer(
        config=config,
        attempt=0,
        adapters=named_adapters(config.writing),
        backbone=build_backbone(config.backbone),
        template=load_template(config.writing.template),
    )


def _previewed(case: Case, prompts: tuple[str, ...], item: Checked) -> Previewed:
    return Previewed(
        case=case,
        prompts=prompts,
        note=item.note,
        findings=item.findings,
        accepted=item.verdict.accepted,
        reasons=item.verdict.reasons,
    )
