"""What looks like PHI is gone before a note is shown."""

import string

from hypothesis import given
from hypothesis import strategies as st

from clinsynth.records import Finding, Note, Span
from clinsynth.report.masking import mask, sample
from clinsynth.report.segments import segments

TEXT = string.ascii_lowercase + string.ascii_uppercase  # each character stands for its own place


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start, end = sorted(draw(st.lists(st.integers(0, len(TEXT)), min_size=2, max_size=2, unique=True)))
    return Span(start=start, end=end)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    code = draw(st.sampled_from(["phi/1", "phi/22", "facts/333"]))
    return Finding(note_id="n", check="c", code=code, score=1.0, span=draw(st.none() | spans()))


def letters(text: str, codes: tuple[str, ...] = ("phi/1", "phi/22")) -> str:
    for code in codes:
        text = text.replace(f"[{code}]", "")
    return text


@given(st.lists(findings(), max_size=6))
def test_masked_text_is_the_rest_in_its_order(found: list[Finding]) -> None:
    """Exactly the characters under a PHI finding are gone; the others stand as they did."""
    hidden = {place for f in found if f.span and f.code.startswith("phi") for place in range(f.span.start, f.span.end)}
    assert letters(mask(TEXT, found)) == "".join(c for place, c in enumerate(TEXT) if place not in hidden)


@given(st.lists(findings(), max_size=6), st.lists(spans(), max_size=3))
def test_marks_keep_their_places_in_the_masked_text(found: list[Finding], written: list[Span]) -> None:
    """A mark covers what is left of what it covered, and a mark on what is hidden covers the code in its place."""
    shown = sample(Note(id="n", text=TEXT, written=tuple(written)), found)
    originals = [f.span for f in found if f.span] + written
    moved = [span for span, _ in shown.marks] + list(shown.written)
    hidden = set(TEXT) - set(letters(shown.text))
    for before, after in zip(originals, moved, strict=True):
        covered = shown.text[after.start : after.end]
        assert letters(covered) == "".join(c for c in TEXT[before.start : before.end] if c not in hidden)
        assert covered


@given(st.lists(findings(), max_size=6), st.lists(spans(), max_size=3))
def test_segments_are_the_text_with_every_mark(found: list[Finding], written: list[Span]) -> None:
    """Segments joined are the text; each character carries the codes of all marks over it, each mark ends once."""
    shown = sample(Note(id="n", text=TEXT, written=tuple(written)), found, reveal=True)
    place, ends = 0, []
    for segment in segments(shown):
        for _ in segment.text:
            over = {code for span, code in shown.marks if span.start <= place < span.end}
            assert set(segment.codes) == over
            assert segment.written == any(span.start <= place < span.end for span in written)
            place += 1
        ends += [(place, code) for code in segment.ends]
    assert place == len(TEXT)
    assert sorted(ends) == sorted({(span.end, code) for span, code in shown.marks})


def test_reveal_is_asked_for() -> None:
    """A sample hides what looks like PHI unless it is told to reveal it."""
    note = Note(id="n", text="seen by Joan")
    found = [Finding(note_id="n", check="phi", code="phi/name", score=0.4, span=Span(start=8, end=12))]
    assert sample(note, found).text == "seen by [NAME]"
    assert sample(note, found, reveal=True).text == note.text
    assert "Joan" not in repr(sample(note, found, reveal=True))


def test_findings_of_the_whole_note_are_named() -> None:
    """A finding without a place cannot be marked, and is shown beside the note."""
    found = [Finding(note_id="n", check="form", code="form/too-short", score=0.6)]
    assert sample(Note(id="n", text="x"), found).attributes == {"found in the whole note": "form/too-short"}


def test_a_known_kind_is_shown_by_its_label() -> None:
    """What stands in place of PHI is the label that the table of kinds promises."""
    found = Finding(note_id="n", check="phi", code="phi/mrn", score=1.0, span=Span(start=4, end=8))
    assert mask("MRN 1234 seen.", [found]) == "MRN [MRN] seen."
