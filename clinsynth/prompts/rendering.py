"""Jinja2 texts of templates: declared variables only, in a sandbox.

The texts of layouts and surfaces choose as well: "[denies|has no] fever" is one or the other (see
`clinsynth.prompts.choices`), `{{ medications | worded }}` words a list in one of many ways, `| listed` and `| strung`
join it in one of a few, `| mixed` puts it in any order. Everything that is chosen is drawn from the generator of the
section, which depends on the id of the case and the place of the section alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Protocol

from jinja2 import StrictUndefined, TemplateError, TemplateRuntimeError, TemplateSyntaxError, meta, pass_context
from jinja2 import Template as Compiled
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.joining import (
    article,
    bulleted,
    capital,
    lines,
    listed,
    mixed,
    numbered,
    sentence,
    sentences,
    strung,
)

DRAWS = "_draws"
"""Under which name the filters that choose find the generator of a section; no text can name it."""


class _Worded(Protocol):
    @classmethod
    def worded(cls, items: Sequence[Any], manner: str, random: Random) -> list[str]: ...


@pass_context
def drawn(context: Context, n: int) -> int:
    """Draw the number of an alternative, from 0."""
    return _draws(context).randrange(n)


@pass_context
def worded(context: Context, items: Iterable[_Worded], manner: str = "full") -> list[str]:
    """Word items of one kind in one of the ways of a manner; see `worded` of `Drug`, `Result` and so on."""
    found = list(items)
    return type(found[0]).worded(found, manner, _draws(context)) if found else []


@pass_context
def _listed(context: Context, items: Iterable[object], last: str = "") -> str:
    return listed(items, last, random=_draws(context))


@pass_context
def _strung(context: Context, items: Iterable[object]) -> str:
    return strung(items, random=_draws(context))


@pass_context
def _mixed(context: Context, items: Iterable[Any]) -> list[Any]:
    return mixed(items, random=_draws(context))


def _draws(context: Context) -> Random:
    found = context.get(DRAWS)
    if not isinstance(found, Random):
        raise TemplateRuntimeError("only texts of layouts and surfaces can choose")
    return found


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    # No escaping: the output is plain text for a model and a note, never HTML.
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    filters = (capital, sentence, sentences, lines, bulleted, numbered, article, drawn, worded)
    environment.filters |= {function.__name__: function for function in filters}
    environment.filters |= {"listed": _listed, "strung": _strung, "mixed": _mixed}
    return environment


@dataclass(frozen=True, kw_only=True)
class Text:
    """A Jinja2 text that has been checked."""

    where: str
    compiled: Compiled

    def __call__(self, variables: Mapping[str, Any], random: Random | None = None) -> str:
        """Render, without space at either end; what chooses draws from `random`.

        Raises:
            ConfigError: It asks a variable for something that is not there, or breaks out of the sandbox.
        """
        try:
            return self.compiled.render({**variables, DRAWS: random}).strip()
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
