"""Layouts: which sections a type of note has, which facts a model is asked to state there, what a record fills."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clinsynth.catalog import describe
from clinsynth.config import find_config, read_yaml
from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.choices import expanded
from clinsynth.prompts.rendering import Text, compile_text
from clinsynth.prompts.selecting import FACT_KINDS, SELECTORS
from clinsynth.prompts.variables import CASE_VARIABLES

STYLES = ("narrative", "telegraphic", "dictated", "copied_forward")
_SURFACE = "surface"  # by which a text says a surface that stands above its own
_USUAL = "narrative"  # the style of a case that has none, and of a surface that has no other
SHAPE = ConfigDict(frozen=True, extra="forbid")
_BEFORE_A_STOP = re.compile(r" (?=[.,;](?:\s|$))")
M = TypeVar("M", bound=BaseModel)


class SectionPlan(BaseModel):
    """A section of a type of note.

    Attributes:
        headings: Of which the id of the case picks one; "" for text without a heading.
        written: Groups of facts that a model is asked to state.
        rendered: The name of a surface, or texts; where what it gives is empty, the section is written, if it can be.
        moves: A name that it shares with those beside it with which it may change places; "" for none.
        tells_age: Whether it may state the age, where it opens the narrative; real descriptions of operations do not.
    """

    model_config = SHAPE
    headings: tuple[str, ...] = Field(min_length=1)
    written: tuple[str, ...] | None = None
    rendered: str | tuple[str, ...] = ()
    moves: str = ""
    tells_age: bool = True

    @model_validator(mode="after")
    def _is_made_somehow(self) -> "SectionPlan":
        if self.written is None and not self.rendered:
            raise ValueError('a section is either "written" (groups of facts) or "rendered" (a surface, or texts)')
        return self


class _NoteType(BaseModel):
    """The sections of a type of note, and the kinds of facts that they state: all, unless a layout says otherwise."""

    model_config = SHAPE
    states: tuple[str, ...] = FACT_KINDS
    sections: tuple[SectionPlan, ...] = Field(min_length=1)


class _Surfaces(BaseModel):
    model_config = SHAPE
    variables: tuple[str, ...]
    surfaces: Mapping[str, Mapping[str, tuple[str, ...]]]


class _LayoutFile(BaseModel):
    model_config = SHAPE
    variables: tuple[str, ...] = ()
    surfaces: str | None = None
    note_types: Mapping[str, _NoteType] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The sections of each type of note.

    Attributes:
        content: What its files say, for the hash of a template.
    """

    content: Mapping[str, Any] = field(repr=False)
    _note_types: Mapping[str, _NoteType] = field(repr=False)
    _surfaces: Mapping[str, Mapping[str, tuple[Text, ...]]] = field(repr=False)

    @property
    def note_types(self) -> tuple[str, ...]:
        """The types of note it has sections for."""
        return tuple(self._note_types)

    def plans(self, note_type: str) -> tuple[SectionPlan, ...]:
        """Give the sections of a type of note, in their order."""
        return self._note_types[note_type].sections

    def order(self, note_type: str, random: Random) -> tuple[int, ...]:
        """Give the places of the sections in an order for one note: those that may change places do."""
        places: list[int] = []
        for moves, run in groupby(enumerate(self.plans(note_type)), key=lambda each: each[1].moves):
            found = [place for place, _ in run]
            places += random.sample(found, len(found)) if moves else found
        return tuple(places)

    def states(self, note_type: str) -> frozenset[str]:
        """Give the kinds of facts that a type of note states."""
        return frozenset(self._note_types[note_type].states)

    def render(self, note_type: str, place: int, style: str, variables: Mapping[str, Any], random: Random) -> str:
        """Render the section at a place in one of the texts for a style; "" where there is none, or nothing to say."""
        rendered = self._note_types[note_type].sections[place].rendered
        name = rendered if isinstance(rendered, str) else _own(note_type, place)

        def surface(name: str) -> str:
            """Give a surface in words drawn for this place."""
            by_style = self._surfaces.get(name, {})
            texts = by_style.get(style) or by_style.get(_USUAL, ())
            return random.choice(texts)({**variables, "surface": surface}, random) if texts else ""

        return _tidy(surface(name))


