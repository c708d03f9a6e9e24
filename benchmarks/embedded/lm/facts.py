"""What a model states of its cases, what it makes up, and how many cases that leaves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from runs import Pair, Run, case_of, paired

from clinsynth.checks import Check, Parsed
from clinsynth.checks.facts.locating import locate
from clinsynth.checks.parsing import parse
from clinsynth.estimates import Estimate, bootstrap, mean, proportion
from clinsynth.ontology import MentionFinder
from clinsynth.records import Case, Finding, Note, Span

N_FACTS = 6  # a case with fewer is no case of the rule
N_NARRATED = 4
_ABOUT = frozenset({"age", "sex"})
KINDS = ("medication", "condition", "symptom", "unknown drug")  # the last: words in the place of a drug that are none
NOT_IN_CASE = "entities/not-in-case"
UNKNOWN_DRUG = "entities/unknown-drug"


def narrated(note: Note) -> frozenset[str]:
    """Give the ids of the facts that stand in a stretch that the model wrote."""
    return frozenset(
        fact_id for fact_id, spans in note.stated.items() if any(_within(span, note.written) for span in spans)
    )


def _within(span: Span, written: Iterable[Span]) -> bool:
    return any(part.start <= span.start and span.end <= part.end for part in written)


def by_chance(note: Note, stranger: Case, finder: MentionFinder) -> frozenset[str]:
    """Give the ids of the facts of another case that the model happened to write."""
    text = "\n\n".join(note.text[part.start : part.end] for part in note.written)
    return frozenset(locate(Note(id=note.id, text=text, case=stranger), finder))


def shares_stated(run: Run, finder: MentionFinder, *, seed: int) -> tuple[Estimate, Estimate]:
    """Estimate the share of facts that the model states before filtering, of its case and of a stranger."""
    pairs = paired(run.first)
    own = [(len(narrated(pair.checked.note)), len(pair.case.facts)) for pair in pairs]
    other = [(len(by_chance(pair.checked.note, pair.stranger, finder)), len(pair.stranger.facts)) for pair in pairs]
    return ratio(own, seed=seed), ratio(other, seed=seed)


def ratio(counts: Sequence[tuple[int, int]], *, seed: int) -> Estimate:
    """Estimate the sum of the first numbers over that of the second, over notes."""
    table = np.array(counts, dtype=float)
    return bootstrap(lambda rows: float(table[rows, 0].sum() / max(1.0, table[rows, 1].sum())), len(table), seed=seed)


def made_up(pairs: Sequence[Pair], check: Check, *, seed: int) -> dict[str, tuple[Estimate, Estimate]]:
    """Estimate the different things of each kind that the model makes up in a note, by its case and by a stranger.

    Args:
        pairs: Notes before filtering.
        check: The entities check, for the stranger.
        seed: Of the bootstrap.
    """
    strangers = [replace(pair.checked.note, case=pair.stranger) for pair in pairs]
    judged = list(zip(strangers, check([Parsed(note, parse) for note in strangers]), strict=True))
    answers = {}
    for kind in KINDS:
        own = [_n_made_up(pair.checked.note, pair.checked.findings, kind) for pair in pairs]
        other = [_n_made_up(note, findings, kind) for note, findings in judged]
        answers[kind] = (mean(own, seed=seed), mean(other, seed=seed))
    return answers


def _n_made_up(note: Note, findings: Iterable[Finding], kind: str) -> float:
    code = UNKNOWN_DRUG if kind == "unknown drug" else NOT_IN_CASE
    of_kind = (each for each in findings if each.code == code and (code == UNKNOWN_DRUG or _is(each, kind)))
    by_model = [each for each in of_kind if each.span is not None and _within(each.span, note.written)]
    # A thing is made up once, however often it is named; an unknown word has no name but its place.
    return float(len({each.evidence if code == NOT_IN_CASE else each.span for each in by_model}))


def _is(finding: Finding, kind: str) -> bool:
    return finding.evidence.startswith(f"{kind} ")


def yielded(run: Run, within: int, *, with_age_and_sex: bool = True) -> Estimate:
    """Estimate the share of cases of six facts or more whose accepted note has four in what the model wrote."""
    notes = run.accepted(within)

    def n_narrated(case: Case) -> int:
        return _n(case, narrated(notes[case.id]), with_age_and_sex=with_age_and_sex) if case.id in notes else 0

    return _share(run, n_narrated)


def yielded_by_chance(run: Run, within: int, finder: MentionFinder, *, with_age_and_sex: bool = True) -> Estimate:
    """Estimate the same share where a note has to state the facts of the next case."""
    notes = run.accepted(within)
    strangers = {pair.case.id: pair.stranger for pair in paired(run.first)}

    def n_narrated(case: Case) -> int:
        if case.id not in notes:
            return 0
        stranger = strangers[case.id]
        return _n(stranger, by_chance(notes[case.id], stranger, finder), with_age_and_sex=with_age_and_sex)

    return _share(run, n_narrated)


def _n(case: Case, fact_ids: Iterable[str], *, with_age_and_sex: bool) -> int:
    return sum(with_age_and_sex or case.fact(fact_id).kind not in _ABOUT for fact_id in fact_ids)


def _share(run: Run, n_narrated: Callable[[Case], int]) -> Estimate:
    cases = [case_of(item.note) for item in run.first]
    full = [case for case in cases if len(case.facts) >= N_FACTS]
    return proportion(sum(n_narrated(case) >= N_NARRATED for case in full), len(full))


def accepted(run: Run, within: int) -> Estimate:
    """Estimate the share of all cases that have an accepted note within so many attempts."""
    return proportion(len(run.accepted(within)), len(run.first))
