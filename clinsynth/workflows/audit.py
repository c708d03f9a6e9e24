"""`clinsynth audit`: check notes from anywhere."""

import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from clinsynth import extras
from clinsynth.checks import CHECKS, Code
from clinsynth.checks.codes import codes_of, declared_by, default_limits
from clinsynth.config import Component
from clinsynth.data.notes_input import input_kind, read_cases, read_input
from clinsynth.errors import ConfigError
from clinsynth.ontology import load_ontology
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.records import Note
from clinsynth.report.masking import sample
from clinsynth.report.records import Sample
from clinsynth.storage import read_rows, shard_path, write_records, write_rows
from clinsynth.workflows.audit_report import write_audit
from clinsynth.workflows.audit_tally import Tally, finding_from
from clinsynth.workflows.findings import finding_row
from clinsynth.workflows.gates import read_gates
from clinsynth.workflows.hashing import content_hash
from clinsynth.workflows.progress import Progress, silent
from clinsynth.workflows.settled import AUDIT, settled
from clinsynth.workflows.stages import Checker, build_checks

CHECKED_BY_DEFAULT = ("form", "phi", "entities", "facts")
ONTOLOGY = "core"
NOTES_A_BATCH = 32
NOTES_A_SHARD = 256


@dataclass(frozen=True, kw_only=True)
class AuditResult:
    """What an audit found.

    Attributes:
        findings: Number of findings, by code.
        failed: The gates that were not met, as they were given.
        report: Path of report.html.
    """

    n_notes: int
    findings: Mapping[str, int]
    failed: tuple[str, ...]
    report: Path

    def __str__(self) -> str:
        width = max(map(len, self.findings), default=0)
        counted = [f"  {code:{width}}  {n}" for code, n in self.findings.items()] or ["  nothing found"]
        failed = [f"not met: --fail-on {gate}" for gate in self.failed]
        return "\n".join([f"{self.n_notes} notes checked", *counted, *failed, f"report: {self.report}"])


@dataclass(frozen=True, kw_only=True)
class _Audit:
    """The options of an audit that belong together.

    Attributes:
        checks: Names of the checks that run, overlap included where there is a reference.
    """

    input: Path
    text_field: str
    id_field: str
    cases: Path | None
    reference: Path | None
    checks: tuple[str, ...]
    given_limits: Mapping[str, float | None]

    def limits(self) -> dict[str, float | None]:
        """Give the limit of every code."""
        return default_limits(self.given_limits, codes=self.codes())

    def codes(self) -> dict[str, Code]:
        """Give the codes that may be found, those of checks from other packages included."""
        return codes_of(map(CHECKS.kind, self.checks))

    def notes(self) -> Iterator[Note]:
        """Stream the notes, with the cases that were given for them."""
        cases = read_cases(self.cases) if self.cases is not None else {}
        for note in read_input(self.input, text_field=self.text_field, id_field=self.id_field):
            yield replace(note, case=cases[note.id]) if note.id in cases else note

    def settings(self) -> dict[str, str]:
        """Give all that decides what is found."""
        files = dict(self._files())
        for path in files.values():
            input_kind(path)  # first: what is not to be read, such as a device, may have no end
        hashes = {name: content_hash(path) for name, path in files.items()}
        limits = ", ".join(f"{code}: {limit}" for code, limit in sorted(self.given_limits.items()))
        fields = {"text field": self.text_field, "id field": self.id_field}
        checked = {"checks": ", ".join(self.checks), "limits": limits or "defaults", "ontology": ONTOLOGY}
        return hashes | fields | checked | extras.versions()

    def _files(self) -> Iterator[tuple[str, Path]]:
        for name in ("input", "cases", "reference"):
            path = getattr(self, name)
            if path is not None:
                yield f"{name} sha256", path


def audit(
    input: str | Path,  # noqa: A002 - what the command calls it
    out: Path,
    *,
    text_field: str = "text",
    id_field: str = "id",
    cases: Path | None = None,
    reference: Path | None = None,
    checks: Sequence[str] | None = None,
    fail_on: Sequence[str] = (),
    reveal: bool = False,
    limits: Mapping[str, float | None] | None = None,
    progress: Progress = silent,
) -> AuditResult:
    """Check notes, synthetic or real, and write findings.jsonl, report.html, report.json and README.md.

    An audit that was interrupted goes on where it was when it is started again; findings.jsonl appears when all notes
    have been checked. What is written holds no text of a note unless `reveal` is set. It does hold the ids of the
    notes, as they were given, since a finding is of no use without them: where an id is itself a record number, treat
    the folder as you treat the notes.

    Args:
        input: .jsonl, .csv, .parquet, a folder of .txt (with folders in it), or a saved `datasets` set.
        out: A new folder, or that of the same audit.
        text_field: The column that holds the text.
        id_field: The column that names the note.
        cases: JSON lines of cases, by the id of the note; facts are checked for the notes that have one.
        reference: Notes that must not be repeated; the check of overlap runs only where it is given.
        checks: Names of checks; form, phi, entities and facts when left out.
        fail_on: Gates, "code", "family", "code:score" or "family:score": a finding that reaches one breaks it. Without
            a score, the limit of the code counts.
        reveal: Show a few notes with each code in the report, unmasked, with what was found.
        limits: Code or family to the lowest score that counts as a fault, over the defaults.
        progress: Told of each batch.

    Raises:
        ClinsynthError: Something that the user can mend; see `clinsynth.errors`.
    """
    asked = _Audit(
        input=Path(input),
        text_field=text_field,
        id_field=id_field,
        cases=cases,
        reference=reference,
        checks=_names(checks, reference),
        given_limits=dict(limits or {}),
    )
    gates = read_gates(fail_on, checks=asked.checks, declared=declared_by(map(CHECKS.kind, asked.checks)))
    tally = Tally(limits=asked.limits(), gates=gates)
    settings = asked.settings()
    with settled(out, AUDIT, settings):
        _check(asked, out, tally, progress)
        report = write_audit(
            out,
            tally,
            source=asked.input.name,
            families=asked.checks,
            codes=asked.codes(),
            notices=tuple(_notices(asked, reveal=reveal)),
            samples=tuple(_samples(asked, out, tally)) if reveal else (),
            provenance={"command": _command(asked, out, fail_on, reveal=reveal)} | settings,
        )
        shutil.rmtree(out / "work")
    return AuditResult(
        n_notes=tally.n_notes,
        findings={code: count.n_findings for code, count in sorted(tally.codes.items())},
        failed=tuple(gate.text for gate in gates if tally.broken.get(gate.text)),
        report=report,
    )


