"""Results of tests and vital signs, as rendered sections word them."""

from dataclasses import dataclass

from clinsynth.prompts.selecting import select
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

_SHORT_VITALS = {
    "blood pressure": "BP",
    "heart rate": "HR",
    "respiratory rate": "RR",
    "temperature": "temp",
    "oxygen saturation": "SpO2",
    "body mass index": "BMI",
}
# Real notes leave these out more often than not; a temperature in C keeps its own.
_UNSAID = frozenset({"mmHg", "beats/min", "breaths/min", "F"})
# The last words of names that stand with "are"; "phosphorus" and "alk phos" do not.
_PLURALS = frozenset(
    {
        *("basophils", "basos", "cells", "chains", "eosinophils", "forms", "ketones", "leukocytes", "lymphocytes"),
        *("lymphs", "monocytes", "monos", "neutrophils", "platelets", "respirations", "segs", "triglycerides"),
    }
)
# In which order the first signs stand: as a case has them, or pressure, pulse or temperature first.
_ORDERS_OF_VITALS = (
    (),
    ("blood pressure", "heart rate", "respiratory rate", "temperature"),
    ("temperature", "blood pressure", "heart rate", "respiratory rate"),
    ("heart rate", "blood pressure", "respiratory rate", "oxygen saturation", "temperature"),
    ("blood pressure", "heart rate", "temperature", "respiratory rate"),
)


def short_vital(name: str) -> str:
    """Abbreviate the name of a vital sign.

    >>> short_vital("blood pressure")
    'BP'
    """
    return _SHORT_VITALS.get(name, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A lab or vital sign: "potassium", "5.9 mmol/L"."""

    name: str
    value: str
    is_vital: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.value}"

    @property
    def short(self) -> str:
        """With the name of a vital sign abbreviated: "BP 152/94 mmHg"."""
        return f"{short_vital(self.name)} {self.value}"

    @property
    def bare(self) -> str:
        """Without a unit that goes without saying: "blood pressure 152/94", but "temperature 38.4 C"."""
        return f"{self.name} {self._amount}"

    @property
    def bare_short(self) -> str:
        """Both: "BP 152/94"."""
        return f"{short_vital(self.name)} {self._amount}"

    @property
    def of(self) -> str:
        """As an attribute: "blood pressure of 152/94", "potassium of 5.9 mmol/L"."""
        return f"{self.name} of {self._amount}"

    @property
    def told(self) -> str:
        """As a clause: "blood pressure is 152/94"."""
        return f"{self.name} {'are' if self._is_plural else 'is'} {self._amount}"

    @property
    def was(self) -> str:
        """As a clause about the past: "potassium was 5.9 mmol/L"."""
        return f"{self.name} {'were' if self._is_plural else 'was'} {self._amount}"

    @property
    def _amount(self) -> str:
        number, _, unit = self.value.rpartition(" ")
        return number if self.is_vital and unit in _UNSAID else self.value

    @property
    def _is_plural(self) -> bool:
        return self.name.rpartition(" ")[2].lower() in _PLURALS


def results(case: Case, *groups: str) -> list[Result]:
    """Give the results of some groups of facts, in the order of the case."""
    return [_result(fact) for fact in select(case, groups)]


def vitals(case: Case) -> list[Result]:
    """Give the vital signs in one of the usual orders, by the id of the case."""
    order = generator(0, "vitals", case.id).choice(_ORDERS_OF_VITALS)
    places = {code: place for place, code in enumerate(map(_vital_code, order))}
    found = select(case, ["key vital", "other vitals"])
    ordered = sorted(found, key=lambda fact: places.get(fact.code or "", len(places)))
    return [_result(fact) for fact in ordered]


def _vital_code(name: str) -> str:
    # A pressure of two numbers has the code of its first.
    return "vital/" + ("systolic blood pressure" if name == "blood pressure" else name).replace(" ", "-")


def _result(fact: Fact) -> Result:
    return Result(name=fact.subject, value=fact.value, is_vital=fact.kind == "vital")
