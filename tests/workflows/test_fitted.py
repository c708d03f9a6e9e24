"""One adapter writes all notes, or each family of notes has its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clinsynth.backbones.scripted import ScriptedBackbone
from clinsynth.config import Config, Writing, load_config
from clinsynth.errors import ConfigError, MissingError
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.prompts import load_template
from clinsynth.records import Generation, Prompt
from clinsynth.workflows.fitted import Adapters, Fitted, named_adapters
from clinsynth.workflows.preflight import preflight
from clinsynth.workflows.stages import Writer

WARD = Fitted(folder=Path("ward"), hash="a" * 64)
IMAGING = Fitted(folder=Path("imaging"), hash="b" * 64)


@dataclass(frozen=True)
class Listening:
    """A backbone that keeps what it was asked."""

    heard: list[Prompt] = field(default_factory=list)

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Hear, and answer anything."""
        self.heard.extend(prompts)
        return ScriptedBackbone(responses=("Seen today.",))(prompts, seeds)


@pytest.mark.parametrize("default", [None, WARD])
def test_each_note_is_written_by_the_adapter_of_its_type(default: Fitted | None) -> None:
    """Prompts of radiology reports name their adapter, all others the default; each note tells whose it is."""
    planner = Planner(ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=3)
    cases = [planner.case(index) for index in range(30)]
    assert {"radiology_report"} < {case.note_type for case in cases}
    for case in cases:
        backbone = Listening()
        writer = Writer(
            config=Config(name="small"),
            attempt=0,
            adapters=Adapters(default=default, by_type={"radiology_report": IMAGING}),
            backbone=backbone,
            template=load_template("prompts/slotted.yaml"),
        )
        (note,) = writer.notes([case])
        wanted = IMAGING if case.note_type == "radiology_report" else default
        assert {prompt.adapter for prompt in backbone.heard} <= {str(wanted.folder) if wanted else None}
        assert note.origin is not None
        assert note.origin.adapter_hash == (wanted.hash if wanted else None)


@pytest.mark.parametrize("adapters", [Adapters(), Adapters(default=WARD), Adapters(by_type={"x": IMAGING})])
def test_a_job_is_told_all_adapters(adapters: Adapters) -> None:
    """What stands in a job's specification, as JSON, is read back as it was."""
    assert Adapters.from_spec(json.loads(json.dumps(adapters.spec()))) == adapters


def test_adapters_are_named_by_type_and_their_hashes_told(tmp_path: Path) -> None:
    """An adapter may write all notes or those of a type; one that is not there is missing, whatever it is for."""
    folder = tmp_path / "ward"
    folder.mkdir()
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (folder / name).write_text("{}")
    found = named_adapters(Writing(adapter=str(folder), adapters={"progress_note": str(folder)}))
    assert set(found.hashes()) == {"adapter", "adapter of progress_note"}
    assert found.of("progress_note") == found.of("consultation")
    with pytest.raises(MissingError):
        named_adapters(Writing(adapters={"progress_note": str(tmp_path / "nowhere")}))


@pytest.mark.parametrize(
    "setting", ["writing.adapters={progres_note: ward}", "adapt={note_types: [progres_note], form: slots}"]
)
def test_an_adapter_for_no_type_of_note_is_refused(setting: str) -> None:
    """A misspelt type would silently be written without its adapter; the message gives the nearest type."""
    with pytest.raises(ConfigError, match="progress_note"):
        preflight(load_config("slotted.yaml", [setting]))
