"""Pretraining: stages, checkpoints, resuming, and what it refuses."""

import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clinsynth.errors import ConfigError, InputError, MissingError, OutputError, ResourceError
from clinsynth.recipes import Pretrain, Stage, StageSource
from clinsynth.storage import digest
from clinsynth.training import checkpoints
from clinsynth.training.model_card import page_of, read_card
from clinsynth.training.pretrain import Training, estimate, export, pretrain
from clinsynth.workflows.pretrain import _training
from clinsynth.workflows.pretrain import pretrain as command
from clinsynth.workflows.progress import silent

N_STEPS = 40


def recipe(notes_file: Path) -> Pretrain:
    """Give the recipe of a very small model: two stages on the same notes."""
    source = StageSource(file=str(notes_file))
    return Pretrain(
        vocabulary=400,
        hidden=32,
        layers=2,
        heads=2,
        intermediate=64,
        context=128,
        batch_tokens=256,
        learning_rate=1e-2,
        tokenizer_sources=(source,),
        stages=(
            Stage(sources=(source,), n_tokens=256 * 25, form="text", context=64),
            Stage(sources=(source,), n_tokens=256 * (N_STEPS - 25), form="sections"),
        ),
    )


def training(notes_file: Path, out: Path, *, checkpoint_seconds: float = 300.0) -> Training:
    """Put a training together."""
    return Training(
        config=recipe(notes_file), seed=3, out=out, root=Path("nowhere"), checkpoint_seconds=checkpoint_seconds
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, notes_file: Path) -> Path:
    """Train to the end without a break."""
    return pretrain(training(notes_file, tmp_path_factory.mktemp("finished") / "model"), progress=silent)


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_pretrain import training
from clinsynth.training.pretrain import pretrain

def progress(stage, done, total):
    if stage == "pretrain":
        os.kill(os.getpid(), signal.SIGKILL)

pretrain(training(Path({notes!r}), Path({out!r}), checkpoint_seconds=0.0), progress=progress)
"""


@pytest.mark.slow
def test_killed_and_started_again_gives_the_same_weights(finished: Path, notes_file: Path, tmp_path: Path) -> None:
    """A training that was killed between two checkpoints ends in the same files as one that was not."""
    out = tmp_path / "model"
    code = _KILLED.format(tests=str(Path(__file__).parent), notes=str(notes_file), out=str(out))
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    found = checkpoints.load(out)
    assert found is not None
    assert 0 < found[0] < 25
    pretrain(training(notes_file, out), progress=silent)
    for name in ("model.safetensors", "tokenizer.json", "card.json", "README.md"):
        assert digest(out / name) == digest(finished / name), name


def test_it_learns(finished: Path) -> None:
    """The loss falls from that of a guess among all tokens, and the log tells."""
    rows = [json.loads(line) for line in (finished / "train_log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in rows if "loss" in row]
    assert losses[-1] < losses[0] < math.log(400) + 0.1
    assert rows[-1]["step"] == N_STEPS
    assert rows[-1]["tokens"] == N_STEPS * 256


def test_loads_as_any_other_model(finished: Path) -> None:
    """What comes out is a folder for AutoModelForCausalLM and AutoTokenizer, in bf16, and it writes."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(finished), AutoTokenizer.from_pretrained(finished)
    assert model.dtype == torch.bfloat16
    assert model.config.tie_word_embeddings
    inputs = tokenizer("[Progress Note | PLAN]\nText:\n", return_tensors="pt")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        written = model.generate(**inputs, max_new_tokens=4)
    assert written.shape[1] > inputs.input_ids.shape[1]


def test_the_card_says_what_was_seen_and_measured(finished: Path, notes_file: Path) -> None:
    """The card tells tokens, recipe and bits a character with an interval, beside those without the prompt."""
    card = read_card(finished)
    assert card.trained["tokens"] == N_STEPS * 256
    assert card.recipe_sha256 == checkpoints.recipe_hash(recipe(notes_file), seed=3)
    (bits,) = card.scores
    assert bits.n == 2
    assert 0 < bits.low <= bits.value <= bits.high
    assert bits.command == "clinsynth pretrain CONFIG --out DIR --data-dir DATA"
    assert bits.baseline.value != bits.value
    assert (finished / "README.md").read_text() == page_of(finished, card)


def test_a_finished_training_is_left_alone(finished: Path, notes_file: Path) -> None:
    """Training that has ended does not go on, and gives the same model again."""
    before = digest(finished / "model.safetensors")
    pretrain(training(notes_file, finished), progress=silent)
    assert digest(finished / "model.safetensors") == before