def _names(checks: Sequence[str] | None, reference: Path | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in checks)) if checks is not None else CHECKED_BY_DEFAULT
    for name in names:
        CHECKS.kind(name)  # says so if there is none of that name
    if not names:
        raise ConfigError("--checks names no check; leave it out for the usual ones")
    if "overlap" in names and reference is None:
        raise ConfigError("the check overlap compares with reference notes; name them by --reference")
    return names if reference is None or "overlap" in names else (*names, "overlap")


def _check(asked: _Audit, out: Path, tally: Tally, progress: Progress) -> None:
    """Check what has not been checked, shard by shard, then put the shards together."""
    n_shards = 0
    with _checker(asked, out / "work") as checker:
        notes = asked.notes()
        while shard := list(islice(notes, NOTES_A_SHARD)):
            path = _shard(out, n_shards)
            if not path.exists():
                write_rows(path, _rows(checker, shard))
            n_shards += 1
            tally.n_notes += len(shard)
            progress("check", tally.n_notes, 0)
    rows = chain.from_iterable(read_rows(_shard(out, index)) for index in range(n_shards))
    counted = tally.count(finding_from(row) for _, row in rows)
    write_rows(out / "findings.jsonl", map(finding_row, counted))


def _shard(out: Path, index: int) -> Path:
    return shard_path(out / "work" / "findings", index)


def _rows(checker: Checker, notes: Sequence[Note]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(notes), NOTES_A_BATCH):
        for item in checker.checked(notes[start : start + NOTES_A_BATCH]):
            yield from map(finding_row, item.findings)


@contextmanager
def _checker(asked: _Audit, work: Path) -> Iterator[Checker]:
    """Build the checks; a copy of the reference in our own form lies in the work folder while they run."""
    reference = work / "reference.jsonl" if asked.reference is not None else None
    if asked.reference is not None and reference is not None:
        write_records(reference, read_input(asked.reference))
    components = [Component(name=name) for name in asked.checks]
    try:
        yield Checker(
            checks=build_checks(components, ontology=ONTOLOGY, reference=str(reference) if reference else None),
            limits=asked.limits(),
            finder=MentionFinder(load_ontology(ONTOLOGY)),
        )
    finally:
        if reference is not None:
            reference.unlink(missing_ok=True)


def _samples(asked: _Audit, out: Path, tally: Tally) -> Iterator[Sample]:
    """Read the notes to show again, with their findings."""
    wanted = tally.examples()
    found = [finding_from(row) for _, row in read_rows(out / "findings.jsonl") if row["note_id"] in wanted]
    for note in asked.notes():
        if note.id in wanted:
            of_note = [finding for finding in found if finding.note_id == note.id]
            yield sample(note, of_note, heading=note.note_type.replace("_", " "), reveal=True)


def _notices(asked: _Audit, *, reveal: bool) -> Iterator[str]:
    if reveal:
        yield "This report shows the text of notes, unmasked: protect it as you protect the notes."
    else:
        yield "No text of a note is shown. Run the audit with --reveal to see what was found, where it may be seen."
    yield "The ids of notes are given as they came; where an id identifies a person, so does this report's folder."
    if "facts" in asked.checks and asked.cases is None:
        yield "No --cases were given: facts were checked only in notes that carry their case themselves."


def _command(asked: _Audit, out: Path, fail_on: Sequence[str], *, reveal: bool) -> str:
    given: dict[str, object] = {"--out": out, "--text-field": asked.text_field, "--id-field": asked.id_field}
    given |= {"--cases": asked.cases, "--reference": asked.reference, "--checks": ",".join(asked.checks)}
    words = ["clinsynth", "audit", str(asked.input)]
    for option, value in given.items():
        words += [option, str(value)] if value is not None else []
    words += [word for gate in fail_on for word in ("--fail-on", gate)]
    return shlex.join([*words, "--reveal"] if reveal else words)
