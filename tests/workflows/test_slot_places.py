"""A slot behind words that real notes put before others is a misfit; what real notes say hardly ever is."""

import pytest

from clinsynth.config import find_config
from clinsynth.data import data_root
from clinsynth.data.splits import read_notes
from clinsynth.errors import MissingError
from clinsynth.workflows.slot_places import FILE, MIN_SLOTS, collect, count_places, n_misfits, slotted_texts


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("She has a history of [CONDITION_1].", 0),
        ("She has a history of [LAB_1].", 1),
        ("She was given a prescription for [DRUG_1] and a prescription for [CONDITION_1].", 1),
        ("[CONDITION_1]. [LAB_1]\n[DRUG_1]", 0),
        ("Zzyzx zzyzx [LAB_1].", 0),
        ("", 0),
    ],
)
def test_a_slot_is_a_misfit_by_the_words_before_it(text: str, n: int) -> None:
    """What the words before a slot never precede counts; unknown words, and none, say nothing."""
    assert n_misfits(text) == n


def test_few_slots_tell_nothing() -> None:
    """Words that few slots stand behind are left out."""
    text = "history of [CONDITION_1]"
    assert count_places([text] * (MIN_SLOTS - 1)) == {}
    assert count_places([text] * MIN_SLOTS) == {words: {"CONDITION": MIN_SLOTS} for words in ("history of", "of")}


@pytest.mark.slow
def test_the_recipe_gives_the_file_that_ships_and_unseen_notes_have_few_misfits() -> None:
    """The file is what its command writes; of sections of the eval split, fewer than one in twenty has a misfit."""
    root = data_root()
    try:
        unseen = list(read_notes("mtsamples", "eval", root))[:150]
    except MissingError:
        pytest.skip(f"the public data sets are not below {root}")
    assert collect(root) == find_config(FILE).read_text(encoding="utf-8").splitlines()
    texts = list(slotted_texts(unseen))
    assert len(texts) > 150
    assert sum(n_misfits(text) > 0 for text in texts) < len(texts) / 20
