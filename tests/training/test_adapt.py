"""Adapting a model to notes."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clinsynth.adapters import ADAPTERS
from clinsynth.checkpoints import load_adapter, load_model, load_tokenizer
from clinsynth.config import Adapt, Component
from clinsynth.errors import ConfigError, InputError, OutputError
from clinsynth.recipes import Pretrain
from clinsynth.records import Note
from clinsynth.storage import digest
from clinsynth.training.adapt import fit_adapter
from clinsynth.training.adapted import Adapted, Adapting
from clinsynth.training.base_model import new_model
from clinsynth.training.export import write_model
from clinsynth.training.losses import n_targets, text_nats
from clinsynth.training.model_card import page_of, read_card
from clinsynth.training.pairs import Encoder, note_texts, parted
from clinsynth.training.tokens import train_tokenizer
from clinsynth.workflows.adapt import adapt as command
from clinsynth.workflows.progress import silent

SHAPE = Pretrain(vocabulary=400, hidden=32, layers=2, heads=2, intermediate=64, context=160)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, notes: list[Note]) -> Path:
    """Make a base model of random weights."""
    folder = tmp_path_factory.mktemp("model") / "model"
    tokenizer = train_tokenizer((note.text for note in notes), vocabulary=400, context=160)
    write_model(folder, new_model(SHAPE, tokenizer, seed=1), tokenizer)
    return folder


def adapting(model: Path, out: Path, **changes: Any) -> Adapting:
    """Say what is to be fitted: LoRA, two epochs."""
    method = Component.model_validate({"name": "lora", "rank": 4, "dropout": 0.1})
    config = Adapt(method=method, epochs=2.0, learning_rate=3e-2, validation_share=0.2, batch_size=4)
    return Adapting(config=config.model_copy(update=changes), model=str(model), out=out, seed=3)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, model: Path, notes: list[Note]) -> Adapted:
    """Fit an adapter without a break."""
    return fit_adapter(adapting(model, tmp_path_factory.mktemp("fitted") / "adapter"), notes, progress=silent)


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_adapt import adapting
from clinsynth.data.notes_input import read_input
from clinsynth.training.adapt import fit_adapter

def progress(stage, done, total):
    if done == {step}:
        os.kill(os.getpid(), signal.SIGKILL)

fit_adapter(adapting(Path({model!r}), Path({out!r})), read_input({notes!r}), progress=progress)
"""


@pytest.mark.slow
def test_killed_and_started_again_gives_the_same_adapter(model: Path, notes_file: Path, tmp_path: Path) -> None:
    """A fit that was killed between two checkpoints ends with the same weights as one that was not."""
    from clinsynth.data.notes_input import read_input

    straight = fit_adapter(adapting(model, tmp_path / "straight"), read_input(notes_file), progress=silent)
    out = tmp_path / "adapter"
    code = _KILLED.format(
        tests=str(Path(__file__).parent), model=str(model), out=str(out), notes=str(notes_file), step=13
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not out.exists()
    again = fit_adapter(adapting(model, out), read_input(notes_file), progress=silent)
    assert again.hash == straight.hash
    assert again.after == straight.after


def test_what_is_there_is_given_again(fitted: Adapted, model: Path, notes: list[Note]) -> None:
    """The same fit a second time takes no step; another one does not take its folder."""
    steps: list[int] = []

    def counted(stage: str, done: int, total: int) -> None:
        steps.append(done)

    assert fit_adapter(adapting(model, fitted.folder), notes, progress=counted) == fitted
    assert steps == []
    with pytest.raises(OutputError, match="fitted otherwise"):
        fit_adapter(adapting(model, fitted.folder, learning_rate=1e-3), notes, progress=silent)


def test_what_a_kill_at_the_very_end_left_undone_is_done(
    fitted: Adapted, model: Path, notes: list[Note], tmp_path: Path
) -> None:
    """An adapter whose page was not written yet, and whose checkpoints are still there, is made whole."""
    shutil.copytree(fitted.folder, tmp_path / "adapter")
    wanted = (tmp_path / "adapter" / "README.md").read_text()
    (tmp_path / "adapter" / "README.md").unlink()
    left = adapting(model, tmp_path / "adapter")
    left.work.mkdir()
    assert fit_adapter(left, notes, progress=silent).hash == fitted.hash
    assert (tmp_path / "adapter" / "README.md").read_text() == wanted
    assert not left.work.exists()


def test_it_learns(fitted: Adapted) -> None:
    """Validation loss falls, by an interval that excludes no change, and checkpoints do not stay behind."""
    assert fitted.change.high < 0
    assert fitted.after.value < fitted.before.value
    assert list(fitted.folder.parent.iterdir()) == [fitted.folder]


def test_the_base_model_is_left_alone(model: Path, notes: list[Note], tmp_path: Path) -> None:
    """Fitting changes nothing in the folder of the base model."""
    before = digest(model)
    fit_adapter(adapting(model, tmp_path / "adapter", epochs=0.2), notes, progress=silent)
    assert digest(model) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(ADAPTERS) - {"lora"}))