def _tidy(text: str) -> str:
    """Take out the blanks and lines that parts without anything to say have left."""
    lines = (_BEFORE_A_STOP.sub("", " ".join(line.split())) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def load_layout(beside: Path, name: str) -> Layout:
    """Read and check a layout that lies beside a template, or among those that ship.

    Raises:
        ConfigError: There is no such file, or something in it or in its surfaces is wrong; the message says what.
    """
    path = find_beside(beside, name)
    layout = read_model(path, _LayoutFile)
    content: dict[str, Any] = {"layout": layout.model_dump(mode="json")}
    compiled = dict(_own_texts(path, layout))
    if layout.surfaces is not None:
        surfaces_path = find_beside(path, layout.surfaces)
        surfaces = read_model(surfaces_path, _Surfaces)
        content["surfaces"] = surfaces.model_dump(mode="json")
        compiled |= _shared_texts(surfaces_path, surfaces)
    _check_names(path, layout, compiled)
    return Layout(content=content, _note_types=layout.note_types, _surfaces=compiled)


def find_beside(path: Path, name: str) -> Path:
    """Find a file beside another, or below `configs/prompts` that ships."""
    beside = path.parent / name
    return beside if beside.is_file() else find_config(f"prompts/{name}")


def read_model(path: Path, kind: type[M]) -> M:
    """Read a YAML file into a model.

    Raises:
        ConfigError: It is empty or does not fit; the message says where.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is empty; configs/prompts/attribute_controlled.yaml shows what a template holds")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigError(describe(f"{path}:", error)) from None


def _own(note_type: str, place: int) -> str:
    return f"{note_type}, section {place + 1}"


def _own_texts(path: Path, layout: _LayoutFile) -> Iterator[tuple[str, Mapping[str, tuple[Text, ...]]]]:
    for note_type, planned in layout.note_types.items():
        for place, plan in enumerate(planned.sections):
            if plan.rendered and not isinstance(plan.rendered, str):
                where = f"{path}: {note_type}, {plan.headings[0] or 'no heading'}"
                yield _own(note_type, place), {_USUAL: _compiled(plan.rendered, where, layout.variables)}


def _shared_texts(path: Path, surfaces: _Surfaces) -> dict[str, Mapping[str, tuple[Text, ...]]]:
    for name, by_style in surfaces.surfaces.items():
        for style in by_style:
            if style not in STYLES:
                raise ConfigError(f'{path}: {name} has a style "{style}"; {nearest(style, STYLES)}')
        if not by_style.get(_USUAL):
            raise ConfigError(f'{path}: {name} has no text for the style "{_USUAL}", which stands in for the others')
    return {
        name: {
            style: _compiled(texts, f"{path}: {name}, {style}", surfaces.variables) for style, texts in by_style.items()
        }
        for name, by_style in surfaces.surfaces.items()
    }


def _compiled(sources: tuple[str, ...], where: str, declared: tuple[str, ...]) -> tuple[Text, ...]:
    return tuple(
        compile_text(expanded(source, where=where), where=where, declared=declared, known=(*CASE_VARIABLES, _SURFACE))
        for source in sources
    )


def _check_names(path: Path, layout: _LayoutFile, surfaces: Mapping[str, object]) -> None:
    for note_type, planned in layout.note_types.items():
        for kind in planned.states:
            if kind not in FACT_KINDS:
                raise ConfigError(f'{path}: {note_type} states "{kind}"; {nearest(kind, FACT_KINDS)}')
        for plan in planned.sections:
            for group in plan.written or ():
                if group not in SELECTORS:
                    raise ConfigError(f'{path}: {note_type} asks for "{group}"; {nearest(group, SELECTORS)}')
            if isinstance(plan.rendered, str) and plan.rendered not in surfaces:
                raise ConfigError(f'{path}: {note_type} renders "{plan.rendered}"; {nearest(plan.rendered, surfaces)}')
