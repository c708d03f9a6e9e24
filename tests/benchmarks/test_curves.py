"""Curves of a training, from its log."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from clinsynth.storage import write_rows

FILE = Path(__file__).parents[2] / "benchmarks" / "embedded" / "curves.py"


@pytest.fixture(scope="module")
def drawing() -> Any:
    """Give the script as a module."""
    spec = importlib.util.spec_from_file_location("curves", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Write a log as pretraining writes it."""
    rows: list[dict[str, Any]] = [
        {"step": step, "tokens": 4096 * step, "loss": 8.0 / step, "rate": 0.004, "tokens_per_second": 2000.0}
        for step in range(20, 220, 20)
    ]
    rows.append({"step": 200, "held_out_bits": {"mtsamples": 1.2, "aci-bench": 1.1}})
    path = tmp_path / "train_log.jsonl"
    write_rows(path, rows)
    return path


def test_what_was_measured_stands_at_its_tokens(drawing: Any, log: Path) -> None:
    """A line without tokens is placed by its step; rates and speeds are no curves."""
    found = drawing.curves(log)
    assert found.unit == "million tokens"
    assert set(found.points) == {"loss", "held_out_bits, mtsamples", "held_out_bits, aci-bench"}
    assert found.points["held_out_bits, mtsamples"] == [(pytest.approx(200 * 4096 / 1e6), 1.2)]


def test_a_log_without_tokens_is_drawn_over_steps(drawing: Any, tmp_path: Path) -> None:
    """Where no tokens are told, steps are the axis."""
    write_rows(tmp_path / "log.jsonl", [{"step": 10, "loss": 1.0}, {"step": 20, "loss": 0.5, "f1": 0.7}])
    found = drawing.curves(tmp_path / "log.jsonl")
    assert (found.unit, found.points["loss"], found.points["f1"]) == ("steps", [(10, 1.0), (20, 0.5)], [(20, 0.7)])


def test_smoothing_keeps_the_mean_of_a_window(drawing: Any) -> None:
    """Each value is the mean of those up to it, as many as the window holds."""
    points = [(float(place), float(place)) for place in range(30)]
    after = drawing.smoothed(points)
    assert after[0] == (0.0, 0.0)
    assert after[-1] == (29.0, sum(range(20, 30)) / 10)


def test_the_same_log_gives_the_same_file(drawing: Any, log: Path, tmp_path: Path) -> None:
    """The picture is SVG, tells what its lines are, and does not change from time to time."""
    for name in ("a.svg", "b.svg"):
        drawing.main([str(log), "--out", str(tmp_path / name)])
    drawn = (tmp_path / "a.svg").read_text()
    assert drawn == (tmp_path / "b.svg").read_text()
    assert {"million tokens", "loss", "held_out_bits, mtsamples"} <= set(re.findall(r"<text[^>]*>([^<]*)", drawn))
