"""Laws of putting back the lines of MTSamples reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.data.layout import is_heading, restore
from clinsynth.shingles import words

PIECES = st.sampled_from([",", ", ", " ,", ":", ".", "  ", " ", "PLAN", "Rest", "in bed", "1", "000", "AND", '"', "'s"])


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_word_is_changed(flat: str) -> None:
    """The words of a report are the same before and after, in the same order."""
    assert [word for word, _ in words(restore(flat))] == [word for word, _ in words(flat)]


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_line_has_stray_blanks(flat: str) -> None:
    """No line begins or ends with a blank, and none holds two in a row or one before a comma."""
    for line in restore(flat).split("\n"):
        assert line == line.strip()
        assert "  " not in line
        assert " ," not in line


@pytest.mark.parametrize(
    ("flat", "text"),
    [
        ("SUBJECTIVE:,  Cough.,PLAN:,1.  Rest.", "SUBJECTIVE:\nCough.\n\nPLAN:\n1. Rest."),
        ("2-D M-MODE: , ,1.  Enlarged.,2.  Normal.", "2-D M-MODE:\n1. Enlarged.\n2. Normal."),
        ("PROCEDURE:,:,1.  Rest.", "PROCEDURE:\n1. Rest."),
        ("VITAL SIGNS,:  BP 120/80.", "VITAL SIGNS:\nBP 120/80."),
        ("Past Medical History:,Asthma,Gout", "Past Medical History:\nAsthma\nGout"),
        ("OBJECTIVE:,HEENT:  Normal, moist.,Neck:  Supple.", "OBJECTIVE:\nHEENT: Normal, moist.\nNeck: Supple."),
        ("Seen.,PHYSICAL EXAMINATION,GENERAL:  Well.", "Seen.\n\nPHYSICAL EXAMINATION:\nGENERAL: Well."),
        ("ASSESSMENT AND ,PLAN:,  Rest.", "ASSESSMENT AND PLAN:\nRest."),
        ("If ,he lost weight", "If he lost weight"),
        ("WBC 12,200, platelets 1,000,000.,Stable.", "WBC 12,200, platelets 1,000,000.\nStable."),
        ("Decadron,100 g of mannitol,In 1997,100 units", "Decadron\n100 g of mannitol\nIn 1997\n100 units"),
        ("Since 1997,3. Appendectomy", "Since 1997\n3. Appendectomy"),
        ("Lasix q.d., Xanax p.r.n., and Ambien.", "Lasix q.d., Xanax p.r.n., and Ambien."),
        ('"a bad day," he said', '"a bad day," he said'),
        ('PAIN:,"I have pain.",She rests.', 'PAIN:\n"I have pain."\nShe rests.'),
        ("Sincerely,,Sample Doctor, MD,", "Sincerely,\nSample Doctor, MD"),
        ("Stable.  ,  ,PLAN: , Rest.", "Stable.\n\nPLAN:\nRest."),
        ("REVIEW OF SYSTEMS.,  Creatinine is 1.3.", "REVIEW OF SYSTEMS:\nCreatinine is 1.3."),
        ("HEAD, EYES, AND EARS: , Normal.", "HEAD, EYES, AND EARS:\nNormal."),
    ],
)
def test_each_kind_of_comma_is_what_it_was(flat: str, text: str) -> None:
    """Ends of lines become lines, commas stay commas."""
    assert restore(flat) == text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PLAN:", True),
        ("FH:", True),
        ("History of Present Illness:", True),
        ("Discharge medications are as follows:", False),
        ("PLAN: Rest.", False),
        ("He rests:", False),
    ],
)
def test_a_heading_is_a_capitalised_line_that_ends_in_a_colon(line: str, *, expected: bool) -> None:
    """A sentence that leads to a list is no heading."""
    assert is_heading(line) == expected
