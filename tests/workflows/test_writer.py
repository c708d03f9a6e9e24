"""The writer: what it asks a backbone for, and what it makes of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from clinsynth.backbones.scripted import ScriptedBackbone
from clinsynth.config import Config
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact, Generation, Note, Prompt
from clinsynth.workflows.stages import Writer

CASE = Case(
    id="case-000001",
    note_type="consultation",
    specialty="Cardiology",
    attributes={"age": "64", "sex": "female", "style": "narrative"},
    facts=(Fact(id="f1", kind="condition", subject="patient", relation="has", value="hypertension"),),
)


@dataclass(frozen=True)
class Listening:
    """A backbone that keeps what it was asked."""

    answers: ScriptedBackbone
    heard: list[Prompt] = field(default_factory=list)

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Hear, and answer from the script."""
        self.heard.extend(prompts)
        return self.answers(prompts, seeds)


def _written(template: str, answer: str) -> tuple[Note, list[Prompt]]:
    backbone = Listening(ScriptedBackbone(responses=(answer,)))
    writer = Writer(
        config=Config(name="small"),
        attempt=0,
        adapter=None,
        adapter_hash=None,
        backbone=backbone,
        template=load_template(template),
    )
    (note,) = writer.notes([CASE])
    return note, backbone.heard


@pytest.mark.parametrize("name", ["instruct", "whole_note", "attribute_controlled"])
def test_the_system_text_of_a_template_goes_with_each_prompt(name: str) -> None:
    """A backbone hears the system text of the template, or none where it has none."""
    _, heard = _written(f"prompts/{name}.yaml", "Seen today.")
    assert {prompt.system for prompt in heard} == {load_template(f"prompts/{name}.yaml").system}


def test_a_whole_note_is_asked_for_once() -> None:
    """One prompt gives the note, headings and all, and all of it was written by the model."""
    answer = "HISTORY:\nHypertension.\n\nPLAN:\nRest."
    note, heard = _written("prompts/whole_note.yaml", answer)
    assert len(heard) == 1
    assert note.text == f"{answer}\n"
    assert [note.text[span.start : span.end] for span in note.written] == [answer]
