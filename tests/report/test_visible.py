"""Characters that hide or reorder are made visible."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from clinsynth.report.visible import visible

anything = st.text(alphabet=st.characters(exclude_categories=()))


def test_nothing_invisible_remains() -> None:
    """No control, format, surrogate or separator character is left but line breaks, tabs and spaces; it encodes."""
    shown = visible("".join(map(chr, range(0x110000))))
    shown.encode()
    assert {unicodedata.category(c)[0] for c in shown if c not in "\n\t "} == set("LMNPS")


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"))))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    """Letters, digits, punctuation and symbols of any script do not change."""
    assert visible(text) == text


@given(anything)
def test_once_is_enough(text: str) -> None:
    """Making text visible twice is making it visible once."""
    assert visible(visible(text)) == visible(text)
