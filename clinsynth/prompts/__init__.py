"""Prompts: templates by section, the frame of a prompt, and the sections of a note."""

from clinsynth.prompts.framing import frame, note_type_title, state, statements
from clinsynth.prompts.headings import find_headings, prompt_heading, split_sections
from clinsynth.prompts.templates import Section, Template, assemble, load_template

__all__ = [
    "Section",
    "Template",
    "assemble",
    "find_headings",
    "frame",
    "load_template",
    "note_type_title",
    "prompt_heading",
    "split_sections",
    "state",
    "statements",
]
