"""Templates: a file of configs/prompts that says how the sections of each type of note are asked for or rendered."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from clinsynth.config import find_config
from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.assembling import Section
from clinsynth.prompts.framing import frame, note_type_title, statements
from clinsynth.prompts.headings import prompt_heading
from clinsynth.prompts.layouts import SHAPE, Layout, SectionPlan, find_beside, load_layout, read_model
from clinsynth.prompts.rendering import Text, compile_text
from clinsynth.prompts.selecting import ORDERS, select
from clinsynth.prompts.slots import Denial, Filled, fill, plain_wording, slots_of, slotted
from clinsynth.prompts.variables import case_variables
from clinsynth.prompts.verbalizers import Verbalizer, read_usage
from clinsynth.records import Case, Fact
from clinsynth.seeds import derive_seed, generator

# What a prompt may use; `sections` (heading, statements, text of each) only where the template asks for a whole note,
# `frame` and `heading` only where it asks for one section.
_OF_A_CASE = ("age", "note_type", "sex", "specialty", "style")
PROMPT_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "section": (*_OF_A_CASE, "frame", "heading", "statements"),
    "note": (*_OF_A_CASE, "sections"),
}
# The styles that prompts name: models know these words.
_NAMED_STYLES = frozenset({"narrative", "telegraphic", "dictated"})


class _Variant(BaseModel):
    model_config = SHAPE
    order: str = "as planned"
    attributes: tuple[str, ...] = ("age", "sex", "style")


class _TemplateFile(BaseModel):
    """A template.

    Attributes:
        scope: Whether a prompt asks for one section or for the whole note.
        system: What a chat model is told before the prompt.
        state: Whether prompts state facts at all.
        usage: A file of wordings; facts are then worded as real notes do.
        verbalize: Where they are.
        slots: Whether a model writes typed slots, which the case fills afterwards.
    """

    model_config = SHAPE
    name: str
    about: str
    layout: str
    variables: tuple[str, ...]
    prompt: str
    scope: Literal["section", "note"] = "section"
    system: str = ""
    state: bool = True
    usage: str | None = None
    verbalize: tuple[Literal["written", "rendered"], ...] = ("written", "rendered")
    slots: bool = False
    variants: tuple[_Variant, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_slots_by_section(self) -> "_TemplateFile":
        if self.slots and (self.scope != "section" or not self.state):
            raise ValueError("slots need prompts by section that state facts: scope section, state true")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A section as the prompt of a whole note sees it: what it has to state, or the text that it has to hold."""

    heading: str
    statements: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Telling:
    """A case as it is told: the words of its prompts, of its rendered sections, and the variant of the attempt."""

    asked: Case
    variables: Mapping[str, Any] = field(repr=False)
    variant: _Variant


