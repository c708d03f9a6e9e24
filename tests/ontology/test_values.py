"""Values are found where they are marked, in one normal form."""

import re
import time
from collections.abc import Callable

import pytest

from clinsynth.ontology.values import (
    Value,
    find_ages,
    find_doses,
    find_frequencies,
    find_measurements,
    find_sexes,
    sex_of_pronouns,
)
from clinsynth.records import Span

_MARK = re.compile(r"\[\[(.+?)=>(.+?)\]\]")


def _unmark(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """Give the text without marks, and (what is marked, its normal form)."""
    return _MARK.sub(r"\1", marked), _MARK.findall(marked)


def _found(text: str, values: tuple[Value, ...]) -> list[tuple[str, str]]:
    return [(text[value.span.start : value.span.end], value.value) for value in values]


AGES = [
    "This is a [[64-year-old=>64]] woman.",
    "[[64 y/o=>64]] F, [[7 yo=>7]] M.",
    "[[Age: 64=>64]]. Patient [[aged 70=>70]].",
    "A [[sixty-four-year-old=>64]] man, a [[thirty year old=>30]].",
    "She is [[59 years of age=>59]] and an [[18-month-old=>1]] and a [[3-week-old=>0]].",
    "Her father died at age 86, her 5-year-old son is well, at the age of 40.",
    "Men age 35 or older, women age 40 to 60, age 18 and up.",
    "Seen 10 years ago; 2007-2010; stage 64; age-related; 640-year-old.",
]
SEXES = [
    "A [[woman=>female]], a [[gentleman=>male]], a [[lady=>female]].",
    "64 y/o [[F=>female]] with pain; well-woman exam; human; females.",
    "Sex: [[Male=>male]]",
]
DOSES = [
    "Metformin [[500 mg=>500 mg]] and [[1,000 milligrams=>1000 mg]].",
    "[[500mg=>500 mg]], [[0.50 mg=>0.5 mg]], [[.5 mg=>0.5 mg]], [[81-mg=>81 mg]] tablet, [[2 puffs=>2 puffs]].",
    "[[1 tablet=>1 tablet]], [[10 units=>10 units]], [[875-125 mg=>875/125 mg]], [[20 mEq=>20 mEq]].",
    "Glucose 120 mg/dL, hemoglobin 12 g/dL, 5 golf balls, 3 mgx.",
]
FREQUENCIES = [
    "[[b.i.d.=>twice daily]] and [[BID=>twice daily]] and [[two times a day=>twice daily]]",
    "[[q.d.=>once daily]], [[daily=>once daily]], [[once a day=>once daily]], [[q day=>once daily]]",
    "[[t.i.d.=>three times daily]] [[q.i.d.=>four times daily]] [[q.h.s.=>at bedtime]] [[at bedtime=>at bedtime]]",
    "[[q.4-6h. p.r.n.=>every 4-6 hours as needed]]; [[every 8 hours=>every 8 hours]]; [[q6h=>every 6 hours]]",
    "[[three times a day with meals=>three times daily with meals]], [[once as needed=>once as needed]]",
    "[[every other day=>every other day]], [[once weekly=>once weekly]], [[twice a week=>twice weekly]]",
    "activities and daily living; the daily basis; abide; qdx",
]


@pytest.mark.parametrize(
    ("finder", "marked"),
    [
        *((find_ages, marked) for marked in AGES),
        *((find_sexes, marked) for marked in SEXES),
        *((find_doses, marked) for marked in DOSES),
        *((find_frequencies, marked) for marked in FREQUENCIES),
    ],
)
def test_finds_what_is_marked(finder: Callable[[str], tuple[Value, ...]], marked: str) -> None:
    """What is found is what is marked, in its normal form: no more, no less."""
    text, expected = _unmark(marked)
    assert _found(text, finder(text)) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("<potassium> 3.5", ["3.5"]),
        ("<potassium> was low at 2.9 mmol/L.", ["2.9 mmol/L"]),
        ("<creatinine> of 1.4, <WBC> 12.3 K/uL", ["1.4", "12.3 K/uL"]),
        ("<BP>: 120/80 mm Hg, <pulse> 88", ["120/80 mmHg", "88"]),
        ("<temperature> 98.6 degrees Fahrenheit", ["98.6 F"]),
        ("<temperature> 38.4 C. <oxygen saturation> 98% on room air", ["38.4 C", "98%"]),
        ("<platelet> count of 250,000", ["250000"]),
        ("<BUN> and <creatinine> of 40 and 2.1", ["40", "2.1"]),
        ("<BUN>/<creatinine> 40/2.1", ["40", "2.1"]),
        ("<BUN> and <creatinine> were normal", []),
        ("<potassium> 20 mEq twice daily", []),
        ("<potassium> was checked. 3 days later", []),
        ("<glucose> 2 hours after a meal", []),
        ("<glucose> ranged 100 to 200", []),
        ("<glucose> 100-200", []),
        ("<BP> 130s-150s/60s, <pulse> in the 100s", []),
        ("<partial thromboplastin time> 32 s", ["32 seconds"]),
        ("<pulse> on 3/12/2008", []),
        ("<height> 5'8\", <respiratory rate> 16 per minute", ["16"]),
    ],
)
def test_a_result_belongs_to_the_name_before_it(marked: str, expected: list[str]) -> None:
    """Each name takes the number right behind it, or its own of two, and nothing further on."""
    names: list[Span] = []
    text = ""
    for part in re.split(r"(<.+?>)", marked):
        if part.startswith("<"):
            names.append(Span(start=len(text), end=len(text) + len(part) - 2))
        text += part.strip("<>")
    assert [result.value for result in find_measurements(text, names)] == expected


@pytest.mark.parametrize(
    ("text", "sex"),
    [("She took her pills. He agreed.", "female"), ("He came; his pain.", "male"), ("He and she.", ""), ("Seen.", "")],
)
def test_pronouns_give_the_sex_only_when_they_agree(text: str, sex: str) -> None:
    """Two thirds of the pronouns have to speak of the same sex."""
    assert sex_of_pronouns(text) == sex


@pytest.mark.parametrize(
    "run", ["1", "1,", "q. ", "every 1", "a b.i.d", "twenty-", "was ", "64 -year", " ", "1/", "-1.1"]
)
def test_hostile_runs_take_linear_time(run: str) -> None:
    """Four times the text takes no more than about four times as long, whatever it repeats."""
    finders = (
        find_ages,
        find_sexes,
        find_doses,
        find_frequencies,
        lambda text: find_measurements(text, [Span(start=0, end=1)]),
    )

    def seconds(n: int) -> float:
        text = run * (n // len(run))
        start = time.process_time()
        for finder in finders:
            finder(text)
        return time.process_time() - start

    assert seconds(80_000) < 12 * seconds(20_000) + 0.2
