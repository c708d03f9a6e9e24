"""The sections of a note to be, and the note put together from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clinsynth.records import Case, Fact, Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section of a note to be: with a prompt if a model writes it, else with its text.

    Attributes:
        heading: "" for text without a heading: a salutation, or a whole note that a model writes with its headings.
        slots: The facts that the model is asked to leave a typed slot for, by placeholder; see `Template.fill`.
        facts: What the text has to state, where a model writes it by a prompt of its own.
        bare: The prompt without them.
    """

    heading: str
    prompt: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    slots: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    bare: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if (self.prompt is None) == (self.text is None):
            raise ValueError("a section has either a prompt or a text")


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
        opening = f"{section.heading}:\n" if section.heading else ""
        start = length + len(opening)
        if section.prompt is not None:
            written.append(Span(start=start, end=start + len(body)))
        parts.append(f"{opening}{body}\n\n")
        length += len(parts[-1])
    return "".join(parts).rstrip("\n") + "\n" if parts else "", tuple(written)
