"""Values that clinical text states in a few fixed shapes: ages, sexes, doses, frequencies, results of labs and vitals.

Each finder gives what it saw in order of position, with a normal form that does not depend on the wording. All
patterns are bounded in every repetition, so that the time is linear in the length of the text, whatever it holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clinsynth.records import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value where it is stated.

    Attributes:
        value: The normal form: "64" (years), "female", "500 mg", "twice daily".
    """

    span: Span
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """A result and the name it was found behind.

    Attributes:
        name_span: The name, as it was given to `find_measurements`.
        span: Number and unit.
        number: "5.9", or "120/80" for a pressure; without thousands separators.
        unit: In its normal form ("mmol/L", "C"), "" where none is stated.
    """

    name_span: Span
    span: Span
    number: str
    unit: str

    @property
    def value(self) -> str:
        """Number and unit, if any: "5.9 mmol/L", "98%"."""
        return with_unit(self.number, self.unit)


def with_unit(number: str, unit: str) -> str:
    """Write a result: "5.9 mmol/L", "98%", "1.2" without a unit."""
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".rstrip()


_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER_WORDS = {word: number for number, word in enumerate([*_ONES, *_TEENS], start=1)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_TENS_WORD = "|".join(_TENS)
_WORD_NUMBER = rf"(?:(?:{_TENS_WORD})(?:[-\s](?:{'|'.join(_ONES)}))?|{'|'.join([*_TEENS, *_ONES])})"

_RELATIVE = r"(?:son|daughter|brother|sister|grandson|granddaughter|sibling|husband|wife)"
_AGE = re.compile(
    rf"""
    (?<![\w./]) (?P<count>\d{{1,3}}|{_WORD_NUMBER}) (?:
        [-\s]{{0,2}} (?P<unit>year|yr|month|week|day)s? [-\s]{{1,2}} old \b
      | [-\s]{{0,2}} (?:y/o|yo|y\.\s?o\.|yr/o) (?!\w)
      | [-\s]{{1,2}} (?:years?|yrs) [-\s] of [-\s] age \b
    ) (?! \s{{1,3}} {_RELATIVE} \b )
  | (?<!\bat\ ) (?<!\bthe\ ) (?<!\bby\ ) (?<!\bsince\ ) (?<!\bfrom\ ) (?<!\buntil\ ) (?<![\w-])
    (?:aged|age) (?: \s? : \s{{0,3}} | \s{{1,3}} (?:of\s|is\s)? ) (?P<stated>\d{{1,3}}) (?!\w|[-/.]\d)
    (?! \s{{1,2}} (?:years?\s)? (?:or|and|to|through) \s{{1,2}} (?:older|over|above|younger|under|up|\d) )
    (?: \s{{1,2}} years? \b (?: \s old \b )? )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SMALLEST_PER_YEAR = {"month": 12, "week": 52, "day": 365}
_OLDEST = 120


def find_ages(text: str) -> tuple[Value, ...]:
    """Find ages, in whole years: "64-year-old", "64 y/o", "age 64", "sixty-four-year-old", "18-month-old" (1).

    Ages at an event ("at age 40") and of relatives named right behind ("5-year-old son") are left out.
    """
    return tuple(_ages(text))


def _ages(text: str) -> Iterator[Value]:
    for match in _AGE.finditer(text):
        years = _number(match["stated"] or match["count"]) // _SMALLEST_PER_YEAR.get((match["unit"] or "").lower(), 1)
        if years <= _OLDEST:
            yield Value(span=_span(match), value=str(years))


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    return sum(_NUMBER_WORDS[word] for word in re.split(r"[-\s]", words.lower()))


_SEXES = {
    "female": ("female", "woman", "lady", "girl"),
    "male": ("male", "man", "gentleman", "boy"),
}
_SEX_OF = {word: sex for sex, words in _SEXES.items() for word in words} | {"f": "female", "m": "male"}
_SEX = re.compile(
    rf"(?<![\w-])(?:{'|'.join(word for words in _SEXES.values() for word in words)})(?![\w-])"
    r"|(?<=y/o )[FM](?!\w)|(?<=yo )[FM](?!\w)|(?<=y\.o\. )[FM](?!\w)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?<![\w'])(?:(she|her|hers|herself)|(he|him|his|himself))(?!\w)", re.IGNORECASE)


def find_sexes(text: str) -> tuple[Value, ...]:
    """Find words for the sex of a person: "female", "gentleman", "64 y/o F"."""
    return tuple(Value(span=_span(match), value=_SEX_OF[match[0].lower()]) for match in _SEX.finditer(text))


def find_pronouns(text: str) -> tuple[Value, ...]:
    """Find the pronouns of the third person, with the sex of whom they speak of."""
    return tuple(
        Value(span=_span(match), value="female" if match.lastindex == 1 else "male")
        for match in _PRONOUN.finditer(text)
    )


def sex_of_pronouns(text: str) -> str:
    """Give the sex that at least two thirds of the pronouns of a text speak of, else ""."""
    sexes = [pronoun.value for pronoun in find_pronouns(text)]
    n_female, n = sexes.count("female"), len(sexes)
    if 3 * n_female >= 2 * n > 0:
        return "female"
    return "male" if 3 * (n - n_female) >= 2 * n > 0 else ""


_DOSE_UNITS = {
    "mg": ("mg", "mgs", "milligram", "milligrams"),
    "mcg": ("mcg", "microgram", "micrograms", "ug", "µg", "μg"),
    "mg/m2": ("mg/m2", "mg/m²", "mg per square meter"),
    "g": ("g", "gm", "gms", "gram", "grams"),
    "mL": ("ml", "milliliter", "milliliters", "cc"),
    "mEq": ("meq", "milliequivalents"),
    "mCi": ("mci", "millicuries"),
    "units": ("unit", "units", "international units", "iu"),
    "puffs": ("puff", "puffs"),
    "tablets": ("tablet", "tablets", "tab", "tabs"),
    "capsules": ("capsule", "capsules", "cap", "caps"),
    "drops": ("drop", "drops"),
    "sprays": ("spray", "sprays"),
    "applications": ("application", "applications"),
}
_DOSE_UNIT_OF = {word: unit for unit, words in _DOSE_UNITS.items() for word in words}
_COUNTED = frozenset({"units", "puffs", "tablets", "capsules", "drops", "sprays", "applications"})


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_PLAIN_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,7})(?:\.\d{1,4})?|\.\d{1,4}"
_DOSE = re.compile(
    rf"(?<![\w.,/-])(?P<number>(?:{_PLAIN_NUMBER})(?:\s?[/-]\s?(?:{_PLAIN_NUMBER})){{0,2}})"
    rf"[\s-]{{0,2}}(?P<unit>{_any_of(_DOSE_UNIT_OF)})(?!\w)(?!\s?/\s?(?:dl|l|ml)\b)",
    re.IGNORECASE,
)


def find_doses(text: str) -> tuple[Value, ...]:
    """Find doses: "500mg", "1,000 milligrams" (1000 mg), "10 units", "875-125 mg" (875/125 mg); no concentrations."""
    return tuple(Value(span=_span(match), value=_dose(match)) for match in _DOSE.finditer(text))


def _dose(match: re.Match[str]) -> str:
    number = "/".join(_plain(part) for part in re.split(r"\s?[/-]\s?", match["number"]))
    unit = _DOSE_UNIT_OF[match["unit"].lower()]
    return f"{number} {unit[:-1] if number == '1' and unit in _COUNTED else unit}"


def _plain(number: str) -> str:
    """Write a number one way: no thousands separators, a digit before the point, no zeros that say nothing."""
    whole, point, part = number.replace(",", "").partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (point + part if part else "")


_TIMES = {"once": "once", "one time": "once", "twice": "twice", "two times": "twice", "three times": "three times"}
_TIMES |= {"four times": "four times", "five times": "five times", "2 times": "twice", "3 times": "three times"}
_PER_DAY = r"(?:daily|(?:a|per|each|every)\s{1,2}day)"
_PER_WEEK = r"(?:weekly|(?:a|per|each|every)\s{1,2}week)"
_PER_MONTH = r"(?:monthly|(?:a|per|each|every)\s{1,2}month)"
_FREQUENCIES: tuple[tuple[str, str], ...] = (
    (r"once\sas\sneeded", "once as needed"),
    (
        r"(?:as\sa\s)?single\sdose|once(?!\s{1,2}(?:daily|weekly|monthly|a|per|each|every|again|more|he|she|the)\b)",
        "as a single dose",
    ),
    (r"(?:(?:per|an)\shour\s)?(?:by|as\sa|as)\scontinuous\sinfusion|continuously", "per hour by continuous infusion"),
    (
        rf"(?P<daily>{_any_of(_TIMES)})\s{{1,2}}{_PER_DAY}(?:\s(?P<meals>with|before|after)\smeals)?",
        "{daily} daily{meals}",
    ),
    (rf"(?P<weekly>{_any_of(_TIMES)})\s{{1,2}}{_PER_WEEK}", "{weekly} weekly"),
    (rf"(?P<monthly>{_any_of(_TIMES)})\s{{1,2}}{_PER_MONTH}", "{monthly} monthly"),
    (r"(?:every|each)\s(?P<unit_apart>\d{1,2})\s?(?P<apart>weeks|months|days)", "every {unit_apart} {apart}"),
    (
        r"(?:every|q\.?)\s{0,2}(?P<hours>\d{1,2}(?:\s?(?:-|to)\s?\d{1,2})?)[\s-]{0,2}(?:hours|hour|hrs|hr|h)(?:\b\.?)",
        "every {hours} hours",
    ),
    (r"every\shour|hourly", "every hour"),
    (r"b\.\s?i\.\s?d\.?|bid", "twice daily"),
    (r"t\.\s?i\.\s?d\.?|tid", "three times daily"),
    (r"q\.\s?i\.\s?d\.?|qid", "four times daily"),
    (r"q\.\s?o\.\s?d\.?|qod|every\sother\sday", "every other day"),
    (
        r"q\.?\s?h\.?\s?s\.?|h\.s\.?|(?:nightly|at\s(?:bedtime|night)|every\snight|before\sbed|q\.?\s?night(?:ly)?)",
        "at bedtime",
    ),
    (r"q\.\s?a\.\s?m\.?|qam|(?:every|in\sthe|each)\smorning", "every morning"),
    (r"q\.\s?p\.\s?m\.?|qpm|(?:every|in\sthe|each)\sevening", "every evening"),
    (r"q\.\s?d\.?|qd|q\.?\s?daily|q\.?\s?day|every\sday|daily", "once daily"),
    (r"weekly|every\sweek|q\.?\s?week(?:ly)?", "once weekly"),
    (r"monthly|every\smonth|q\.?\s?month(?:ly)?", "once monthly"),
    (r"p\.\s?r\.\s?n\.?|prn|as\sneeded", "as needed"),
)
_AS_NEEDED = "as needed"
_FREQUENCY = re.compile(
    rf"(?<![\w.])(?:{'|'.join(f'(?P<f{i}>{pattern})' for i, (pattern, _) in enumerate(_FREQUENCIES))})"
    r"(?!\w)(?!\s(?:living|activit|basis|life|weight|routine|wear))",
    re.IGNORECASE,
)


def find_frequencies(text: str) -> tuple[Value, ...]:
    """Find how often something is taken, in words: "b.i.d." is "twice daily", "q.4h. prn" "every 4 hours as needed"."""
    found = [Value(span=_span(match), value=_frequency(match)) for match in _FREQUENCY.finditer(text)]
    return tuple(_with_as_needed(text, found))


def _frequency(match: re.Match[str]) -> str:
    form = next(form for i, (_, form) in enumerate(_FREQUENCIES) if match[f"f{i}"] is not None)
    groups = match.groupdict(default="")
    words = {name: _TIMES.get(" ".join(groups[name].lower().split()), "") for name in ("daily", "weekly", "monthly")}
    hours = re.sub(r"\s?(?:-|to)\s?", "-", groups["hours"].lower())
    meals = f" {groups['meals'].lower()} meals" if groups["meals"] else ""
    return form.format(
        **words, meals=meals, hours=hours, unit_apart=groups["unit_apart"], apart=groups["apart"].lower()
    )


def _with_as_needed(text: str, found: Sequence[Value]) -> Iterator[Value]:
    """Join "as needed" to the frequency right before it."""
    joined = {
        after.span.start: before
        for before, after in pairwise(found)
        if after.value == _AS_NEEDED != before.value and text[before.span.end : after.span.start].strip(" ,\n") == ""
    }
    befores = {before.span.start for before in joined.values()}
    for value in found:
        if value.span.start in joined:
            before = joined[value.span.start]
            span = Span(start=before.span.start, end=value.span.end)
            yield Value(span=span, value=f"{before.value} {_AS_NEEDED}")
        elif value.span.start not in befores:
            yield value


_UNITS: Mapping[str, tuple[str, ...]] = {
    "mg/dL": ("mg/dl", "mg per dl", "mg%"),
    "g/dL": ("g/dl", "gm/dl", "grams per deciliter", "g%"),
    "mmol/L": ("mmol/l",),
    "mEq/L": ("meq/l",),
    "ng/mL": ("ng/ml",),
    "ng/dL": ("ng/dl",),
    "pg/mL": ("pg/ml",),
    "mcg/dL": ("mcg/dl", "ug/dl", "µg/dl", "μg/dl"),
    "umol/L": ("umol/l", "µmol/l", "μmol/l"),
    "U/L": ("u/l", "units/l", "iu/l", "units per liter"),
    "mIU/L": ("miu/l", "uiu/ml", "µiu/ml", "mu/l"),
    "IU/mL": ("iu/ml",),
    "mg/L": ("mg/l",),
    "mg/24 h": ("mg/24 h", "mg/24 hours", "mg per 24 hours"),
    "mcg/24 h": ("mcg/24 h", "ug/24 h", "mcg/24 hours"),
    "g/24 h": ("g/24 h", "g/24 hours", "grams per 24 hours"),
    "U/mL": ("u/ml", "units/ml"),
    "mIU/mL": ("miu/ml",),
    "mcg/mL": ("mcg/ml", "ug/ml", "µg/ml", "μg/ml"),
    "mcg/g": ("mcg/g", "ug/g", "µg/g", "μg/g"),
    "nmol/L": ("nmol/l",),
    "ng/L": ("ng/l",),
    "ng/mL/hr": ("ng/ml/hr", "ng/ml/h"),
    "mOsm/kg": ("mosm/kg", "mosmol/kg", "mosm/kg h2o"),
    "U/g Hb": ("u/g hb", "u/g hgb"),
    "GPL": ("gpl", "gpl units"),
    "RU/mL": ("ru/ml",),
    "copies/mL": ("copies/ml", "copies per ml"),
    "/hpf": ("/hpf", "per hpf", "per high-power field", "per high power field"),
    "cells/uL": ("cells/ul", "cells/mm3", "cells/µl", "cells/μl"),
    "mg/g": ("mg/g",),
    "mL/min/1.73 m2": ("ml/min/1.73 m2", "ml/min/1.73m2", "ml/min/1.73 m²", "ml/min"),
    "mm/hr": ("mm/hr", "mm/h", "mm per hour"),
    "K/uL": ("k/ul", "k/µl", "k/μl", "thousand/ul", "x10^9/l", "x 10^9/l", "10^9/l", "x10e9/l", "x10(9)/l"),
    "M/uL": ("m/ul", "m/µl", "m/μl", "million/ul", "x10^12/l", "x 10^12/l", "10^12/l"),
    "fL": ("fl",),
    "pg": ("pg",),
    "seconds": ("seconds", "sec", "s"),
    "%": ("%", "percent"),
    "mmHg": ("mmhg", "mm hg", "mm of mercury"),
    "C": ("c", "°c", "degrees c", "degrees celsius", "degrees centigrade", "celsius", "° c"),
    "F": ("f", "°f", "degrees f", "degrees fahrenheit", "fahrenheit", "° f", "degrees"),
    "beats/min": ("beats/min", "bpm", "beats per minute"),
    "breaths/min": ("breaths/min", "breaths per minute"),
    "kg": ("kg", "kilograms"),
    "kg/m2": ("kg/m2", "kg/m²"),
    "lb": ("lb", "lbs", "pounds"),
    "cm H2O": ("cm h2o", "cmh2o", "cm of water"),
    "cm": ("cm",),
    "": ("/min", "per minute"),  # of the heart or of breathing: the name tells
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_BETWEEN = (
    "level|levels|count|value|reading|rate|was|is|are|were|of|at|to|came back|remained|remains|now|today|noted|found|"
    "measured|approximately|about|low|high|elevated|normal|stable|slightly|mildly|markedly|significantly|up|down|"
    "increased|decreased|on admission|initially|currently|only|as|and is|room air"
)
_GAP = r"[\s:=(\-]{0,4}"
_NUMBER_OR_PAIR = rf"\d{{2,3}}\s?/\s?\d{{2,3}}(?![\d/])|(?:{_PLAIN_NUMBER})"
_RESULT = re.compile(
    rf"(?:{_GAP}\b(?:{_BETWEEN})\b){{0,5}}{_GAP}(?<![\w.,/])"
    rf"(?P<number>{_NUMBER_OR_PAIR})(?![\d/'’]|s\b|[.,]\d)(?!\s?(?:-|to)\s?\d)"  # noqa: RUF001 - feet and inches in real notes
    r"(?![\s-]?(?:hours?|hrs?|days?|weeks?|months?|years?|times|mg|mcg|meq|units?|tablets?)(?![\w/]))"
    rf"(?:[\s-]{{0,2}}(?P<unit>{_any_of(_UNIT_OF)})(?![\w/]))?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s{0,2}(?:and|/)\s{0,2}", re.IGNORECASE)
_SECOND = re.compile(rf"\s{{0,2}}(?:and|/|,)\s{{0,2}}(?P<number>{_PLAIN_NUMBER})(?![\d/]|[.,]\d)", re.IGNORECASE)
_FIRST_OF_TWO = re.compile(
    rf"(?:{_GAP}\b(?:{_BETWEEN})\b){{0,3}}{_GAP}(?P<number>{_PLAIN_NUMBER})(?!\d)", re.IGNORECASE
)


def find_measurements(text: str, names: Sequence[Span]) -> tuple[Measurement, ...]:
    """Find the result behind each of the names of labs and vital signs that were found in a text.

    "potassium was low at 2.9", "BP: 120/80", "WBC 12.3 K/uL"; of two names together ("BUN and creatinine of 40 and
    2.1") each takes its own number. A name without a number behind it, or with a range, has none.

    Args:
        text: The text.
        names: Where the names stand, in order, without overlaps.
    """
    found: list[Measurement] = []
    skip = False
    for index, name in enumerate(names):
        if skip:
            skip = False
            continue
        after = names[index + 1] if index + 1 < len(names) else None
        if after is not None and _LISTED.fullmatch(text, name.end, after.start):
            found.extend(_two_results(text, name, after))
            skip = True
        elif match := _RESULT.match(text, name.end):
            found.append(_measurement(name, match.start("number"), match))
    return tuple(found)


def _two_results(text: str, first: Span, second: Span) -> Iterator[Measurement]:
    one = _FIRST_OF_TWO.match(text, second.end)
    two = _SECOND.match(text, one.end()) if one else None
    if one and two:
        yield _measurement(first, one.start("number"), one)
        yield _measurement(second, two.start("number"), two)


def _measurement(name: Span, start: int, match: re.Match[str]) -> Measurement:
    groups = match.groupdict()
    unit = _UNIT_OF[groups["unit"].lower()] if groups.get("unit") else ""
    number = "/".join(_decimal(part) for part in re.split(r"\s?/\s?", match["number"]))
    return Measurement(name_span=name, span=Span(start=start, end=match.end()), number=number, unit=unit)


def _decimal(number: str) -> str:
    """Write a result one way, its decimals as stated: they say how exact it is."""
    plain = number.replace(",", "")
    return f"0{plain}" if plain.startswith(".") else plain


def _span(match: re.Match[str]) -> Span:
    return Span(start=match.start(), end=match.end())
