"""The tokenizer of a base model."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.records import Note
from clinsynth.training.tokens import END, PAD, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer(notes: list[Note]) -> Any:
    """Train a tokenizer on the notes."""
    return train_tokenizer((note.text for note in notes), vocabulary=400, context=64)


@given(text=st.text())
def test_gives_back_every_text(tokenizer: Any, text: str) -> None:
    """Text goes to tokens and back unchanged, whatever it holds."""
    tokens = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(tokens) == text


def test_every_digit_is_a_token(tokenizer: Any) -> None:
    """No token holds two digits, however often a number was seen."""
    assert [token for token in tokenizer.get_vocab() if sum(map(str.isdigit, token)) > 1] == []


def test_is_loaded_as_any_other(tokenizer: Any, tmp_path: Path) -> None:
    """What is saved loads with AutoTokenizer, with its end and padding tokens and no token to begin with."""
    from transformers import AutoTokenizer

    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    text = "Metformin 500 mg.\n\nPLAN:\n  rest"
    assert (loaded.eos_token, loaded.pad_token, loaded.bos_token) == (END, PAD, None)
    assert loaded(text).input_ids == tokenizer(text).input_ids
    assert len(loaded) == 400
