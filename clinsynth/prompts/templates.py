"""Templates: a file of configs/prompts that says how each section of each type of note is asked for or rendered."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clinsynth.catalog import describe
from clinsynth.config import find_config, read_yaml
from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.framing import frame, note_type_title, statements
from clinsynth.prompts.headings import prompt_heading
from clinsynth.prompts.rendering import CASE_VARIABLES, Text, case_variables, compile_text
from clinsynth.prompts.selecting import ORDERS, SELECTORS, select
from clinsynth.records import Case, Span
from clinsynth.seeds import derive_seed, generator

PROMPT_VARIABLES = ("age", "frame", "heading", "note_type", "sex", "specialty", "statements", "style")
_SHAPE = ConfigDict(frozen=True, extra="forbid")


class _Variant(BaseModel):
    model_config = _SHAPE
    order: str = "as planned"
    attributes: tuple[str, ...] = ("age", "sex", "style")


class _SectionPlan(BaseModel):
    """A section of a note type: `written` names groups of facts, `rendered` gives alternative texts."""

    model_config = _SHAPE
    headings: tuple[str, ...] = Field(min_length=1)
    written: tuple[str, ...] | None = None
    rendered: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "_SectionPlan":
        if (self.written is None) == (not self.rendered):
            raise ValueError('a section is either "written" (groups of facts) or "rendered" (texts)')
        return self


class _Layout(BaseModel):
    model_config = _SHAPE
    variables: tuple[str, ...]
    surfaces: Mapping[str, tuple[str, ...]] = {}  # texts that several note types share, by a YAML anchor
    note_types: Mapping[str, tuple[_SectionPlan, ...]] = Field(min_length=1)


class _TemplateFile(BaseModel):
    model_config = _SHAPE
    name: str
    about: str
    layout: str
    variables: tuple[str, ...]
    prompt: str
    state: bool = True
    variants: tuple[_Variant, ...] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section of a note to be: with a prompt if a model writes it, else with its text."""

    heading: str
    prompt: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.prompt is None) == (self.text is None):
            raise ValueError("a section has either a prompt or a text")


@dataclass(frozen=True, kw_only=True)
class Template:
    """How the sections of a case are asked for or rendered.

    Attributes:
        hash: SHA-256 of the file as resolved, with its layout: 64 hex digits. It is the template's version.
        note_types: The types of note it has sections for.
    """

    name: str
    hash: str
    note_types: tuple[str, ...]
    _file: _TemplateFile = field(repr=False)
    _layout: _Layout = field(repr=False)
    _prompt: Text = field(repr=False)
    _rendered: Mapping[tuple[str, int, int], Text] = field(repr=False)

    def sections(self, case: Case, attempt: int) -> tuple[Section, ...]:
        """Give the sections of a case's note in their order; a rendered one with nothing to say is left out.

        Headings and rendered texts vary by the id of the case alone; prompts by the attempt too, which uses variant
        `attempt` modulo the number of variants.

        Raises:
            ConfigError: The template has no such type of note.
        """
        if case.note_type not in self._layout.note_types:
            raise ConfigError(
                f'template {self.name} has no note type "{case.note_type}"; {nearest(case.note_type, self.note_types)}'
            )
        plans = self._layout.note_types[case.note_type]
        sections = (self._section(case, attempt, place, plan) for place, plan in enumerate(plans))
        return tuple(section for section in sections if section is not None)

    def _section(self, case: Case, attempt: int, place: int, plan: _SectionPlan) -> Section | None:
        random = generator(0, "surface", case.id, place)
        heading = prompt_heading(random.choice(plan.headings))
        if plan.written is not None:
            return Section(heading=heading, prompt=self._asked(case, attempt, heading, plan.written))
        which = random.randrange(len(plan.rendered))
        text = self._rendered[case.note_type, place, which](case_variables(case))
        return Section(heading=heading, text=text) if text else None

    def _asked(self, case: Case, attempt: int, heading: str, groups: Sequence[str]) -> str:
        variant = self._file.variants[attempt % len(self._file.variants)]
        chosen = select(case, groups) if self._file.state else ()
        said = statements(ORDERS[variant.order](chosen, derive_seed(0, case.id, heading)))
        attributes = {name: case.attributes.get(name, "") for name in variant.attributes}
        text = self._prompt(
            {
                "age": attributes.get("age", ""),
                "sex": attributes.get("sex", ""),
                "style": attributes.get("style", ""),
                "frame": frame(case.note_type, case.specialty, heading, attributes, said),
                "heading": heading,
                "note_type": note_type_title(case.note_type),
                "specialty": case.specialty,
                "statements": list(said),
            }
        )
        return f"{text}\n"


