"""What a run says of itself: how much was kept and why not, what the notes state, how they compare with real ones."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from clinsynth import extras
from clinsynth.checks import CHECKS
from clinsynth.checks.codes import codes_of, default_limits
from clinsynth.config import Config, dump_config
from clinsynth.data import DATASETS
from clinsynth.estimates import Estimate, proportion
from clinsynth.measures import MEASURES, Measure
from clinsynth.ontology import load_ontology
from clinsynth.prompts.framing import note_type_title
from clinsynth.recipes import Source
from clinsynth.records import Note
from clinsynth.report.card import CardDetails, Credit, write_card
from clinsynth.report.files import write_report
from clinsynth.report.masking import sample
from clinsynth.report.records import Line, Report, Sample, Table
from clinsynth.storage import read_records
from clinsynth.workflows.passes import Passes
from clinsynth.workflows.stages import Checked

N_SAMPLES = 6
WORTHWHILE = 0.4  # a yield whose interval reaches below this costs more writing than it keeps


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A run in a few lines; `str` gives them as a table for a terminal."""

    lines: tuple[Line, ...]
    tables: tuple[Table, ...]

    def __str__(self) -> str:
        width = max(len(line.name) for line in self.lines)
        rows = [f"{line.verdict:4}  {line.name:{width}}  {line.value}  {_beside(line)}".rstrip() for line in self.lines]
        return "\n".join(rows + [f"\n{_as_text(table)}" for table in self.tables])


def _beside(line: Line) -> str:
    return f"({line.baseline})" if line.baseline else ""


def _as_text(table: Table) -> str:
    cells = [table.columns, *(tuple(str(cell) for cell in row) for row in table.rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.columns))]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([table.title, *lines])


def write_summary(
    config: Config, out: Path, passes: Passes, *, n_cases: int, command: str, bench: Sequence[Table] = ()
) -> Summary:
    """Measure the corpus, write report.html, report.json and the data set card, and give their short form.

    Args:
        config: As resolved.
        out: The folder of the run.
        passes: Its passes, run.
        n_cases: Cases that were planned.
        command: How to repeat the run.
        bench: Tables of the benchmarks that belong to it.
    """
    attempts = _attempts(passes)
    summary = Summary(
        lines=(*_yield_lines(attempts, n_cases, passes), *_measured(config, passes)),
        tables=(*_attempt_tables(attempts, passes), *bench),
    )
    n_kept = sum(attempt.accepted for attempt in attempts)
    report = Report(
        title=f"Synthetic corpus: {config.name}",
        subtitle=f"{n_cases} cases planned, {n_kept} notes kept",
        notices=_notices(config),
        lines=summary.lines,
        tables=summary.tables,
        samples=tuple(_samples(passes)),
        config=dump_config(config),
        provenance=_provenance(config, passes, command),
    )
    write_report(out, report)
    write_card(out, replace(report, subtitle="", samples=()), _card_details(config, n_kept))
    return summary


def _card_details(config: Config, n_rows: int) -> CardDetails:
    return CardDetails(
        n_rows=n_rows,
        data_files={"corpus": "corpus/*.parquet"},
        credits=tuple(_credits(config)),
        limits=(
            "Written by a program: not for clinical use, and no evidence about any patient or treatment.",
            "The checks find what they were built to find; what a note says beyond its case has not been verified.",
            "Only what is under corpus/ is meant to be passed on: work/ holds the notes that were rejected, unmasked.",
        ),
    )


def _credits(config: Config) -> Iterator[Credit]:
    about = load_ontology(config.ontology)
    yield Credit(name=f"ontology {about.name} {about.version}", licence="see its ontology.toml", use="cases and checks")
    if config.backbone.name == "embedded":
        yield Credit(
            name="the embedded language model of clinsynth",
            licence="Apache-2.0; trained on MTSamples (CC0), MTS-Dialog and aci-bench (CC BY 4.0), CRAFT (CC BY 3.0), "
            "Evidence Inference (MIT; the articles' own open licences)",
            use="it wrote the notes",
        )
    fitted = [("the adapter was fitted on it", config.adapt.train)] if config.adapt else []
    for use, source in [*fitted, *(("nothing may repeat it", source) for source in config.reference)]:
        if source.dataset:
            kind = DATASETS.kind(source.dataset)
            yield Credit(name=f"{kind.title} ({source.split})", licence=kind.licence, use=use)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One pass in numbers."""

    written: int
    accepted: int
    reasons: Counter[str]


def _attempts(passes: Passes) -> list[Attempt]:
    counted = []
    for attempt in range(passes.config.writing.attempts):
        written, accepted, reasons = 0, 0, Counter[str]()
        for item in passes.checked(attempt):
            written += 1
            accepted += item.verdict.accepted
            reasons.update(item.verdict.reasons)
        if written:
            counted.append(Attempt(written=written, accepted=accepted, reasons=reasons))
    return counted


def _yield_lines(attempts: Sequence[Attempt], n_cases: int, passes: Passes) -> Iterator[Line]:
    kept = proportion(sum(attempt.accepted for attempt in attempts), n_cases)
    yield Line(
        name="cases accepted",
        value=kept,
        baseline=f"at the first attempt: {proportion(attempts[0].accepted, attempts[0].written)}",
        verdict="pass" if kept.low >= WORTHWHILE else "warn",
        meaning=f"Cases whose note passed every check within {len(attempts)} attempts.",
        action="" if kept.low >= WORTHWHILE else "Look at the reasons below; adapt longer, or use a larger backbone.",
    )
    stated, by_model, n_facts = 0, 0, 0
    for item in passes.accepted():
        for fact_id, written in _facts_of(item.note):
            n_facts += 1
            stated += bool(item.note.stated.get(fact_id))
            by_model += written
    if n_facts:
        yield Line(
            name="facts stated by the model",
            value=proportion(by_model, n_facts),
            baseline=f"in the whole notes: {proportion(stated, n_facts)}",
            meaning="Facts of the accepted cases that stand in text that the model wrote; sections such as medications "
            "and results are rendered from the case.",
        )


def _facts_of(note: Note) -> Iterator[tuple[str, bool]]:
    """Give each fact of a note's case, with whether some statement of it lies in text that a model wrote."""
    if note.case is None:
        return
    for fact in note.case.facts:
        spans = note.stated.get(fact.id, ())
        yield fact.id, any(span.overlaps(written) for span in spans for written in note.written)


