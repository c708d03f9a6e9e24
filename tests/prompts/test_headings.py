"""Headings, and the sections between them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.prompts import find_headings, prompt_heading, split_sections


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("HISTORY OF PRESENT ILLNESS:", "HISTORY OF PRESENT ILLNESS"),
        ("HISTORY OF PRESENT ILLNESS: This is a woman.", "HISTORY OF PRESENT ILLNESS"),
        ("HISTORY OF PRESENT ILLNESS: , This is a woman.", "HISTORY OF PRESENT ILLNESS"),
        ("Past Medical History:  Asthma.", "Past Medical History"),
        ("Review of Systems", None),
        ("ASSESSMENT/PLAN:", "ASSESSMENT/PLAN"),
        ("CHIEF COMPLAINT", "CHIEF COMPLAINT"),
        ("VITAL SIGNS: 98.6, 88", "VITAL SIGNS"),
        ("Blood pressure: 120/80", None),
        ("Pulse: 88", None),
        ("She said: no.", None),
        ("1. Diabetes: stable.", None),
        ("The patient was seen at 10:30 today.", None),
        ("THIS IS A LINE OF MORE THAN SIX WORDS: no.", None),
        ("BP 120/80", None),
        ("A: fine", None),
    ],
)
def test_a_heading_stands_at_the_start_of_a_line(line: str, heading: str | None) -> None:
    """A heading is upper or title case, at most six words, closed by a colon; labels of values are none."""
    assert [found.name for found in find_headings(line)] == ([heading] if heading else [])


def test_a_bare_upper_case_line_is_a_heading_only_after_a_blank_line() -> None:
    """Upper case in the middle of a paragraph is emphasis."""
    assert [heading.name for heading in find_headings("Rest.\nNO SMOKING\n\nPLAN\nRest.")] == ["PLAN"]


@given(st.text(alphabet="AB ab:,\n1.", max_size=80))
def test_sections_and_headings_share_nothing_and_lose_nothing(text: str) -> None:
    """Every character that is neither space, comma nor heading is in exactly one section."""
    spans = [span for _, span in split_sections(text)] + [heading.span for heading in find_headings(text)]
    covered = sorted(spans)
    assert all(one.end <= two.start for one, two in itertools.pairwise(covered))
    inside = {position for span in spans for position in range(span.start, span.end)}
    assert all(text[position] in " \n," for position in range(len(text)) if position not in inside)


def test_headings_are_normalised_for_prompts() -> None:
    """One heading has one form in prompts."""
    assert prompt_heading(" Review  of Systems : ") == prompt_heading("REVIEW OF SYSTEMS") == "REVIEW OF SYSTEMS"


def test_a_transcripts_comma_after_the_colon_is_no_text() -> None:
    """Transcripts keep a comma where a line break was; a section begins with its first word."""
    text = "PLAN: , Rest."
    ((_, span),) = split_sections(text)
    assert text[span.start : span.end] == "Rest."
