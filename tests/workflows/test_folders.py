"""The folder of a run, claimed."""

from pathlib import Path

import pytest

from clinsynth.config import Config
from clinsynth.errors import OutputError
from clinsynth.workflows.folders import claimed

CONFIG = Config(name="mine")


def test_only_what_we_left_half_written_is_removed(tmp_path: Path) -> None:
    """In a folder with the same configuration parts go; in one whose run.yaml is somebody else's they stay."""
    ours, strange = tmp_path / "ours", tmp_path / "strange"
    strange.mkdir()
    (strange / "run.yaml").write_text("on: push\n")
    with claimed(ours, CONFIG, {}):
        pass
    for folder in (ours, strange):
        (folder / ".download.part").write_text("half")
    with claimed(ours, CONFIG, {}):
        assert not (ours / ".download.part").exists()
    with pytest.raises(OutputError), claimed(strange, CONFIG, {}):
        pass
    assert (strange / ".download.part").read_text() == "half"


def test_inputs_are_compared_until_the_work_folder_goes(tmp_path: Path) -> None:
    """Other content is refused by its name, what is new or gone too; a folder from before inputs were noted is fine."""
    with claimed(tmp_path / "out", CONFIG, {"backbone": "a"}):
        pass
    for inputs in ({"backbone": "b"}, {}, {"backbone": "a", "reference 1": "c"}):
        with (
            pytest.raises(OutputError, match=r"another (backbone|reference 1)"),
            claimed(tmp_path / "out", CONFIG, inputs),
        ):
            pass
    (tmp_path / "out" / "work" / "inputs.yaml").unlink()
    with claimed(tmp_path / "out", CONFIG, {"backbone": "b"}):
        pass
    with pytest.raises(OutputError), claimed(tmp_path / "out", CONFIG, {"backbone": "a"}):
        pass
