"""The check of overlap."""

import json
from pathlib import Path

import pytest
from marks import note

from clinsynth.checks.overlap import OverlapCheck
from clinsynth.checks.parsing import parsed
from clinsynth.errors import ConfigError, InputError
from clinsynth.records import Finding

SOURCE = " ".join(f"word{number}" for number in range(200))


@pytest.fixture
def reference(tmp_path: Path) -> str:
    """A reference of two notes."""
    path = tmp_path / "reference.jsonl"
    rows = [{"text": "something else altogether"}, {"text": SOURCE}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def _findings(check: OverlapCheck, text: str) -> tuple[Finding, ...]:
    (findings,) = check([parsed(note(text))])
    return findings


def test_a_run_is_found_with_its_exact_range(reference: str) -> None:
    """A copied run is found from its first word to its last, whatever its case and punctuation."""
    run = ", ".join(SOURCE.upper().split()[50:75])
    text = f"She said: {run}. Then she left."
    (finding,) = _findings(OverlapCheck(reference=reference, k=20), text)
    assert finding.code == "overlap/verbatim"
    assert finding.span is not None
    assert text[finding.span.start : finding.span.end] == run
    assert finding.score == pytest.approx(25 / 40)
    assert finding.evidence == "25 words in a row as in reference note 2"


def test_a_run_of_fewer_words_is_none(reference: str) -> None:
    """One word less than k is no copy."""
    run = " ".join(SOURCE.split()[10:29])
    assert _findings(OverlapCheck(reference=reference, k=20), f"She said {run} and left.") == ()
    assert len(_findings(OverlapCheck(reference=reference, k=19), f"She said {run} and left.")) == 1


def test_a_near_copy_is_found_though_no_run_is_left(reference: str) -> None:
    """Changing each 18th word breaks all runs of 20, and the note is still nearly the same."""
    words = [word if index % 18 else "changed" for index, word in enumerate(SOURCE.split())]
    findings = _findings(OverlapCheck(reference=reference, k=20), " ".join(words))
    assert [finding.code for finding in findings] == ["overlap/near-copy"]
    assert 0.5 <= findings[0].score < 1.0


def test_without_a_reference_nothing_is_found() -> None:
    """There is nothing to copy from."""
    assert _findings(OverlapCheck(), SOURCE) == ()


def test_a_reference_without_text_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    """The user learns which row lacks the field."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "fine"}\n{"note": "secret"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"rows.jsonl:2 has no field") as error:
        _findings(OverlapCheck(reference=str(path)), SOURCE)
    assert "secret" not in str(error.value)


def test_no_words_in_a_row_is_no_option() -> None:
    """A run has at least one word."""
    with pytest.raises(ConfigError, match="at least 1"):
        OverlapCheck(k=0)
