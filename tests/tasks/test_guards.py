"""What must not be trained on."""

from dataclasses import replace

import pytest
from examples import questions, relation, relations
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.records import Example
from clinsynth.tasks.guards import Guard

WORDS = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=20)
OTHER_WORDS = st.lists(st.sampled_from("qrstuvwxyz"), min_size=1, max_size=20)


def _example(words: list[str], number: int = 0, **fields: str) -> Example:
    return Example(id=f"e{number}", text=" ".join(words), label="yes", **fields)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_a_copy_of_a_test_example_is_caught(texts: list[list[str]], data: st.DataObject) -> None:
    """An exact copy is always caught, whatever its case, spaces and marks."""
    guard = Guard(test=[_example(text, i) for i, text in enumerate(texts)])
    copied = data.draw(st.sampled_from(texts))
    joint = data.draw(st.sampled_from([" ", "  ", ", ", "\n", " - "]))
    assert guard.reason(replace(_example(copied, 99), text=joint.join(copied).upper() + ".")) == "repeats-test"


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), OTHER_WORDS)
def test_what_shares_no_word_is_never_caught(texts: list[list[str]], other: list[str]) -> None:
    """A text without a word of any test example passes."""
    guard = Guard(test=[_example(text, i, question=" ".join(text)) for i, text in enumerate(texts)])
    assert guard.reason(_example(other, 99, question=" ".join(other))) is None


def test_a_near_copy_is_caught() -> None:
    """Another number in a long sentence does not hide a copy; another sentence does pass."""
    text = "In patients who take both drugs the bleeding time rose in the first week of treatment by {} percent."
    guard = Guard(test=[_example(text.format(12).split())])
    assert guard.reason(_example(text.format(40).split(), 1)) == "near-test"
    assert guard.reason(relation(1, "effect")) is None


def test_the_question_alone_is_enough() -> None:
    """A test question with a new context is caught."""
    (test,) = questions(1)
    again = replace(test, id="s1", text="A wholly new context about something else.", question=f"  {test.question} ")
    assert Guard(test=[test]).reason(again) == "question-of-test"


def test_what_is_dropped_is_counted() -> None:
    """Every example is kept, or dropped with its reason; of the same content the first is kept."""
    made = relations(6, start=100, prefix="s")
    test = relations(6)
    mixed = [*made, replace(made[0], id="again", label="none"), replace(test[2], id="leak")]
    screened = Guard(test=test).screen(mixed)
    assert screened.kept == tuple(made)
    assert screened.dropped == (("again", "duplicate"), ("leak", "repeats-test"))
    assert screened.counts == {"duplicate": 1, "repeats-test": 1}


def test_the_same_sentence_with_another_pair_is_no_duplicate() -> None:
    """Two pairs of one sentence are two examples."""
    one = relation(5, "none")
    other = replace(one, id="other", head=one.tail, tail=one.head)
    assert len(Guard(test=[]).screen([one, other]).kept) == 2


@pytest.mark.parametrize("near", [0.0, 1.5])
def test_a_threshold_outside_0_to_1_is_refused(near: float) -> None:
    """Everything, or nothing, being a near copy is a mistake."""
    with pytest.raises(ValueError, match="threshold"):
        Guard(test=relations(3), near=near).screen(relations(3, start=50))
