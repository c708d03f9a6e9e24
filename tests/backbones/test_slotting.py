"""Whatever a model would like to write, a text holds each of its slots once and no other."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from shapes import SHAPES

from clinsynth.backbones.embedded import EmbeddedBackbone
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.prompts.slots import find_slots
from clinsynth.records import Prompt

SLOTS = ("[AGE]", "[CONDITION_1]", "[DRUG_1]", "[DRUG_12]", "[DOSE_1]")
SLOT = re.compile(r"\[[A-Z]+(?:_\d+)?\]")


def _prompt(slots: tuple[str, ...], **settings: object) -> Prompt:
    return Prompt(text="Plan.\nText:\n", slots=slots, **{"max_new_tokens": 160, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_slot_is_written_once_and_none_is_invented(checkpoint: Callable[[str], Path], shape: str) -> None:
    """A model of random weights, which knows nothing of slots, writes those it was asked for and no more."""
    writes = TransformersBackbone(model=str(checkpoint(shape)), dtype="float32", chat=False)
    asked = [("[AGE]", "[DRUG_1]", "[DRUG_12]"), ("[DOSE_1]",), ("[CONDITION_1]", "[LAB_1]")]
    prompts = [_prompt(slots, temperature=1.0, max_new_tokens=100) for slots in asked]
    for slots, generation in zip(asked, writes(prompts, [1, 2, 3]), strict=True):
        assert sorted(SLOT.findall(generation.text)) == sorted(slots)
        assert len(find_slots(generation.text)) == len(slots)


def test_with_slots_the_end_of_a_sentence_is_the_end_of_the_text() -> None:
    """The embedded model stops where all slots are written, and not before."""
    writes = EmbeddedBackbone()
    (generation,) = writes([_prompt(SLOTS[:2], temperature=0.5)], [4])
    last = max(match.end() for match in SLOT.finditer(generation.text))
    assert not re.search(r"[.!?]\s", generation.text[last:].rstrip())
    assert generation.ended == "stop"


def test_a_row_without_slots_is_written_as_it_would_be_alone() -> None:
    """Keeping one row to its slots changes no other row."""
    writes = EmbeddedBackbone(dtype="float32")
    free = Prompt(text="The patient", max_new_tokens=24, temperature=0.7)
    (alone,) = writes([free], [7])
    assert writes([free, _prompt(SLOTS, max_new_tokens=60)], [7, 8])[0] == alone


@pytest.mark.parametrize("shape", ["llama"])
def test_a_dose_stands_behind_its_drug(checkpoint: Callable[[str], Path], shape: str) -> None:
    """However a model that knows nothing would order them; a dose whose drug is not asked for stands anywhere."""
    writes = TransformersBackbone(model=str(checkpoint(shape)), dtype="float32", chat=False)
    slots = ("[DOSE_1]", "[FREQUENCY_2]", "[DRUG_2]", "[DRUG_1]", "[DOSE_3]")
    for generation in writes([_prompt(slots, temperature=1.0, max_new_tokens=110)] * 6, list(range(6))):
        found = SLOT.findall(generation.text)
        assert sorted(found) == sorted(slots)
        assert found.index("[DRUG_1]") < found.index("[DOSE_1]")
        assert found.index("[DRUG_2]") < found.index("[FREQUENCY_2]")


def test_what_a_constraint_forced_is_counted() -> None:
    """The embedded model would not write slots after a prompt that names none; without slots nothing is forced."""
    writes = EmbeddedBackbone()
    forced, free = writes([_prompt(SLOTS), Prompt(text="Plan.\nText:\n", max_new_tokens=30)], [4, 4])
    assert forced.n_forced > 0
    assert free.n_forced == 0
