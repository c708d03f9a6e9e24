"""What a model writes without a fault is kept for an adapter to learn from, and an interrupted fit goes on with it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clinsynth.adapters.loading import adapter_hash
from clinsynth.checks.codes import default_limits
from clinsynth.config import Adapt, Component, Config, OwnTexts, Writing
from clinsynth.errors import OutputError
from clinsynth.prompts import load_template
from clinsynth.training.adapted import Adapting, settled
from clinsynth.training.model_card import read_card
from clinsynth.workflows.adapt import adapt_as_configured
from clinsynth.workflows.candidates import Faults
from clinsynth.workflows.own_texts import OwnPairs, OwnWriting
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.progress import silent
from clinsynth.workflows.stages import Writer

OWN = OwnTexts(n_cases=20, seed=3, templates=("prompts/slotted.yaml", "prompts/attribute_controlled.yaml"))
TYPES = ("radiology_report",)


def _writing(work: Path, own: OwnTexts = OWN, responses: tuple[str, ...] = ()) -> OwnWriting:
    scripted = Component(name="scripted", echo=not responses, responses=responses)
    config = Config(name="small", backbone=scripted, writing=Writing(template="prompts/slotted.yaml"))
    adapting = Adapting(config=Adapt(note_types=TYPES, own=own), model="tiny", out=work / "adapter", seed=7)
    return OwnWriting(config=config, adapting=adapting, own=own)


def _pairs(writing: OwnWriting) -> list[OwnPairs]:
    return list(writing.pairs(progress=silent))


def test_what_is_kept_has_no_fault(tmp_path: Path) -> None:
    """Each text is for a section of a planned case, asked for by that case's template, and has no fault there."""
    writing = _writing(tmp_path)
    planned = writing.config.plan.model_copy(update={"n_cases": OWN.n_cases, "note_types": TYPES})
    cases = list(plan_cases(writing.config.model_copy(update={"plan": planned, "seed": OWN.seed})))
    asked = {}
    for name in OWN.templates:
        template = load_template(name)
        faults = Faults(template=template, limits=default_limits())
        for case in cases:
            for section in template.sections(case, 0):
                asked[f"own {case.id}", section.prompt] = (faults, case, section)
    found = [(name, prompt, text) for name, pairs in _pairs(writing) for prompt, text in pairs]
    assert len(found) > OWN.n_cases / 2
    for name, prompt, text in found:
        faults, case, section = asked[name, prompt]
        assert faults(case, section, text, seed=1) == 0


def test_what_has_faults_is_not_kept(tmp_path: Path) -> None:
    """A model that states nothing it was asked for teaches nothing."""
    assert _pairs(_writing(tmp_path, responses=("Seen today for 500 mg of something.",))) == []


def test_at_most_so_many_texts_of_a_section_are_kept(tmp_path: Path) -> None:
    """No section has more texts than were to be kept, nor the same one twice."""
    found = _pairs(_writing(tmp_path, OWN.model_copy(update={"n_kept": 1})))
    prompts = [(name, prompt) for name, pairs in found for prompt, _ in pairs]
    assert len(prompts) == len(set(prompts))
    texts = [(name, *pair) for name, pairs in _pairs(_writing(tmp_path / "two")) for pair in pairs]
    assert len(texts) == len(set(texts)) > len(prompts)


def test_an_interrupted_fit_goes_on_with_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that are there are not written again, unless they were made otherwise."""
    whole = _pairs(_writing(tmp_path))
    (tmp_path / "adapter.training" / "own-0001.json").unlink()
    assert _pairs(_writing(tmp_path)) == whole
    monkeypatch.setattr(Writer, "faultless", lambda *_, **__: iter(()))
    assert _pairs(_writing(tmp_path)) == whole
    assert _pairs(_writing(tmp_path, OWN.model_copy(update={"n_tries": 9}))) == []


@pytest.mark.parametrize(
    "changed", [{"limits": {"entities/not-in-case": 0.5}}, {"ontology": "mine"}, {"writing": Writing(temperature=0.1)}]
)
def test_texts_made_otherwise_are_others(tmp_path: Path, changed: dict[str, object]) -> None:
    """Whatever decides the texts is part of their hash."""
    writing = _writing(tmp_path)
    other = replace(writing, config=writing.config.model_copy(update=changed))
    assert other.hash != writing.hash


def test_a_folder_of_another_fit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A half-fitted adapter of other texts, and one that had none, are left alone; the same fit goes on."""
    adapting = replace(_writing(tmp_path).adapting, own_from="a" * 64)
    assert settled(adapting) is None
    assert settled(adapting) is None
    with pytest.raises(OutputError, match="another fit"):
        settled(replace(adapting, own_from="b" * 64))
    (adapting.work / "own.json").rename(adapting.work / "recipe.json")
    with pytest.raises(OutputError, match="another fit"):
        settled(adapting)


@pytest.mark.slow
def test_an_adapter_that_ships_is_fitted_by_its_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe of a small plan gives the same adapter twice, and its card tells what it learnt from."""
    notes = tmp_path / "notes.jsonl"
    text = (
        "FINDINGS:\nThe chest x-ray of this 64-year-old woman shows clear lungs and a normal heart, no effusion at all."
    )
    lines = [{"id": f"n{number}", "text": text, "note_type": "radiology_report"} for number in range(4)]
    notes.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    settings = [
        "adapt.own={n_cases: 4, n_tries: 2, n_real: 4}",
        "adapt.epochs=1",
        f"adapt.train={{file: {notes}}}",
        "adapt.form=told",
    ]
    written = []
    faultless = Writer.faultless
    monkeypatch.setattr(Writer, "faultless", lambda *args, **rest: written.append(1) or faultless(*args, **rest))
    made = [adapt_as_configured("adapters/imaging.yaml", tmp_path / name, settings=settings) for name in ("a", "b")]
    assert adapter_hash(made[0]) == adapter_hash(made[1])
    card = read_card(made[0])
    assert len(card.data) == 2
    assert card.scores[0].command == "clinsynth models train imaging --out DIR --data-dir DATA"
    n = len(written)
    assert n > 0
    assert adapt_as_configured("adapters/imaging.yaml", made[0], settings=settings) == made[0]
    with pytest.raises(OutputError, match="fitted otherwise"):
        adapt_as_configured("adapters/imaging.yaml", made[0], settings=[*settings, "writing.temperature=0.2"])
    assert len(written) == n
