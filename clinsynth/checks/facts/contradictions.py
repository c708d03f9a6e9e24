"""What a note says against its case, or against itself."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clinsynth.checks.facts.locating import comparable, is_amount, is_number, normal_amount
from clinsynth.checks.facts.reading import TIMES_OF_DAY, Reading, Result
from clinsynth.ontology.values import Value
from clinsynth.records import Case, Fact, Span

_MAX_TO_SEX = 40  # characters between "64-year-old" and "woman"
_MIN_PRONOUNS = 3
_MOSTLY = 2 / 3
_NEARLY_ALL = 0.9
_EQUAL_UNITS = {"mEq/L": "mmol/L"}  # of the ions with one charge that are measured so
# Ages a year apart are a birthday; texts about two people (mother and newborn) are further apart than that.
_BIRTHDAY = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """A place that says otherwise: what about, how sure, and the fact it goes against (None: the text itself)."""

    about: str
    score: float
    span: Span
    fact_id: str | None = None


def against_case(case: Case, reading: Reading) -> Iterator[Contradiction]:
    """Find what a text says against the facts of its case.

    Scores: age .95; sex .95 beside the age and .75 elsewhere or by pronouns; dose and result .9; frequency .8; what is
    denied stated as present .85; what is present denied .8, or .5 where the text affirms it too ("no chest pain now").
    """
    yield from _ages(case, reading)
    yield from _sexes(case, reading)
    yield from _amounts(case, reading)
    yield from _results(case, reading)
    yield from _negations(case, reading)
    yield from _allergies(case, reading)


def _of_kind(case: Case, *kinds: str) -> list[Fact]:
    return [fact for fact in case.facts if fact.kind in kinds]


def _ages(case: Case, reading: Reading) -> Iterator[Contradiction]:
    for fact in _of_kind(case, "age")[:1]:
        for age in reading.ages:
            if age.value != fact.value:
                yield Contradiction(about="age", score=0.95, span=age.span, fact_id=fact.id)


def _sexes(case: Case, reading: Reading) -> Iterator[Contradiction]:
    for fact in _of_kind(case, "sex")[:1]:
        for sex in reading.sexes:
            if sex.value != fact.value:
                score = 0.95 if _is_beside_age(sex.span, reading.ages) else 0.75
                yield Contradiction(about="sex", score=score, span=sex.span, fact_id=fact.id)
        wrong = [pronoun for pronoun in reading.pronouns if pronoun.value != fact.value]
        if len(wrong) >= _MIN_PRONOUNS and len(wrong) >= _MOSTLY * len(reading.pronouns):
            yield Contradiction(about="sex (pronouns)", score=0.75, span=wrong[0].span, fact_id=fact.id)


def _is_beside_age(span: Span, ages: Sequence[Value]) -> bool:
    place = bisect_right(ages, span.start, key=lambda age: age.span.end) - 1
    return place >= 0 and span.start - ages[place].span.end <= _MAX_TO_SEX


def _amounts(case: Case, reading: Reading) -> Iterator[Contradiction]:
    codes = {fact.value: fact.code for fact in _of_kind(case, "medication")}
    facts = _of_kind(case, "dose", "frequency")
    for amount in reading.amounts:
        own = [fact for fact in facts if fact.kind == amount.kind and codes.get(fact.subject) == amount.drug]
        if own and not any(is_amount(amount, fact) for fact in own) and not _is_part(amount.value, own):
            score = 0.9 if amount.kind == "dose" else 0.8
            about = f"{amount.kind} of {own[0].subject}"
            yield Contradiction(about=about, score=score, span=amount.span, fact_id=own[0].id)


def _is_part(value: str, facts: Iterable[Fact]) -> bool:
    """Say whether a frequency says less than a fact without saying otherwise: "daily" for "daily as needed"."""
    asked = [normal_amount(fact) for fact in facts if fact.kind == "frequency"]
    return any(comparable(value) in comparable(each) for each in asked) or (
        value == "once daily" and any(each in TIMES_OF_DAY for each in asked)
    )


def _results(case: Case, reading: Reading) -> Iterator[Contradiction]:
    facts = [fact for fact in _of_kind(case, "lab", "vital") if fact.relation != "measured_before"]
    for result in reading.results:
        own = [fact for fact in facts if fact.code == result.code and _is_comparable(result, fact)]
        if own and not any(is_number(result, fact) for fact in own):
            yield Contradiction(about=f"{own[0].kind} {own[0].subject}", score=0.9, span=result.span, fact_id=own[0].id)


def _is_comparable(result: Result, fact: Fact) -> bool:
    """Say whether both are in one unit; a number without a unit is in that of the fact."""
    unit = fact.value.partition(" ")[2]
    return not result.unit or not unit or _EQUAL_UNITS.get(result.unit, result.unit).casefold() == unit.casefold()


def _negations(case: Case, reading: Reading) -> Iterator[Contradiction]:
    told = _of_kind(case, "condition", "symptom", "finding", "medication")
    # A drug that was stopped is both named and no longer taken; what runs in the family says nothing of the patient.
    facts = [fact for fact in told if fact.relation not in {"runs_in_family", "stops"} and not _is_shown(fact)]
    both = {fact.code for fact in facts if fact.negated} & {fact.code for fact in facts if not fact.negated}
    for fact in facts:
        if fact.code is None or fact.code in both:
            continue
        here = [found for found in reading.mentions if found.concept.id == fact.code]
        agreed = any(found.negated == fact.negated for found in here)
        for found in here:
            if found.negated != fact.negated:
                about = f"{fact.kind} {fact.value}, {'denied' if fact.negated else 'present'} in the case"
                yield Contradiction(
                    about=about, score=_negation_score(fact, agreed=agreed), span=found.span, fact_id=fact.id
                )


def _is_shown(fact: Fact) -> bool:
    """Say whether a finding is what an image showed: its code is that of the procedure, which nothing denies."""
    return fact.kind == "finding" and (fact.code or "").startswith("procedure/")


def _negation_score(fact: Fact, *, agreed: bool) -> float:
    if fact.negated:
        return 0.85
    return 0.5 if agreed else 0.8


def _allergies(case: Case, reading: Reading) -> Iterator[Contradiction]:
    for fact in _of_kind(case, "allergy")[:1]:
        if not fact.negated:
            for span in reading.no_allergies:
                yield Contradiction(about="allergy", score=0.9, span=span, fact_id=fact.id)


def within(reading: Reading) -> Iterator[Contradiction]:
    """Find where a text without a case contradicts itself, as far as that is safe to say.

    Scores: two ages .6 (a note may tell of the past); two sexes beside ages .8; nearly all pronouns against the sex
    stated beside the age .7.
    """
    for age in reading.ages[1:]:
        if abs(int(age.value) - int(reading.ages[0].value)) > _BIRTHDAY:
            yield Contradiction(about="age, twice", score=0.6, span=age.span)
    stated = [sex for sex in reading.sexes if _is_beside_age(sex.span, reading.ages)]
    for sex in stated[1:]:
        if sex.value != stated[0].value:
            yield Contradiction(about="sex, twice", score=0.8, span=sex.span)
    if stated:
        wrong = [pronoun for pronoun in reading.pronouns if pronoun.value != stated[0].value]
        if len(wrong) >= _MIN_PRONOUNS and len(wrong) >= _NEARLY_ALL * len(reading.pronouns):
            yield Contradiction(about="sex (pronouns)", score=0.7, span=wrong[0].span)