@dataclass(frozen=True, kw_only=True)
class Template:
    """How the sections of a case are asked for or rendered.

    Attributes:
        hash: SHA-256 of the file as resolved, with its layout, surfaces and usage: 64 hex digits. It is the template's
            version.
        note_types: The types of note it has sections for.
        system: What is said to a chat model before each prompt; "" for nothing.
        slots: Whether the model writes typed slots; see `fill`.
    """

    name: str
    hash: str
    note_types: tuple[str, ...]
    system: str = field(default="", repr=False)
    slots: bool = False
    _file: _TemplateFile = field(repr=False)
    _layout: Layout = field(repr=False)
    _prompt: Text = field(repr=False)
    _verbalizer: Verbalizer | None = field(default=None, repr=False)

    def states(self, note_type: str) -> frozenset[str]:
        """Give the kinds of facts that a type of note states: a case of other kinds would not be told completely.

        Raises:
            ConfigError: The template has no such type of note.
        """
        self._check_has(note_type)
        return self._layout.states(note_type)

    def sections(self, case: Case, attempt: int) -> tuple[Section, ...]:
        """Give the sections of a case's note in their order; a rendered one with nothing to say is left out.

        Headings, rendered texts and the order of sections that may change places vary by the id of the case alone: a
        retry words none of them anew, and corpora of other seeds share them at equal indices. Prompts vary by the
        attempt too, which uses variant `attempt` modulo the number of variants. Where facts are verbalized, their words
        vary by both.

        A template of whole notes gives one section without a heading.

        Raises:
            ConfigError: The template has no such type of note.
        """
        self._check_has(case.note_type)
        telling = self._telling(case, attempt)
        parts = tuple(self._parts(telling))
        if self._file.scope == "note":
            return (Section(heading="", prompt=self._whole_note(telling, parts)),)
        first = next((plan for _, plan, _ in parts if plan is not None), None)
        return tuple(
            Section(heading=heading, text=text)
            if plan is None
            else self._slotted(telling, heading, plan, opens=plan is first)
            if self._file.slots
            else self._one_section(telling, heading, plan)
            for heading, plan, text in parts
        )

    def fill(self, section: Section, text: str, seed: int, *, is_denied: Denial | None = None) -> Filled:
        """Fill the slots that a model wrote in a section, in words that vary with the seed; see `slots.fill`."""
        random = generator(seed, "slots")
        return fill(text, section.slots, wording=self._wording, random=random, is_denied=is_denied)

    def _wording(self, fact: Fact, random: Random) -> str:
        if self._verbalizer is None or fact.code is None:
            return plain_wording(fact, random)
        word = self._verbalizer.word(fact, random)
        named = replace(fact, subject=word) if fact.kind in {"lab", "vital"} else replace(fact, value=word)
        return plain_wording(named, random)

    def _slotted(self, telling: _Telling, heading: str, plan: SectionPlan, *, opens: bool) -> Section:
        """Ask for a section with slots; the age has one in the section that opens the narrative."""
        case = telling.asked
        ages = tuple(fact for fact in case.facts if fact.kind == "age") if opens and plan.tells_age else ()
        ordered = ORDERS[telling.variant.order](select(case, plan.written or ()), derive_seed(0, case.id, heading))
        facts = (*ages, *ordered)
        attributes = _attributes(telling) | {"age": ""} | {each.kind: each.value for each in slotted(ages)}
        said = statements(slotted(facts))
        return Section(
            heading=heading,
            prompt=self._prompted(telling, heading, attributes, said),
            slots=slots_of(facts),
            facts=facts,
            bare=self._prompted(telling, heading, {}, ()),
        )

    def _check_has(self, note_type: str) -> None:
        if note_type not in self.note_types:
            raise ConfigError(
                f'template {self.name} has no note type "{note_type}"; {nearest(note_type, self.note_types)}'
            )

    def _telling(self, case: Case, attempt: int) -> _Telling:
        worded = self._verbalizer.worded(case, attempt) if self._verbalizer else case
        return _Telling(
            asked=worded if "written" in self._file.verbalize else case,
            variables=case_variables(worded if "rendered" in self._file.verbalize else case),
            variant=self._file.variants[attempt % len(self._file.variants)],
        )

    def _parts(self, telling: _Telling) -> Iterator[tuple[str, SectionPlan | None, str]]:
        """Yield heading, plan and text of each section: the plan of one to be written, else None and its text."""
        case = telling.asked
        plans = self._layout.plans(case.note_type)
        for place in self._layout.order(case.note_type, generator(0, "order", case.id)):
            plan = plans[place]
            random = generator(0, "surface", case.id, place)
            heading = prompt_heading(random.choice(plan.headings))
            style = telling.variables["style"]
            text = self._layout.render(case.note_type, place, style, telling.variables, random)
            if text:
                yield heading, None, text
            elif plan.written is not None:
                yield heading, plan, ""

    def _one_section(self, telling: _Telling, heading: str, plan: SectionPlan) -> Section:
        facts = self._stated(telling, heading, plan)
        return Section(
            heading=heading,
            prompt=self._prompted(telling, heading, _attributes(telling), statements(facts)),
            facts=tuple(facts),
            bare=self._prompted(telling, heading, {}, ()),
        )

    def _prompted(self, telling: _Telling, heading: str, attributes: Mapping[str, str], said: Sequence[str]) -> str:
        case = telling.asked
        words = _of_a_case(case, attributes) | {
            "frame": frame(case.note_type, case.specialty, heading, attributes, said),
            "heading": heading,
            "statements": list(said),
        }
        return f"{self._prompt(words)}\n"

    def _whole_note(self, telling: _Telling, parts: Sequence[tuple[str, SectionPlan | None, str]]) -> str:
        asked = [
            _Asked(heading=heading, text=text)
            if plan is None
            else _Asked(heading=heading, statements=statements(self._stated(telling, heading, plan)))
            for heading, plan, text in parts
        ]
        return f"{self._prompt(_of_a_case(telling.asked, _attributes(telling)) | {'sections': asked})}\n"

    def _stated(self, telling: _Telling, heading: str, plan: SectionPlan) -> Sequence[Fact]:
        """Give the facts that a prompt states, in the order of the variant."""
        chosen = select(telling.asked, plan.written or ()) if self._file.state else ()
        return ORDERS[telling.variant.order](chosen, derive_seed(0, telling.asked.id, heading))


def _attributes(telling: _Telling) -> dict[str, str]:
    """Give the attributes that the variant names; a style that no model knows by name is left out."""
    named = {name: telling.asked.attributes.get(name, "") for name in telling.variant.attributes}
    return named if named.get("style", "") in _NAMED_STYLES else named | {"style": ""} if "style" in named else named


def _of_a_case(case: Case, attributes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "age": attributes.get("age", ""),
        "sex": attributes.get("sex", ""),
        "style": attributes.get("style", ""),
        "note_type": note_type_title(case.note_type),
        "specialty": case.specialty,
    }


def load_template(name: str | Path) -> Template:
    """Read and check a template: a path, or a name below the configs that ship ("prompts/instruct.yaml").

    Raises:
        ConfigError: There is no such file, or something in it or in a file that it names is wrong; it says what.
        InputError: Its file of wordings is wrong.
    """
    return _load(find_config(name))


@lru_cache(maxsize=8)
def _load(path: Path) -> Template:
    content = read_model(path, _TemplateFile)
    _check(path, content)
    layout = load_layout(path, content.layout)
    verbalizer = Verbalizer(usage=read_usage(find_beside(path, content.usage))) if content.usage else None
    resolved = content.model_dump(mode="json") | {
        "resolved": layout.content,
        "wordings": verbalizer.rows if verbalizer else [],
    }
    return Template(
        name=content.name,
        hash=hashlib.sha256(json.dumps(resolved, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
        note_types=layout.note_types,
        system=content.system.strip(),
        slots=content.slots,
        _file=content,
        _layout=layout,
        _prompt=compile_text(
            content.prompt,
            where=f"{path}: prompt",
            declared=content.variables,
            known=PROMPT_VARIABLES[content.scope],
        ),
        _verbalizer=verbalizer,
    )


def _check(path: Path, content: _TemplateFile) -> None:
    for variant in content.variants:
        if variant.order not in ORDERS:
            raise ConfigError(f'{path}: there is no order "{variant.order}"; {nearest(variant.order, ORDERS)}')
    if "{{" in content.system or "{%" in content.system:
        raise ConfigError(f"{path}: system is the same for every case and takes no variables; use them in prompt")
