"""The log of a training that was stopped at any moment."""

from pathlib import Path

from clinsynth.training.checkpoints import TrainLog


def test_a_line_that_was_being_written_is_dropped(tmp_path: Path) -> None:
    """What power loss leaves of a line does not stop a resume, and lines behind the checkpoint are dropped too."""
    path = tmp_path / "train_log.jsonl"
    path.write_text('{"step": 20}\n{"step": 40}\n{"st')
    TrainLog(path, step=20).add({"step": 40, "loss": 1.0})
    assert path.read_text() == '{"step": 20}\n{"loss": 1.0, "step": 40}\n'


def test_a_new_log_is_empty(tmp_path: Path) -> None:
    """A training that begins finds no log."""
    path = tmp_path / "train_log.jsonl"
    TrainLog(path, step=0).add({"step": 20})
    assert path.read_text() == '{"step": 20}\n'