def test_any_method_can_be_fitted(name: str, model: Path, notes: list[Note], tmp_path: Path) -> None:
    """Each method of the catalog is fitted by the same call, and what is kept is the best that validation saw."""
    method = Component(name=name)
    found = fit_adapter(adapting(model, tmp_path / "a", epochs=0.3, method=method), notes, progress=silent)
    assert found.n_steps > 0
    assert (found.folder / "adapter_model.safetensors").is_file()


def test_an_adapter_loads_on_its_base(fitted: Adapted, model: Path, notes: list[Note]) -> None:
    """The backbone writes with what was saved."""
    from clinsynth.backbones import BACKBONES
    from clinsynth.records import Prompt

    backbone = BACKBONES.build("transformers", model=str(model), adapter=str(fitted.folder))
    (written,) = backbone([Prompt(text="[Progress Note | PLAN]\nText:\n", max_new_tokens=5)], [1])
    assert written.n_tokens > 0


def test_the_card_tells_how_it_was_fitted(fitted: Adapted, model: Path) -> None:
    """The card names base, data, settings, steps, seed and loss with its interval."""
    card = read_card(fitted.folder)
    assert card.base is not None
    assert card.base.sha256 == digest(model / "config.json", model / "model.safetensors")
    assert card.trained["notes"] + card.trained["validation_notes"] == 30
    assert card.trained["settings"]["method"] == {"name": "lora", "rank": 4, "dropout": 0.1}
    assert [score.estimate for score in card.scores] == [fitted.after, fitted.change]
    assert (fitted.folder / "README.md").read_text() == page_of(fitted.folder, card)


def test_weights_are_stored_in_half_the_bytes_where_wanted(model: Path, notes: list[Note], tmp_path: Path) -> None:
    """An adapter that is to be stored in bfloat16 holds nothing else, and its card tells the loss of what is stored."""
    from safetensors.torch import load_file

    wanted = adapting(model, tmp_path / "half", epochs=0.5, half=True)
    made = fit_adapter(wanted, notes, progress=silent)
    assert {str(held.dtype) for held in load_file(made.folder / "adapter_model.safetensors").values()} == {
        "torch.bfloat16"
    }
    stored = load_adapter(load_model(str(model), dtype="float32"), str(made.folder)).float()
    encoder = Encoder(tokenizer=load_tokenizer(str(model)), context=160)
    texts = note_texts(notes, ontology="core", seed=wanted.seed, faithful=wanted.config.faithful)
    held = parted(texts, encoder, validation_share=0.2, seed=wanted.seed).held_out
    loss = sum(text_nats(stored, held, pad=0)) / sum(map(n_targets, held))
    assert loss == pytest.approx(made.after.value, abs=2e-6)


@pytest.mark.slow
def test_a_limit_of_time_becomes_a_number_of_steps(model: Path, notes: list[Note], tmp_path: Path) -> None:
    """A fit within minutes takes fewer steps than its epochs, and says so."""
    short = fit_adapter(adapting(model, tmp_path / "a", epochs=500.0, max_minutes=0.05), notes, progress=silent)
    assert short.stopped in {"time", "early"}
    counts: dict[str, Any] = dict(read_card(short.folder).trained)
    assert counts["steps"] <= counts["steps_planned"] < 500


def test_notes_are_parted_whole(model: Path, notes: list[Note]) -> None:
    """No note both trains and validates, each section is a pair, and what is too long loses its end."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    texts = list(note_texts(notes, ontology="core", seed=1))
    cut = parted(texts, Encoder(tokenizer=tokenizer, context=90), validation_share=0.2, seed=1)
    assert (len(cut.train), len(cut.validation)) == (24, 6)
    assert max(map(len, cut.documents)) == 90
    encoder = Encoder(tokenizer=tokenizer, context=512)
    whole = parted(texts, encoder, validation_share=0.2, seed=1)
    trained = {document.tokens.tobytes() for document in whole.documents}
    assert not trained & {document.tokens.tobytes() for document in whole.held_out}
    assert all(document.tokens[-1] == encoder.end for document in whole.documents)


def test_one_note_is_too_few(model: Path, notes: list[Note], tmp_path: Path) -> None:
    """There must be a note to learn from and one to validate on."""
    with pytest.raises(InputError, match="1 notes have sections to learn from"):
        fit_adapter(adapting(model, tmp_path / "a"), notes[:1], progress=silent)


def test_a_configuration_without_the_part_is_refused(tmp_path: Path) -> None:
    """The command says which part of the configuration it needs, and which backbones cannot be adapted."""
    path = tmp_path / "bare.yaml"
    path.write_text("name: bare\n")
    with pytest.raises(ConfigError, match='needs "adapt:"'):
        command(path, None, tmp_path / "out")
    path.write_text("name: scripted\nadapt: {train: {file: x.jsonl}}\nbackbone: {name: scripted, echo: true}\n")
    with pytest.raises(ConfigError, match="has no weights to adapt"):
        command(path, None, tmp_path / "out")