def test_another_recipe_is_refused(finished: Path, notes_file: Path) -> None:
    """A folder that holds one training does not take another."""
    other = Training(config=recipe(notes_file), seed=4, out=finished, root=Path("nowhere"))
    with pytest.raises(OutputError, match="another recipe"):
        pretrain(other, progress=silent)


@pytest.mark.parametrize(
    ("place", "said"), [("full", "holds something that is no training"), ("full/notes.txt", "is a file")]
)
def test_a_place_that_holds_something_else_is_refused(place: str, said: str, notes_file: Path, tmp_path: Path) -> None:
    """A folder with files of another kind, or a file, is one line with what to do, and stays as it was."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=f"{said}.* for --out"):
        pretrain(training(notes_file, tmp_path / place), progress=silent)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "notes.txt"]


def test_a_training_killed_as_it_began_can_begin_again(tmp_path: Path) -> None:
    """A folder that is empty, or holds no more than an unfinished claim, is free."""
    (tmp_path / checkpoints.WORK).mkdir()
    (tmp_path / checkpoints.WORK / ".recipe.json.x.part").touch()
    checkpoints.claim(tmp_path, "a")
    checkpoints.claim(tmp_path, "a")
    with pytest.raises(OutputError, match="another recipe"):
        checkpoints.claim(tmp_path, "b")


@pytest.mark.parametrize(
    ("settings", "repeats"),
    [
        ((), "clinsynth models train lm --out DIR --data-dir DATA"),
        (("pretrain.layers=2",), "clinsynth pretrain CONFIG --out DIR --data-dir DATA"),
        (("seed=8",), "clinsynth pretrain CONFIG --out DIR --data-dir DATA"),
    ],
)
def test_the_card_names_the_command_that_repeats_it(settings: tuple[str, ...], repeats: str, tmp_path: Path) -> None:
    """The recipe that ships has a command of its own; another is repeated from its own configuration."""
    assert _training("pretrain.yaml", tmp_path, settings, None).command == repeats


def test_export_needs_a_checkpoint(notes_file: Path, tmp_path: Path) -> None:
    """Nothing can be exported before the first checkpoint."""
    with pytest.raises(MissingError, match="no checkpoint yet"):
        export(training(notes_file, tmp_path), progress=silent)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    """A checkpoint that cannot be read gives one line that says what to do."""
    path = tmp_path / checkpoints.WORK / "checkpoint.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"no tensors")
    with pytest.raises(InputError, match="is damaged; remove it"):
        checkpoints.load(tmp_path)


def test_absurd_sizes_are_refused_before_anything_starts(notes_file: Path) -> None:
    """A model that cannot fit this machine's memory is refused by its estimate."""
    huge = recipe(notes_file).model_copy(update={"hidden": 65536, "layers": 200, "heads": 64, "intermediate": 262144})
    with pytest.raises(ResourceError, match=r"GiB are free"):
        estimate(huge)


def test_the_estimate_tells_memory_work_and_time(notes_file: Path) -> None:
    """Weights are counted as the model has them; work is six operations a weight and token."""
    found = estimate(recipe(notes_file))
    assert found.n_parameters == 400 * 32 + 2 * (4 * 32 * 32 + 3 * 32 * 64 + 2 * 32) + 32
    assert found.flops == 6 * found.n_parameters * 256 * N_STEPS
    assert found.seconds is not None
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"stages": ()}, "there are no stages"),
        ({"heads": 5}, "multiple of twice the heads"),
        ({"vocabulary": 70000}, "at most 65536"),
        ({"batch_tokens": 64}, "must fit"),
        ({"tokenizer_sources": (StageSource(dataset="ddi", split="train"),)}, "holds no text"),
        ({"tokenizer_sources": (StageSource(dataset="mtsamples", split="eval"),)}, 'its split "base", not "eval"'),
        ({"tokenizer_sources": (StageSource(),)}, "either a dataset or a file"),
    ],
)
def test_recipes_that_cannot_or_must_not_be_trained(notes_file: Path, update: dict[str, object], message: str) -> None:
    """Each gives one line that says what is wrong; the splits kept for measuring are among them."""
    with pytest.raises(ConfigError, match=message):
        estimate(recipe(notes_file).model_copy(update=update), measure=False)


def test_a_configuration_without_a_recipe_is_refused(tmp_path: Path) -> None:
    """The command says which part of the configuration it needs."""
    path = tmp_path / "bare.yaml"
    path.write_text("name: bare\n")
    with pytest.raises(ConfigError, match='needs "pretrain:"'):
        command(path, tmp_path / "out")
