"""The check of form."""

import pytest
from marks import note, unmark

from clinsynth.checks.form import FormCheck
from clinsynth.checks.parsing import MAX_CHARACTERS, parsed

CHECK = FormCheck()
GOOD = (
    "HISTORY OF PRESENT ILLNESS:\nThe patient is a 64-year-old woman who came in with chest pain and was treated with "
    "aspirin and rest.\n\nMEDICATIONS:\nAspirin 81 mg daily\nMetformin 500 mg twice daily\n\nPLAN:\nGo home.\n"
)


def _codes(text: str) -> list[str]:
    (findings,) = CHECK([parsed(note(text))])
    return [finding.code for finding in findings]


def test_a_good_note_has_no_findings() -> None:
    """Lists need no full stop, and parents of headings no text of their own."""
    assert _codes(GOOD) == []
    assert _codes(GOOD + "\nOBJECTIVE:\nHEENT: Normal.\n\nPHYSICAL EXAMINATION:\n\nLUNGS: Clear.\n") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "form/empty"),
        (" \n\t", "form/empty"),
        ("Seen today.", "form/too-short"),
        ("word " * (MAX_CHARACTERS // 5 + 1), "form/too-long"),
        (GOOD + "He was well and slept all the night.\nThen rest.\n" * 4, "form/repetition"),
        ("0123456789 " * 40, "form/garbled"),
    ],
)
def test_faults_of_the_whole_note_are_found(text: str, code: str) -> None:
    """A note that is no text, too little, too much, the same again and again, or no words is found."""
    assert code in _codes(text)


@pytest.mark.parametrize(
    "marked",
    [
        GOOD + "[[form/missing-section:ASSESSMENT:]]\n\nDISPOSITION:\nHome.\n",
        GOOD + "[[form/missing-section:ASSESSMENT:]]\n",
        GOOD + "\nCOURSE:\nShe did well. [[form/unfinished:The fever went down and the]]\n",
        GOOD + "\nCOURSE:\n[[form/repetition:no pain no pain no pain no pain ]]was felt.\n",
        GOOD + "\nCOURSE:\nShe\n[[form/prompt-leak:[Discharge Summary | Cardiology | PLAN]]]\nwent.\n",
        GOOD + "\nCOURSE:\nShe went.[[form/prompt-leak:<|end|>]]\n",
        GOOD + "\nCOURSE:\nShe went[[form/garbled:\ufffd\u202e]] home.\n",
    ],
)
def test_faults_are_found_in_their_place(marked: str) -> None:
    """Headings without text, cut sentences, loops, pieces of a prompt and strange characters are where they are."""
    text, expected = unmark(marked)
    (findings,) = CHECK([parsed(note(text))])
    assert [(f.code, f.span) for f in findings] == expected


def test_a_prompt_is_found_line_by_line() -> None:
    """Each line of a copied frame is a finding."""
    frame = "[Progress Note | Nephrology | PLAN]\nAge: 64. Sex: female. Style: narrative.\nState: no fever.\nText:\n"
    assert _codes(frame + "Rest at home. " + GOOD).count("form/prompt-leak") == 4


def test_the_least_number_of_words_is_an_option() -> None:
    """A short note is long enough for who says so."""
    (findings,) = FormCheck(min_words=2)([parsed(note("Seen today."))])
    assert findings == ()