def load_template(name: str | Path) -> Template:
    """Read and check a template: a path, or a name below the configs that ship ("prompts/instruct.yaml").

    Raises:
        ConfigError: There is no such file, or something in it or in its layout is wrong; the message says what.
    """
    return _load(find_config(name))


@lru_cache(maxsize=8)
def _load(path: Path) -> Template:
    content = _read(path, _TemplateFile)
    layout_path = _layout_path(path, content.layout)
    layout = _read(layout_path, _Layout)
    _check_names(path, content, layout_path, layout)
    prompt = compile_text(content.prompt, where=f"{path}: prompt", declared=content.variables, known=PROMPT_VARIABLES)
    resolved = content.model_dump(mode="json") | {"layout": layout.model_dump(mode="json")}
    return Template(
        name=content.name,
        hash=hashlib.sha256(json.dumps(resolved, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
        note_types=tuple(layout.note_types),
        _file=content,
        _layout=layout,
        _prompt=prompt,
        _rendered=_compile_rendered(layout_path, layout),
    )


def _layout_path(path: Path, layout: str) -> Path:
    beside = path.parent / layout
    return beside if beside.is_file() else find_config(f"prompts/{layout}")


def _read(path: Path, kind: Any) -> Any:  # noqa: ANN401 - a pydantic model in, its instance out
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is empty; configs/prompts/attribute_controlled.yaml shows what a template holds")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigError(describe(f"{path}:", error)) from None


def _check_names(path: Path, content: _TemplateFile, layout_path: Path, layout: _Layout) -> None:
    for variant in content.variants:
        if variant.order not in ORDERS:
            raise ConfigError(f'{path}: there is no order "{variant.order}"; {nearest(variant.order, ORDERS)}')
    for note_type, plans in layout.note_types.items():
        for group in (group for plan in plans for group in plan.written or ()):
            if group not in SELECTORS:
                raise ConfigError(f'{layout_path}: {note_type} asks for "{group}"; {nearest(group, SELECTORS)}')


def _compile_rendered(path: Path, layout: _Layout) -> dict[tuple[str, int, int], Text]:
    return {
        (note_type, place, which): compile_text(
            source,
            where=f"{path}: {note_type}, {plan.headings[0]}",
            declared=layout.variables,
            known=CASE_VARIABLES,
        )
        for note_type, plans in layout.note_types.items()
        for place, plan in enumerate(plans)
        for which, source in enumerate(plan.rendered)
    }


def assemble(case: Case, sections: Sequence[Section], texts: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
    """Join a note from its sections: each heading on a line, its text below, a blank line between.

    Args:
        case: The case, for messages.
        sections: As `Template.sections` gave them.
        texts: One for each section, whoever wrote it; a section whose text is empty is left out.

    Returns:
        The text, and the ranges that a model wrote.

    Raises:
        ValueError: There are not as many texts as sections.
    """
    if len(sections) != len(texts):
        raise ValueError(f"case {case.id} has {len(sections)} sections; {len(texts)} texts were given")
    parts: list[str] = []
    written: list[Span] = []
    length = 0
    for section, text in zip(sections, texts, strict=True):
        body = text.strip()
        if not body:
            continue
        start = length + len(section.heading) + 2
        if section.prompt is not None:
            written.append(Span(start=start, end=start + len(body)))
        parts.append(f"{section.heading}:\n{body}\n\n")
        length += len(parts[-1])
    return "".join(parts).rstrip("\n") + "\n" if parts else "", tuple(written)
