"""Results of tests and vital signs, as rendered sections word them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from clinsynth.prompts.selecting import select
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

_PRESSURE = "vital/systolic-blood-pressure"
# Names of vital signs, in full and as abbreviated; a pressure of two numbers has the code of its first.
_NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        _PRESSURE: (("blood pressure",), ("BP",)),
        "vital/heart-rate": (("heart rate", "pulse", "pulse rate"), ("HR", "pulse")),
        "vital/respiratory-rate": (("respiratory rate", "respirations"), ("RR", "resp rate")),
        "vital/temperature": (("temperature", "temperature", "temp"), ("temp",)),
        "vital/oxygen-saturation": (
            ("oxygen saturation", "pulse oximetry", "O2 saturation"),
            ("SpO2", "O2 sat", "O2 saturation"),
        ),
        "vital/body-mass-index": (("body mass index", "BMI"), ("BMI",)),
        "vital/weight": (("weight",), ("weight",)),
        "vital/height": (("height",), ("height",)),
        "vital/pain-score": (("pain score", "pain level", "pain rating"), ("pain score", "pain scale")),
    }
)
# Real notes leave these out more often than not.
_UNSAID_OF_SIGNS = frozenset({"mmHg", "beats/min", "breaths/min", "F", "kg/m2"})
_UNSAID_OF_TESTS = frozenset(
    {"K/uL", "M/uL", "g/dL", "mg/dL", "mmol/L", "U/L", "fL", "pg", "mm/hr", "mL/min/1.73 m2", "ng/mL", "mg/L", "pg/mL"}
)
_OTHER_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "beats/min": ("beats/min", "bpm", "beats per minute", "per minute"),
        "breaths/min": ("breaths/min", "breaths per minute", "per minute"),
        "F": ("\N{DEGREE SIGN}F", "degrees", "degrees Fahrenheit"),
        "mmHg": ("mmHg", "mm Hg"),
        "mL/min/1.73 m2": ("mL/min/1.73 m2", "mL/min"),
    }
)
_SHARE_UNSAID = 0.6
# The last words of names that stand with "are"; "phosphorus" and "alk phos" do not.
_PLURALS = frozenset(
    {
        *("basophils", "basos", "cells", "chains", "eosinophils", "forms", "ketones", "leukocytes", "lymphocytes"),
        *("lymphs", "monocytes", "monos", "neutrophils", "platelets", "respirations", "segs", "triglycerides"),
    }
)
# One form for a list; clauses of one tense, each in a form of its own.
_JOINTS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "full": (("{name} {value}",), ("{name} of {value}",), ("{name} of {value}",), ("{name} at {value}",)),
        "clause": (
            ("{name} {is_} {value}",),
            ("{name} {was} {value}",),
            (*("{name} {is_} {value}", "{name} {is_} at {value}", "{name} {is_} now {value}"),),
            (
                *("{name} {was} {value}", "{name} came back at {value}", "{name} measured {value}"),
                *("{name} {was} found at {value}", "{name} {was} noted at {value}", "{name} {was} at {value}"),
            ),
        ),
        "clause of a sign": (
            ("{name} {is_} {value}",),
            ("{name} {was} {value}",),
            (
                *("{name} {is_} {value}", "{name} {is_} at {value}", "{name} today {is_} {value}"),
                *("{name} {is_} now {value}", "{name} {is_} currently {value}"),
            ),
            (
                *("{name} {was} {value}", "{name} measured {value}", "{name} {was} noted at {value}"),
                *("{name} {was} at {value}", "{name} {was} measured at {value}"),
            ),
        ),
        "short": (  # no colon: "BP:" at the start of a line is a heading; no dash: it is a minus
            *(("{name} {value}",), ("{name} {value}",), ("{name} of {value}",), ("{name}={value}",)),
            *(("{name} at {value}",), ("{name} = {value}",)),
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A lab or vital sign: "potassium", "5.9 mmol/L".

    Attributes:
        code: Of the concept; "" for none. It says which other names there are.
    """

    name: str
    value: str
    code: str = ""
    is_vital: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.value}"

    @classmethod
    def worded(cls, results: Sequence["Result"], manner: str, random: Random) -> list[str]:
        """Word the results of a list in one form, with or without the units that go without saying.

        Manners are "full" ("blood pressure of 152/94"), "clause" ("blood pressure is 152/94"), "short" ("BP 152/94").
        """
        joints = _JOINTS["clause of a sign" if manner == "clause" and results[0].is_vital else manner]
        forms, is_unsaid = random.choice(joints), random.random() < _SHARE_UNSAID
        return [result.told(random.choice(forms), manner, random, is_unsaid=is_unsaid) for result in results]

    def told(self, form: str, manner: str, random: Random, *, is_unsaid: bool) -> str:
        """Put the result in a form, with or without a unit that goes without saying."""
        name = random.choice(self._names(manner))
        amount = self._number if is_unsaid else self.value
        is_many = _is_plural(name)
        return form.format(
            name=name,
            value=self._in_other_words(amount, random),
            is_="are" if is_many else "is",
            was="were" if is_many else "was",
        )

    def _names(self, manner: str) -> tuple[str, ...]:
        if self.code == _PRESSURE and "/" not in self.value:
            return (self.name,)
        full, short = _NAMES.get(self.code, ((self.name,), (self.name,)))
        return short if manner == "short" else full

    @property
    def _number(self) -> str:
        """The value without a unit that goes without saying; a temperature in C keeps its own."""
        number, _, unit = self.value.partition(" ")
        return number if unit in (_UNSAID_OF_SIGNS if self.is_vital else _UNSAID_OF_TESTS) else self.value

    @staticmethod
    def _in_other_words(amount: str, random: Random) -> str:
        number, _, unit = amount.partition(" ")
        return f"{number} {random.choice(_OTHER_UNITS[unit])}" if unit in _OTHER_UNITS else amount


def _is_plural(name: str) -> bool:
    return name.rpartition(" ")[2].lower() in _PLURALS


def results(case: Case, *groups: str) -> list[Result]:
    """Give the results of some groups of facts, in the order of the case."""
    return [_result(fact) for fact in select(case, groups)]


def vitals(case: Case) -> list[Result]:
    """Give the vital signs in an order drawn by the id of the case; build and pain come last."""
    random = generator(0, "vitals", case.id)
    found = select(case, ["key vital", "other vitals"])
    mixed = random.sample(found, len(found))
    return [_result(fact) for fact in sorted(mixed, key=lambda fact: fact.code in _LAST)]


_LAST = frozenset({"vital/weight", "vital/height", "vital/body-mass-index", "vital/pain-score"})


def _result(fact: Fact) -> Result:
    return Result(name=fact.subject, value=fact.value, code=fact.code or "", is_vital=fact.kind == "vital")
