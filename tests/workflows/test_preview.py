"""A preview shows cases, prompts and marked notes, and writes nothing."""

from pathlib import Path

import pytest

from clinsynth.errors import ConfigError
from clinsynth.records import Finding, Note, Span
from clinsynth.workflows.preview import marked, preview

CONFIG = """
name: small
backbone: {name: scripted, responses: ["MRN: 00123456. Takes Lasix for it. Back in two weeks, sooner if worse."]}
checks: [{name: form}, {name: phi}, {name: entities}]
"""


def test_findings_are_marked_and_phi_is_masked() -> None:
    """A finding is marked where it stands; what looks like PHI is gone, and its mark still names it."""
    found = [
        Finding(note_id="n", check="phi", code="phi/mrn", score=1.0, span=Span(start=4, end=8)),
        Finding(note_id="n", check="entities", code="entities/not-in-case", score=1.0, span=Span(start=16, end=21)),
    ]
    text = marked(Note(id="n", text="MRN 1234. Takes Lasix."), found)
    assert text == "MRN «[MRN]»{phi/mrn}. Takes «Lasix»{entities/not-in-case}."


@pytest.mark.slow
def test_a_preview_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts, prompts, a marked note and a verdict for each case; no file is left anywhere in the working folder."""
    config = tmp_path / "small.yaml"
    config.write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    shown = preview(config, 2)
    assert len(shown) == 2
    text = str(shown[0])
    assert all(part in text for part in ("-- facts", "-- prompts", "«[MRN]»{phi/mrn}", "-- rejected: "))
    assert "00123456" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    "config", ["examples-ddi.yaml", "pretrain.yaml", "encoder.yaml", "entities.yaml", "names.yaml"]
)
def test_only_notes_are_previewed(config: str) -> None:
    """A configuration that writes no notes is refused, with the command that it is for."""
    with pytest.raises(ConfigError, match="is for clinsynth"):
        preview(config, 1)
