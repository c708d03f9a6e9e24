"""What a backbone reads: the frame that the shipped model knows, or an instruction; demonstrations before it."""

from collections.abc import Mapping, Sequence
from string import Template
from typing import Literal

from clinsynth.methods.schemes import Scheme
from clinsynth.prompts.framing import frame

Form = Literal["frame", "instruction"]
# Enough of an abstract to ask about, and short enough for a small model's context.
CONTEXT_WORDS = 120
_UNSAID = {"head": "the one", "tail": "the other", "style": "an article", "topic": "its subject", "context": ""}


def ask(scheme: Scheme, label: str, about: Mapping[str, str], form: Form) -> str:
    """Put a request in words; it ends in a line break."""
    return _framed(scheme, label, about) if form == "frame" else _instructed(scheme, label, about)


def _framed(scheme: Scheme, label: str, about: Mapping[str, str]) -> str:
    attributes = {name: about[name] for name in ("style", "topic") if about.get(name)}
    statements = [about[name] for name in ("head", "tail") if about.get(name)]
    if about.get("context"):
        statements.append(shortened(about["context"]))
    return frame(scheme.title, scheme.labels[label], scheme.heading, attributes, statements)


def _instructed(scheme: Scheme, label: str, about: Mapping[str, str]) -> str:
    values = _UNSAID | {name: value for name, value in about.items() if value}
    values |= {"label": scheme.labels[label], "context": shortened(values["context"])}
    text = scheme.instruction if about else scheme.open_instruction
    return f"{Template(text).safe_substitute(values)}\n"


def shortened(context: str) -> str:
    """Give the first words of a context on one line, without its last full stop."""
    return " ".join(context.split()[:CONTEXT_WORDS]).rstrip(". ")


def with_demonstrations(prompt: str, shown: Sequence[tuple[str, str]]) -> str:
    """Put pairs of prompt and text before a prompt."""
    return "".join([*(f"{asked}{text}\n\n" for asked, text in shown), prompt])
