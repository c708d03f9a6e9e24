"""Articles as pairs of prompt and text."""

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from clinsynth.records import Note
from clinsynth.training.keyed import Rarity, key_terms, keyed_prompt, pieces, rarity, title_of

_SENTENCES = (
    "Patients received 12.5 mg of carvedilol twice daily for eight weeks",
    "The primary outcome was systolic blood pressure at the end of treatment [3,4]",
    "Mean serum potassium rose by 0.4 mmol/L in the spironolactone group (Table 2)",
    "No serious adverse events were reported by the investigators of either group",
)
BODY = ". ".join(_SENTENCES * 4) + "."
ARTICLE = Note(
    id="article-1",
    text=f"TITLE: A trial of two drugs\n\nABSTRACT.METHODS:\n{BODY}\n\nBODY.RESULTS:\n{BODY}\n\n"
    f"BODY.COMPETING INTERESTS:\n{BODY}\n",
)


def test_pieces_are_prose_under_its_heading() -> None:
    """Pieces keep their headings, hold no citations, and leave out what is no prose of medicine."""
    found = list(pieces(ARTICLE, seed=1))
    assert {piece.heading for piece in found} == {"METHODS", "RESULTS"}
    assert {piece.heading: piece.is_abstract for piece in found} == {"METHODS": True, "RESULTS": False}
    assert not any(re.search(r"\[3|Table", piece.text) for piece in found)


def test_titles_are_found_in_both_layouts() -> None:
    """The title stands behind "TITLE:", or on the first line."""
    assert title_of(ARTICLE) == "A trial of two drugs"
    assert title_of(Note(id="a", text="TITLE: \nOf mice\n\nABSTRACT:\nText")) == "Of mice"
    assert title_of(Note(id="b", text="Of men\n\nAbstract\n\nText")) == "Of men"


@given(seed=st.integers(0, 10**6))
def test_terms_stand_in_the_text(seed: int) -> None:
    """Key terms are phrases of the text, to the letter, none twice, and none begins or ends in a common word."""
    known = Rarity(n_pieces=100, n_with={"the": 90, "of": 80, "by": 60, "in": 90, "was": 50, "potassium": 1})
    text = " ".join(f"{sentence}." for sentence in _SENTENCES)
    terms = key_terms(text, known, random.Random(seed))
    assert terms
    assert len({term.casefold() for term in terms}) == len(terms)
    for term in terms:
        assert term in text
        assert not any(known.is_common(word) for word in (term.split()[0], term.split()[-1]))


def test_prompts_depend_on_seed_and_piece_alone() -> None:
    """The same seed and piece give the same prompt, in the frame of all prompts."""
    cut = list(pieces(ARTICLE, seed=1))
    known = rarity(["the of was in"] * 50 + [piece.text for piece in cut])
    again = [keyed_prompt(piece, known, seed=3) for piece in reversed(cut)][::-1]
    prompts = [keyed_prompt(piece, known, seed=3) for piece in cut]
    assert prompts == again
    assert all(re.match(r"\[Article \| Medicine \| (METHODS|RESULTS)\]\n(State: .+\.\n)?Text:\n$", p) for p in prompts)
