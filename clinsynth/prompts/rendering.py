"""Jinja2 texts of templates: declared variables only, in a sandbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2 import Template as Compiled
from jinja2.sandbox import SandboxedEnvironment

from clinsynth.errors import ConfigError, nearest
from clinsynth.prompts.results import short_vital
from clinsynth.prompts.variables import listed, short_frequency


def capital(text: object) -> str:
    """Begin with a capital letter, unless the first word has capitals of its own.

    >>> capital("type 2 diabetes mellitus"), capital("pH of the urine")
    ('Type 2 diabetes mellitus', 'pH of the urine')
    """
    words = str(text).strip()
    first, _, _ = words.partition(" ")
    return words if first[1:].lower() != first[1:] else words[:1].upper() + words[1:]


def sentence(text: object) -> str:
    """Begin with a capital letter and end with a full stop; nothing stays nothing.

    >>> sentence("type 2 diabetes mellitus")
    'Type 2 diabetes mellitus.'
    """
    words = capital(text)
    return f"{words}{'' if words.endswith('.') else '.'}" if words else ""


def sentences(items: Iterable[object]) -> str:
    """Make a sentence of each.

    >>> sentences(["former smoker", "no alcohol"])
    'Former smoker. No alcohol.'
    """
    return " ".join(map(sentence, items))


def lines(items: Iterable[object]) -> str:
    """Make a sentence of each, on a line of its own."""
    return "\n".join(map(sentence, items))


def numbered(items: Iterable[object]) -> str:
    """Make a sentence of each, on a line of its own behind its number; one alone needs no number.

    >>> print(numbered(["asthma", "gout"]))
    1. Asthma.
    2. Gout.
    """
    told = [sentence(item) for item in items]
    return (
        "\n".join(f"{number}. {each}" for number, each in enumerate(told, start=1)) if len(told) > 1 else "".join(told)
    )


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    # No escaping: the output is plain text for a model and a note, never HTML.
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    filters = (capital, sentence, sentences, lines, numbered, listed, short_frequency, short_vital)
    environment.filters.update({function.__name__: function for function in filters})
    return environment


@dataclass(frozen=True, kw_only=True)
class Text:
    """A Jinja2 text that has been checked."""

    where: str
    compiled: Compiled

    def __call__(self, variables: Mapping[str, Any]) -> str:
        """Render, without space at either end.

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