def _measured(config: Config, passes: Passes) -> Iterator[Line]:
    """Measure the corpus, and the reference beside it where there is one."""
    for component in config.measures:
        measure = MEASURES.build(component.name, **component.options)
        ours = measure(item.note for item in passes.accepted()) if next(passes.accepted(), None) else {}
        real = _of_reference(component.name, measure, passes.reference)
        for name, estimate in ours.items():
            yield Line(name=name.replace("_", " "), value=estimate, baseline=_real(real, name), meaning=_meaning(name))


def _of_reference(name: str, measure: Measure, reference: Path | None) -> Mapping[str, Estimate]:
    """Measure the real notes in the same way; coverage is of cases, which they do not have."""
    if reference is None or name == "coverage":
        return {}
    return measure(read_records(reference, Note))


def _real(real: Mapping[str, Estimate], name: str) -> str:
    return f"reference notes: {real[name]}" if name in real else ""


def _meaning(name: str) -> str:
    meanings = {
        "self_bleu": "How much each note resembles the others: lower is more diverse.",
        "distinct": "Distinct runs of words among all: higher is more diverse.",
        "conditions": "Conditions of the ontology that some note is about.",
        "medications": "Medications of the ontology that some note is about.",
        "characters": "Share of the text that a model wrote; the rest was rendered from the case.",
        "facts_stated": "Facts of the cases that were located in their notes.",
    }
    return next((meaning for start, meaning in meanings.items() if name.startswith(start)), "")


def _attempt_tables(attempts: Sequence[Attempt], passes: Passes) -> Iterator[Table]:
    yield Table(
        title="Attempts",
        columns=("attempt", "notes written", "accepted"),
        rows=tuple(
            (str(i), attempt.written, proportion(attempt.accepted, attempt.written))
            for i, attempt in enumerate(attempts, start=1)
        ),
        note="A rejected case keeps its id and facts and is written again with another seed and prompt variant.",
    )
    reasons = sum((attempt.reasons for attempt in attempts), Counter[str]())
    codes = codes_of(CHECKS.kind(component.name) for component in passes.config.checks)
    limits = default_limits(passes.config.limits, codes=codes)
    if reasons:
        yield Table(
            title="Why notes were rejected",
            columns=("code", "notes", "limit", "meaning"),
            rows=tuple((code, n, _limit(code, limits), codes[code].meaning) for code, n in reasons.most_common()),
            note="A note may be rejected for several reasons.",
        )


def _limit(code: str, limits: Mapping[str, float | None]) -> str:
    limit = limits.get(code, limits.get(code.partition("/")[0]))
    return "" if limit is None else f"{limit:g}"


def _samples(passes: Passes) -> Iterator[Sample]:
    for item in islice(passes.accepted(), N_SAMPLES):
        yield _sample(item)


def _sample(item: Checked) -> Sample:
    note = item.note
    return sample(
        note,
        item.findings,
        heading=f"{note_type_title(note.note_type)}, {note.specialty}",
        attributes=note.case.attributes if note.case else {},
    )


def _notices(config: Config) -> tuple[str, ...]:
    written = f"Every note here was written by a program ({config.backbone.name}); no patient is described."
    source = config.adapt.train if config.adapt else None
    return (written, *(_stands_in(source) if source else ()))


def _stands_in(source: Source) -> Iterator[str]:
    if source.file and Path(source.file).parts[:2] == ("configs", "sample"):
        yield (
            "The adapter was fitted on sample notes written for this project, which stand in for real ones: "
            "the numbers show that the chain works, not how good it is on real notes."
        )
    if source.dataset:
        yield f"The adapter was fitted on the {source.split} split of {DATASETS.kind(source.dataset).title}."


def _provenance(config: Config, passes: Passes, command: str) -> dict[str, str]:
    return {
        "command": command,
        "seed": str(config.seed),
        **passes.adapters.hashes(),
        **passes.weights,
        **extras.versions(),
    }
