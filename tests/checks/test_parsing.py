"""Tokens of notes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.checks.parsing import MAX_CHARACTERS, parse, readable


def test_clinical_tokens_stay_whole() -> None:
    """Ratios stay together and numbers are parted from units, by the rules of scispaCy."""
    assert [token.text for token in parse("BP 120/80, given 50mg.")] == ["BP", "120/80", ",", "given", "50", "mg", "."]


def test_abbreviations_are_those_the_text_defines() -> None:
    """An abbreviation in brackets behind its long form is found wherever it stands."""
    doc = parse("She has congestive heart failure (CHF). CHF is stable.")
    assert {(short.text, short._.long_form.text) for short in doc._.abbreviations} == {
        ("CHF", "congestive heart failure")
    }
    assert len(list(doc.sents)) == 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", "x" * 300, "(" * 300]))
def test_tokens_are_where_they_stand_in_the_text(text: str, run: str) -> None:
    """A Doc holds its text to the letter, unbroken runs included, and tokens know their place."""
    doc = parse(text + run + text)
    looked_at = readable(text + run + text)
    assert doc.text == looked_at
    assert all(looked_at[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_what_is_too_long_is_cut_and_halves_of_pairs_are_replaced() -> None:
    """No text is too long or too strange to be looked at."""
    assert len(readable("a" * (MAX_CHARACTERS + 5))) == MAX_CHARACTERS
    assert readable("a\ud800b") == "a\ufffdb"
