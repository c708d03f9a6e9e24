"""The slotted job that ships, end to end and without any data."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clinsynth.config import load_config
from clinsynth.errors import ConfigError
from clinsynth.prompts.slots import find_slots
from clinsynth.workflows import sources
from clinsynth.workflows.preflight import preflight
from clinsynth.workflows.run import run
from clinsynth.workflows.sources import find_adapter


@pytest.mark.slow
def test_the_slotted_job_writes_notes_whose_slots_are_all_filled(tmp_path: Path) -> None:
    """With what ships alone some cases are accepted, and no note of the corpus holds a slot."""
    run("slotted.yaml", tmp_path / "out", settings=["plan.n_cases=8", "writing.attempts=2"])
    rows = [
        row for path in sorted((tmp_path / "out/corpus").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    assert rows
    assert all(not find_slots(row["text"]) for row in rows)
    for row in rows:
        for fact in row["facts"]:
            if fact["kind"] in {"condition", "medication", "dose", "lab"} and fact["relation"] != "measured_before":
                assert fact["spans"], (row["id"], fact["id"])


def test_an_adapter_that_ships_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter of that name where the command runs goes first; the folder of a run of that name does not."""
    shipped = tmp_path / "shipped" / "ward"
    shipped.mkdir(parents=True)
    (shipped / "adapter_config.json").touch()
    monkeypatch.setattr(sources, "SHIPPED_DIR", shipped.parent)
    monkeypatch.chdir(tmp_path)
    assert find_adapter("ward") == shipped
    (tmp_path / "ward").mkdir()
    assert find_adapter("ward") == shipped
    (tmp_path / "ward" / "adapter_config.json").touch()
    assert find_adapter("ward") == Path("ward")


def test_a_template_with_slots_refuses_an_adapter_to_be_fitted_without() -> None:
    """The message says what to set."""
    config = load_config("mtsamples.yaml", ["writing.template=prompts/slotted.yaml"])
    with pytest.raises(ConfigError, match=r"asks for typed slots; set adapt\.form: slots"):
        preflight(config)


def test_a_plan_that_cannot_be_drawn_is_refused_before_anything_is_fitted(tmp_path: Path) -> None:
    """An unknown type of note is told at once, and nothing is left behind."""
    with pytest.raises(ConfigError, match=r'plan\.note_types: "nonsense" is not in general'):
        run("demo.yaml", tmp_path / "out", settings=["plan.note_types=[nonsense]"])
    assert not (tmp_path / "out/work").exists()
