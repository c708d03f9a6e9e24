"""Jinja2 texts of templates: declared variables only, in a sandbox; and the words a case has for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2 import Template as Compiled
from jinja2.sandbox import SandboxedEnvironment

from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.selecting import SELECTORS, select
from clinsynth.records import Case

_SHORT_FREQUENCIES = {
    "once daily": "daily",
    "twice daily": "b.i.d.",
    "three times daily": "t.i.d.",
    "four times daily": "q.i.d.",
    "at bedtime": "q.h.s.",
    "every other day": "every other day",
    "as needed": "p.r.n.",
}
_SHORT_VITALS = {
    "blood pressure": "BP",
    "heart rate": "HR",
    "respiratory rate": "RR",
    "temperature": "temp",
    "oxygen saturation": "SpO2",
    "body mass index": "BMI",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drug:
    """A drug of a case as a rendered section sees it; dose and frequency are "" where the case has none."""

    name: str
    dose: str
    frequency: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.dose, self.frequency) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A lab or vital sign of a case: "potassium", "5.9 mmol/L"."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


def case_variables(case: Case) -> dict[str, Any]:
    """Give what a rendered section may use, by name; every list is in the order of the case."""

    def values(group: str) -> list[str]:
        return [fact.value for fact in SELECTORS[group](case)]

    def results(*groups: str) -> list[Result]:
        return [Result(name=fact.subject, value=fact.value) for fact in select(case, groups)]

    return {
        "age": case.attributes.get("age", ""),
        "sex": case.attributes.get("sex", ""),
        "style": case.attributes.get("style", ""),
        "condition": next(iter(values("main condition")), ""),
        "comorbidities": values("comorbidities"),
        "symptoms": values("symptoms"),
        "negatives": values("negatives"),
        "medications": _drugs(case),
        "labs": results("key lab", "other labs"),
        "vitals": results("key vital", "other vitals"),
        "allergies": values("allergies"),
    }


CASE_VARIABLES = (
    "age",
    "allergies",
    "comorbidities",
    "condition",
    "labs",
    "medications",
    "negatives",
    "sex",
    "style",
    "symptoms",
    "vitals",
)


def _drugs(case: Case) -> list[Drug]:
    regimen = {(fact.subject, fact.kind): fact.value for fact in case.facts if fact.kind in {"dose", "frequency"}}
    return [
        Drug(
            name=fact.value,
            dose=regimen.get((fact.value, "dose"), ""),
            frequency=regimen.get((fact.value, "frequency"), ""),
        )
        for fact in case.facts
        if fact.kind == "medication" and not fact.negated
    ]


def sentence(text: object) -> str:
    """Begin with a capital letter and end with a full stop.

    >>> sentence("type 2 diabetes mellitus")
    'Type 2 diabetes mellitus.'
    """
    words = str(text).strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}" if words else ""


def listed(items: Sequence[object], last: str = "and") -> str:
    """Join with commas and a word before the last.

    >>> listed(["fever", "cough", "chills"])
    'fever, cough and chills'
    """
    words = [str(item) for item in items]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def short_frequency(frequency: str) -> str:
    """Abbreviate as prescriptions do.

    >>> short_frequency("twice daily")
    'b.i.d.'
    """
    return _SHORT_FREQUENCIES.get(frequency, frequency)


def short_vital(name: str) -> str:
    """Abbreviate the name of a vital sign.

    >>> short_vital("blood pressure")
    'BP'
    """
    return _SHORT_VITALS.get(name, name)


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    # No escaping: the output is plain text for a model and a note, never HTML.
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters.update(
        sentence=sentence, listed=listed, short_frequency=short_frequency, short_vital=short_vital
    )
    return environment


@dataclass(frozen=True, kw_only=True)
class Text:
    """A Jinja2 text that has been checked."""

    where: str
    compiled: Compiled

    def __call__(self, variables: Mapping[str, Any]) -> str:
        """Render, without space at the end.

        Raises:
            ConfigError: It asks a variable for something that is not there, or breaks out of the sandbox.
        """
        try:
            return self.compiled.render(variables).strip()
        except (TemplateError, TypeError, ZeroDivisionError) as error:
            raise ConfigError(f"{self.where} cannot be rendered: {error}") from None


def compile_text(source: str, *, where: str, declared: Sequence[str], known: Sequence[str]) -> Text:
    """Check and compile a Jinja2 text.

    Args:
        source: The text.
        where: File and place, for messages.
        declared: The variables that the file says it uses.
        known: The variables that there are.

    Raises:
        ConfigError: The syntax is wrong, it uses a variable that is not declared, or one is declared that is unknown.
    """
    for name in declared:
        if name not in known:
            raise ConfigError(f'{where} declares "{name}", which no case has; {nearest(name, known)}')
    environment = _environment()
    try:
        used = meta.find_undeclared_variables(environment.parse(source))
        compiled = environment.from_string(source)
    except TemplateSyntaxError as error:
        raise ConfigError(f"{where}, line {error.lineno} is not Jinja2: {error.message}") from None
    except TemplateError as error:
        raise ConfigError(f"{where} is not Jinja2: {error}") from None
    for name in sorted(used - set(declared)):
        raise ConfigError(
            f'{where} uses "{name}" without declaring it; add it to variables, or {nearest(name, declared)}'
        )
    return Text(where=where, compiled=compiled)
