"""What an audit says of what it found."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from clinsynth.checks import Code
from clinsynth.estimates import proportion
from clinsynth.report.card import CardDetails, write_card
from clinsynth.report.files import write_report
from clinsynth.report.records import Line, Report, Sample, Table
from clinsynth.workflows.audit_tally import Tally
from clinsynth.workflows.gates import limit_of

NAMES = {
    "entities": "Notes with names that do not fit",
    "facts": "Notes with facts that do not fit",
    "form": "Notes that do not read as notes",
    "overlap": "Notes that repeat the reference",
    "phi": "Notes with what looks like PHI",
    "plausibility": "Notes that clinical knowledge speaks against",
}
MEANINGS = {
    "entities": "A word where a drug stands that is no drug, or a drug or condition that the case does not have.",
    "facts": "A statement that differs from the case or from itself, or a fact of the case that is missing.",
    "form": "Text that is short, broken off, garbled or repeated, or that holds a part of a prompt.",
    "overlap": "A passage of a reference note, word for word, or a note that is nearly one of them.",
    "phi": "What looks like a name, number, date, place or other identifier of a person.",
    "plausibility": "Statements that cannot be so together: a drug that a condition forbids, a dose nobody takes.",
}
ACTIONS = {
    "phi": "Do not share these notes. See findings.jsonl for the places; remove what was found, then audit again.",
    "overlap": "Do not share these notes: leave them out, then audit the rest again.",
}
ACTION = "Look at the notes that findings.jsonl names; mend them or leave them out, then audit again."
CLEAN = "Nothing to do. A check that finds nothing does not prove that there is nothing."


def write_audit(
    out: Path,
    tally: Tally,
    *,
    source: str,
    families: tuple[str, ...],
    codes: Mapping[str, Code],
    notices: tuple[str, ...],
    samples: tuple[Sample, ...],
    provenance: Mapping[str, str],
) -> Path:
    """Write report.html, report.json and README.md of an audit; give the path of the report.

    Args:
        out: The folder.
        tally: What was counted.
        source: Name of what was audited.
        families: The checks that ran.
        codes: The codes that they give.
        notices: What the reader must know first.
        samples: Notes to show; none unless the text may be revealed.
        provenance: Command, hashes, versions.
    """
    report = Report(
        title=f"Audit of {source}",
        subtitle=f"{tally.n_notes} notes checked for {', '.join(families)}",
        notices=notices,
        lines=tuple(_lines(tally, families)),
        tables=tuple(_tables(tally, codes)),
        samples=samples,
        provenance=provenance,
    )
    n_findings = sum(count.n_findings for count in tally.codes.values())
    details = CardDetails(
        n_rows=n_findings,
        data_files={"findings": "findings.jsonl"} if n_findings else {},
        limits=(
            "Findings are what automatic checks saw; they are wrong at times, and they miss things.",
            "The ids of notes are those of the input; an id may itself identify a person.",
        ),
        tags=("clinical", "clinsynth", "audit"),
    )
    write_card(out, report, details)
    return write_report(out, report)


def _lines(tally: Tally, families: tuple[str, ...]) -> Iterator[Line]:
    n_bad = tally.at_limit.get("", 0)
    yield Line(
        name="Notes that meet every limit",
        value=proportion(tally.n_notes - n_bad, tally.n_notes),
        verdict="fail" if n_bad else "pass",
        meaning="No finding reaches the limit of its code.",
        action=ACTION if n_bad else CLEAN,
    )
    for name in families:
        yield _line(name, tally)
    for gate in tally.gates:
        n_broken = tally.broken.get(gate.text, 0)
        yield Line(
            name=f"Gate {gate.text}",
            value=proportion(n_broken, tally.n_notes),
            baseline="allowed: 0",
            verdict="fail" if n_broken else "pass",
            meaning="Notes that break a gate set by --fail-on.",
            action="The command ended with exit code 1." if n_broken else "",
        )


def _line(name: str, tally: Tally) -> Line:
    n_bad = tally.at_limit.get(name, 0)
    n_any = sum(count.n_findings for code, count in tally.codes.items() if code.startswith(f"{name}/"))
    verdict = "fail" if n_bad else "warn" if n_any else "pass"
    below = "Findings are below their limits; a look at the highest scores is worth while." if n_any else CLEAN
    return Line(
        name=NAMES.get(name, f"Notes with {name} findings"),
        value=proportion(n_bad, tally.n_notes),
        baseline=f"findings of any score: {n_any:,}",
        verdict=verdict,  # type: ignore[arg-type]
        meaning=f"{MEANINGS.get(name, '')} Notes with a finding at the limit of its code.".strip(),
        action=ACTIONS.get(name, ACTION) if n_bad else below,
    )


def _tables(tally: Tally, codes: Mapping[str, Code]) -> Iterator[Table]:
    rows = tuple(
        (
            code,
            codes[code].meaning if code in codes else "",
            _limit(limit_of(code, tally.limits)),
            count.n_findings,
            proportion(count.n_notes, tally.n_notes),
            count.n_notes_at_limit,
            count.highest,
        )
        for code, count in sorted(tally.codes.items())
    )
    yield Table(
        title="Findings by code",
        columns=("Code", "Meaning", "Limit", "Findings", "Share of notes", "Notes at the limit", "Highest score"),
        rows=rows,
        note="" if rows else "Nothing was found.",
    )


def _limit(limit: float | None) -> str:
    return "none" if limit is None else f"{limit:g}"
