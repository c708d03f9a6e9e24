"""Where a note states the facts of its case."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from clinsynth.checks.facts.reading import TIMES_OF_DAY, Amount, Reading, Result, read
from clinsynth.ontology.concepts import Concept
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.ontology.values import find_doses, find_frequencies
from clinsynth.records import Case, Fact, Note, Span


def locate(note: Note, finder: MentionFinder) -> Mapping[str, tuple[Span, ...]]:
    """Find where each fact of a note's case is stated, by fact id, in order of the text; facts that are not are absent.

    A sex that only pronouns tell is located at the first of them. A condition or symptom is stated by any of its
    names, also within a longer one ("insomnia" in "chronic insomnia"), affirmed or negated as the fact is.

    Args:
        note: With its case, or nothing is found.
        finder: Of all kinds of concepts.
    """
    if note.case is None:
        return {}
    return located(note.case, note.text, read(note.text, finder), finder)


def located(case: Case, text: str, reading: Reading, finder: MentionFinder) -> dict[str, tuple[Span, ...]]:
    """Do what `locate` does, from a reading that is there already."""
    drugs = {fact.value: fact.code for fact in case.facts if fact.kind == "medication"}
    found: dict[str, tuple[Span, ...]] = {}
    for fact in case.facts:
        spans = tuple(sorted(set(_spans(fact, text, reading, finder, drugs))))
        if spans:
            found[fact.id] = spans
    return found


def _spans(
    fact: Fact, text: str, reading: Reading, finder: MentionFinder, drugs: Mapping[str, str | None]
) -> Iterable[Span]:
    concept = finder.ontology.concepts.get(fact.code) if fact.code else None
    ways: Mapping[str, Callable[[], Iterable[Span]]] = {
        "age": lambda: [age.span for age in reading.ages if age.value == fact.value],
        "sex": lambda: _sex_spans(fact, reading),
        "condition": lambda: (
            _family_spans(fact, text, reading)
            if fact.relation == "runs_in_family"
            else _problem_spans(fact, concept, text, reading)
        ),
        "symptom": lambda: _problem_spans(fact, concept, text, reading),
        "medication": lambda: _drug_spans(fact, reading),
        "dose": lambda: _amount_spans(fact, drugs.get(fact.subject), reading),
        "frequency": lambda: _amount_spans(fact, drugs.get(fact.subject), reading),
        "lab": lambda: _result_spans(fact, reading),
        "vital": lambda: _result_spans(fact, reading),
        "allergy": lambda: _allergy_spans(fact, concept, text, reading),
        "finding": lambda: (
            _problem_spans(fact, concept, text, reading)
            if concept is not None and concept.kind == "finding"
            else _literal_spans(fact, text)
        ),
        "procedure": lambda: _drug_spans(fact, reading),
        "onset": lambda: _onset_spans(fact, text),
        "course": lambda: _course_spans(fact, text, reading),
        "disposition": lambda: _literal_spans(fact, text),
        "social": lambda: _literal_spans(fact, text),
    }
    return ways[fact.kind]() if fact.kind in ways else ()


def _sex_spans(fact: Fact, reading: Reading) -> list[Span]:
    words = [sex.span for sex in reading.sexes if sex.value == fact.value]
    return words or [pronoun.span for pronoun in reading.pronouns if pronoun.value == fact.value][:1]


def _problem_spans(fact: Fact, concept: Concept | None, text: str, reading: Reading) -> Iterable[Span]:
    names = _any_name(concept) if concept is not None else None
    for found in reading.mentions:
        if found.negated != fact.negated:
            continue
        if found.concept.id == fact.code:
            yield found.span
        elif names is not None and (inside := names.search(text, found.span.start, found.span.end)):
            yield Span(start=inside.start(), end=inside.end())


def _family_spans(fact: Fact, text: str, reading: Reading) -> Iterable[Span]:
    """Find the condition where relatives are spoken of, with the relative that the fact names in the same sentence."""
    relative = re.compile(rf"\b{re.escape(fact.subject)}s?\b", re.IGNORECASE)
    for found in reading.relatives:
        if found.concept.id == fact.code and found.negated == fact.negated:
            before = text[max(0, found.span.start - _MAX_TO_RELATIVE) : found.span.start]
            after = text[found.span.end : found.span.end + _MAX_TO_RELATIVE]
            if relative.search(_LINE_BREAK.split(before)[-1]) or relative.search(_LINE_BREAK.split(after)[0]):
                yield found.span


_MAX_TO_RELATIVE = 80
_LINE_BREAK = re.compile(r"\n|[.;]\s")


def _result_spans(fact: Fact, reading: Reading) -> list[Span]:
    results = reading.former if fact.relation == "measured_before" else reading.results
    return [result.span for result in results if agrees(result, fact)]


def _literal_spans(fact: Fact, text: str) -> Iterable[Span]:
    """Find the words of a value as they are, whatever case and line breaks."""
    words = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", fact.value)))
    for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE):
        yield Span(start=match.start(), end=match.end())


def _stem_spans(fact: Fact, text: str) -> Iterable[Span]:
    """Find the words of a course: "improving" is said by "has improved" too."""
    stem = re.escape(fact.value.removesuffix("ing").removesuffix("d").removesuffix("e"))
    for match in re.finditer(rf"(?<!\w){stem}\w*", text, re.IGNORECASE):
        yield Span(start=match.start(), end=match.end())


def _course_spans(fact: Fact, text: str, reading: Reading) -> Iterable[Span]:
    """Find the words of a course; those of a condition where the same sentence names it."""
    stated = _stem_spans(fact, text)
    if fact.subject == _PATIENT:
        return stated
    named = {found.span for found in reading.mentions if found.concept.name == fact.subject}
    named.update(_literal_spans(replace(fact, value=fact.subject), text))
    return [span for span in stated if any(_is_one_sentence(text, span, name) for name in named)]


def _is_one_sentence(text: str, one: Span, other: Span) -> bool:
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    return len(between) <= _MAX_TO_CONDITION and not _LINE_BREAK.search(between)


_PATIENT = "patient"
_MAX_TO_CONDITION = 120


def _onset_spans(fact: Fact, text: str) -> Iterable[Span]:
    """Find a duration: "3 days" is said by "3-day" and "three days" too."""
    number, _, unit = fact.value.partition(" ")
    said = "|".join({re.escape(number), _NUMBER_WORDS.get(number, re.escape(number))})
    for match in re.finditer(
        rf"(?<![\w.])(?:{said})[\s-]+{re.escape(unit.removesuffix('s'))}s?\b", text, re.IGNORECASE
    ):
        yield Span(start=match.start(), end=match.end())


_NUMBER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        str(number): word
        for number, word in enumerate(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
        )
    }
)


def _any_name(concept: Concept) -> re.Pattern[str]:
    names = sorted(concept.names, key=len, reverse=True)
    # A short abbreviation says something else in other words; it counts on its own only.
    long = [r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name))) for name in names if len(name) > _SHORT]
    return re.compile(rf"\b(?:{'|'.join(long) or '(?!)'})\b", re.IGNORECASE)


_SHORT = 3


def _drug_spans(fact: Fact, reading: Reading) -> Iterable[Span]:
    return [found.span for found in reading.mentions if found.concept.id == fact.code and found.negated == fact.negated]


def _allergy_spans(fact: Fact, concept: Concept | None, text: str, reading: Reading) -> Iterable[Span]:
    """Find the allergen by its id or a name: "tetracyclines" can be read as the drug of that name."""
    own = {fact.value.casefold(), *(name.casefold() for name in (concept.names if concept else ()))}
    for found in reading.allergies:
        names = {text[found.span.start : found.span.end].casefold(), *map(str.casefold, found.concept.names)}
        if found.concept.id == fact.code or not own.isdisjoint(names):
            yield found.span


def _amount_spans(fact: Fact, drug: str | None, reading: Reading) -> Iterable[Span]:
    return [amount.span for amount in reading.amounts if amount.drug == drug and is_amount(amount, fact)]


def is_amount(amount: Amount, fact: Fact) -> bool:
    """Say whether a dose or frequency is that of a fact, however either is written: 0.5 g is 500 mg, q12h twice daily.

    A time of day says that it is once daily.
    """
    if amount.kind != fact.kind:
        return False
    stated, asked = comparable(amount.value), comparable(normal_amount(fact))
    return stated == asked or (asked == _ONCE_DAILY and stated in TIMES_OF_DAY)


def comparable(amount: str) -> str:
    """Write a normal dose in micrograms where it is a mass, and a frequency in times a day where it is one."""
    number, _, unit = amount.partition(" ")
    if unit in _MICROGRAMS and number.replace(".", "", 1).isdigit():
        return f"{float(number) * _MICROGRAMS[unit]:.6g} mcg"
    for hours, daily in _DAILY.items():
        if amount.startswith(hours):
            return daily + amount.removeprefix(hours)
    return amount


_MICROGRAMS: Mapping[str, int] = MappingProxyType({"mcg": 1, "mg": 1000, "g": 1_000_000})
_ONCE_DAILY = "once daily"

_DAILY: Mapping[str, str] = MappingProxyType(
    {
        "every 24 hours": _ONCE_DAILY,
        "every 12 hours": "twice daily",
        "every 8 hours": "three times daily",
        "every 6 hours": "four times daily",
    }
)


def normal_amount(fact: Fact) -> str:
    """Write the value of a dose or frequency fact as texts are read."""
    values = find_doses(fact.value) if fact.kind == "dose" else find_frequencies(fact.value)
    return values[0].value if values else fact.value


def agrees(result: Result, fact: Fact) -> bool:
    """Say whether a result is that of a lab or vital fact: the same concept and number; 5.90 is 5.9."""
    return result.code == fact.code and is_number(result, fact)


def is_number(result: Result, fact: Fact) -> bool:
    """Compare the numbers of a result and a fact; 12,300 without a unit is 12.3 K/uL."""
    if same_number(result.number, number_of(fact)):
        return True
    in_ones = not result.unit and fact.value.endswith(" K/uL")
    return in_ones and _numbers(result.number) == [round(1000 * number, 3) for number in _numbers(number_of(fact))]


def number_of(fact: Fact) -> str:
    """Give the number of a lab or vital fact: "5.9" of "5.9 mmol/L"."""
    return fact.value.partition(" ")[0]


def same_number(one: str, other: str) -> bool:
    """Compare two numbers, or two pairs of them ("120/80"); the first alone of a pair agrees with it."""
    ours, theirs = _numbers(one), _numbers(other)
    return bool(ours) and ours == theirs[: len(ours)]


def _numbers(text: str) -> list[float]:
    try:
        return [float(part.strip().replace(",", "").rstrip("%")) for part in text.split("/")]
    except ValueError:
        return []
