"""What a linear learner sees of an example."""

from dataclasses import replace

import pytest
from examples import relation
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.learners.features import blinded, features, tokens
from clinsynth.learners.laying import lay
from clinsynth.records import Argument, Example, Span


def test_arguments_are_blinded() -> None:
    """The names of the arguments are in no feature: what is learnt carries over to other drugs."""
    example = relation(1, "effect", head="warfarin", tail="ibuprofen")
    assert blinded(example).split()[2:8] == ["the", "drug", "ENTA", "may", "enhance", "the"]
    assert not [feature for feature in features(example) if "warfarin" in feature or "ibuprofen" in feature]


def test_head_and_tail_are_told_apart() -> None:
    """Turning the relation around changes the features."""
    example = relation(1, "mechanism")
    turned = replace(example, head=example.tail, tail=example.head)
    assert set(features(example)) != set(features(turned))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aspirin 500 mg.", ["aspirin", "0", "mg", "."]),
        ("ENTA, ENTB", ["ENTA", ",", "ENTB"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    """Case and the value of a number are not told."""
    assert tokens(text) == expected


SPANS = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda pair: Span(start=pair[0], end=sum(pair)))


@settings(deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=3), st.lists(SPANS, min_size=1, max_size=3))
def test_mentions_that_overlap_lose_no_text(heads: list[Span], tails: list[Span]) -> None:
    """Whatever the mentions, what stands outside of them stays in order, and marks stand around what was marked."""
    text = "abcdefghijklmnopqrstuvwxyz0123"
    head, tail = (Argument(type="drug", mentions=tuple(spans)) for spans in (heads, tails))
    example = Example(id="x", text=text, label="none", head=head, tail=tail)
    outside = [c for i, c in enumerate(text) if not any(s.start <= i < s.end for s in (*heads, *tails))]
    left = blinded(example).replace("ENTA", "").replace("ENTB", "").replace(" ", "")
    assert [c for c in left if c in outside] == outside
    laid = lay(example, named=True)
    assert laid.text.replace("@ ", "").replace(" @", "").replace("# ", "").replace(" #", "") == text
    for group, mark in zip(laid.groups[1:3], "@#", strict=True):
        assert all(laid.text[start] == mark == laid.text[end - 1] for start, end in group)


@given(st.lists(SPANS, min_size=1, max_size=3), st.lists(SPANS, min_size=1, max_size=3))
def test_what_is_between_holds_no_argument(heads: list[Span], tails: list[Span]) -> None:
    """The last group is a range of the text outside all marks, with a head on one side and a tail on the other."""
    head, tail = (Argument(type="drug", mentions=tuple(spans)) for spans in (heads, tails))
    laid = lay(Example(id="x", text="abcdefghijklmnopqrstuvwxyz0123", label="none", head=head, tail=tail))
    for start, end in laid.groups[3]:
        assert not set(laid.text[start:end]) & {"@", "#"}
        assert {laid.text[start - 1], laid.text[end]} == {"@", "#"}


def test_an_encoder_is_shown_types_for_names() -> None:
    """Names of arguments are replaced unless they are asked for."""
    example = relation(1, "effect", head="warfarin", tail="ibuprofen")
    assert "@ drug @ may enhance" in lay(example).text
    assert "@ warfarin @ may enhance" in lay(example, named=True).text


def test_a_mention_within_another_does_not_show_the_rest_of_it() -> None:
    """Where the tail's name is part of the head's, the head is blinded as a whole."""
    whole, part = (Argument(type="drug", mentions=(span,)) for span in (Span(start=0, end=13), Span(start=4, end=9)))
    example = Example(id="x", text="co-amoxi/clav daily", label="none", head=whole, tail=part)
    assert blinded(example).split() == ["ENTA", "daily"]


def test_a_question_is_read_with_its_context() -> None:
    """Words that question and context share are features of their own; a text alone has words only."""
    question = Example(id="q", text="Aspirin lowers risk.", label="yes", question="Does aspirin help?")
    assert "both:aspirin" in set(features(question))
    note = Example(id="n", text="Aspirin lowers risk.", label="Cardiology")
    assert all(feature.startswith("t:") for feature in features(note))
