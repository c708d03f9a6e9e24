"""Prompts: templates by section, the frame of a prompt, and the sections of a note."""

from clinsynth.prompts.assembling import Section, assemble
from clinsynth.prompts.framing import frame, note_type_title, state, statements
from clinsynth.prompts.headings import find_headings, prompt_heading, split_sections
from clinsynth.prompts.templates import Template, load_template
from clinsynth.prompts.verbalizers import Verbalizer, read_usage

__all__ = [
    "Section",
    "Template",
    "Verbalizer",
    "assemble",
    "find_headings",
    "frame",
    "load_template",
    "note_type_title",
    "prompt_heading",
    "read_usage",
    "split_sections",
    "state",
    "statements",
]
