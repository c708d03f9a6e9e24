"""The encoder: what it takes from the language model, what it masks, resuming, and what it refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.data import DATASETS
from clinsynth.errors import ConfigError, OutputError
from clinsynth.recipes import EncoderRecipe, StageSource
from clinsynth.storage import digest
from clinsynth.training import checkpoints
from clinsynth.training.encoder.masking import Masker, masker
from clinsynth.training.encoder.model import begin, new_encoder, with_mask
from clinsynth.training.encoder.pretraining import EncoderTraining, check, train
from clinsynth.training.model_card import read_card
from clinsynth.training.sources import ARTICLES
from clinsynth.workflows.progress import silent
from clinsynth.workflows.train_encoder import train_encoder

SHIPPED = Path(__file__).resolve().parents[2] / "clinsynth" / "embedded" / "encoder"
MEGABYTE = 10**6
N_STEPS = 40
Checkpoint = Callable[[str], Path]


def training(start: Path, notes_file: Path, out: Path, **changes: Any) -> EncoderTraining:
    """Put a training of a very small encoder together."""
    recipe = {
        "start": str(start),
        "layers": 2,
        "intermediate": 32,
        "context": 32,
        "batch_tokens": 128,
        "n_tokens": 128 * N_STEPS,
        "learning_rate": 1e-2,
        "sources": (StageSource(file=str(notes_file)),),
    }
    return EncoderTraining(
        config=EncoderRecipe(**recipe | changes), seed=3, out=out, root=Path("nowhere"), checkpoint_seconds=0.0
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint, notes_file: Path) -> Path:
    """Train to the end without a break."""
    out = tmp_path_factory.mktemp("finished") / "encoder"
    return train(training(checkpoint("llama"), notes_file, out), progress=silent)


@pytest.fixture(scope="module")
def pair(checkpoint: Checkpoint) -> tuple[Any, Any, Any]:
    """Give a causal model, the encoder of all its layers and neurons, and their tokenizer."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = checkpoint("llama")
    causal = AutoModelForCausalLM.from_pretrained(folder).eval()
    return causal, *begun(causal, with_mask(AutoTokenizer.from_pretrained(folder)))


def begun(causal: Any, tokenizer: Any, *, layers: int = 2, intermediate: int = 48) -> tuple[Any, Any]:
    """Begin an encoder from a causal model."""
    shape = causal.config.to_dict()
    encoder = new_encoder(shape, tokenizer, layers=layers, intermediate=intermediate, seed=1)
    begin(encoder, causal.state_dict())
    return encoder.eval(), tokenizer


def test_one_token_is_read_as_the_language_model_reads_it(pair: tuple[Any, Any, Any]) -> None:
    """Where there is nothing before or after, the encoder that keeps all weights gives the same states."""
    import torch

    causal, encoder, tokenizer = pair
    every = torch.arange(len(tokenizer) - 1)[:, None]
    with torch.inference_mode():
        states, expected = encoder.model(input_ids=every), causal.model(input_ids=every)
    assert torch.allclose(states.last_hidden_state, expected.last_hidden_state, atol=1e-5)


def test_the_mask_stands_for_a_word_with_its_space(pair: tuple[Any, Any, Any]) -> None:
    """The space before a mask is part of what it hides, for a word begins with its space."""
    tokenizer = pair[2]
    found = tokenizer("pain <|mask|> fever", add_special_tokens=False).input_ids
    plain = tokenizer(["pain", " fever"], add_special_tokens=False).input_ids
    assert found == [*plain[0], tokenizer.mask_token_id, *plain[1]]


def test_the_mask_is_the_one_new_token(pair: tuple[Any, Any, Any]) -> None:
    """It stands behind the vocabulary, and its embedding is the mean of all others."""
    import torch

    causal, encoder, tokenizer = pair
    old, new = causal.get_input_embeddings().weight, encoder.get_input_embeddings().weight
    assert tokenizer.mask_token_id == len(old) == len(new) - 1
    assert torch.equal(new[:-1], old)
    assert torch.allclose(new[-1], old.mean(dim=0))


def test_the_weakest_neurons_are_left_out(pair: tuple[Any, Any, Any]) -> None:
    """Neurons that read and write nothing change no state when they are the ones pruned."""
    import copy

    import torch

    causal, _, tokenizer = pair
    lesser = copy.deepcopy(causal)
    with torch.no_grad():
        for layer in lesser.model.layers:
            layer.mlp.down_proj.weight[:, [0, 5, 17, 40]] = 0.0
    small, _ = begun(lesser, tokenizer, intermediate=44)
    whole, _ = begun(lesser, tokenizer)
    tokens = torch.arange(20)[None]
    with torch.inference_mode():
        assert torch.allclose(
            small.model(input_ids=tokens).last_hidden_state,
            whole.model(input_ids=tokens).last_hidden_state,
            atol=1e-5,
        )


def test_a_later_token_changes_an_earlier_state(pair: tuple[Any, Any, Any]) -> None:
    """Attention sees both sides; that of the language model does not."""
    import torch

    causal, encoder, _ = pair
    tokens = torch.arange(5, 25)[None]
    other = tokens.clone()
    other[0, -1] = 7
    with torch.inference_mode():
        moved = [
            (model.model(input_ids=tokens).last_hidden_state - model.model(input_ids=other).last_hidden_state)[0, 0]
            for model in (encoder, causal)
        ]
    assert moved[0].abs().max() > 1e-4
    assert moved[1].abs().max() < 1e-6


_BEGINS = np.array([True] * 10 + [False] * 20)


@given(tokens=st.lists(st.integers(0, 29), min_size=4, max_size=60), seed=st.integers(0, 2**31))
def test_words_are_masked_whole_and_only_where_they_may_be(tokens: list[int], seed: int) -> None:
    """All targets of a word are chosen or none, nothing else changes, and the same seed chooses the same."""
    row = np.array([tokens])
    targets = row != 0
    once, again = (Masker(share=0.4, mask=30, begins=_BEGINS)(row, targets, seed=seed) for _ in range(2))
    assert np.array_equal(once.given, again.given)
    assert not once.chosen[~targets].any()
    assert np.array_equal(once.given[~once.chosen], row[~once.chosen])
    words = np.cumsum(_BEGINS[row[0]] | (np.arange(len(tokens)) == 0))
    for word in np.unique(words):
        inside = targets[0] & (words == word)
        assert once.chosen[0][inside].all() or not once.chosen[0][inside].any()


def test_as_many_words_are_masked_as_asked(pair: tuple[Any, Any, Any]) -> None:
    """Of many words the share asked for is chosen, and four in five of those are masked."""
    tokens = np.full((50, 200), pair[2].convert_tokens_to_ids("Ġ"))
    found = masker(pair[2], share=0.25)(tokens, np.ones_like(tokens, dtype=bool), seed=1)
    assert abs(found.chosen.mean() - 0.25) < 0.02
    assert abs((found.given == pair[2].mask_token_id)[found.chosen].mean() - 0.8) < 0.03


def test_words_begin_at_spaces_and_marks(pair: tuple[Any, Any, Any]) -> None:
    """Letters without a space before them go on with a word."""
    tokenizer = pair[2]
    begins = masker(tokenizer, share=0.2).begins
    assert [bool(begins[tokenizer.convert_tokens_to_ids(token)]) for token in ("Ġ", "a", "Z", "(", "7", "Ċ")] == [
        True,
        False,
        False,
        True,
        True,
        True,
    ]


def test_killed_and_started_again_gives_the_same_weights(
    finished: Path, checkpoint: Checkpoint, notes_file: Path, tmp_path: Path
) -> None:
    """A training that was broken off between two steps ends in the same files as one that was not."""

    def broken(stage: str, done: int, _: int) -> None:
        if stage == "encoder" and done == 20:
            raise KeyboardInterrupt

    out = tmp_path / "encoder"
    with pytest.raises(KeyboardInterrupt):
        train(training(checkpoint("llama"), notes_file, out), progress=broken)
    found = checkpoints.load(out)
    assert found is not None
    assert 0 < found[0] < N_STEPS
    train(training(checkpoint("llama"), notes_file, out), progress=silent)
    for name in ("model.safetensors", "tokenizer.json", "card.json", "README.md"):
        assert digest(out / name) == digest(finished / name), name


def test_it_learns(finished: Path) -> None:
    """The loss falls, the log tells of every token, and held-out words are told better than before."""
    rows = [json.loads(line) for line in (finished / "train_log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in rows if "loss" in row]
    assert losses[-1] < losses[0]
    assert rows[-1]["tokens"] == 128 * N_STEPS
    nats = json.loads((finished / "card.json").read_text())["scores"][0]
    assert nats["value"] < nats["baseline"]["value"]


def test_loads_as_any_other_encoder(finished: Path) -> None:
    """What comes out is a folder for AutoModelForMaskedLM and AutoTokenizer, in bf16, with its embeddings tied."""
    fills(finished)


def fills(folder: Path) -> list[str]:
    """Load a folder by transformers alone and give the five words it puts for a mask."""
    import torch
    from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

    model, tokenizer = AutoModelForMaskedLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert model.dtype == torch.bfloat16
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    inputs = tokenizer("Patients were randomly assigned <|mask|> receive either drug.", return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits
        states = AutoModel.from_pretrained(folder)(**inputs).last_hidden_state
    assert states.shape[:2] == inputs.input_ids.shape
    best = logits[inputs.input_ids == tokenizer.mask_token_id].topk(5).indices[0]
    return [tokenizer.decode(token) for token in best]


def test_a_finished_training_is_left_alone(finished: Path, checkpoint: Checkpoint, notes_file: Path) -> None:
    """Training that has ended does not go on, and gives the same model again."""
    before = digest(finished / "model.safetensors")
    train(training(checkpoint("llama"), notes_file, finished), progress=silent)
    assert digest(finished / "model.safetensors") == before


def test_the_same_start_in_another_folder_is_the_same_recipe(
    finished: Path, checkpoint: Checkpoint, notes_file: Path, tmp_path: Path
) -> None:
    """A recipe is told by the weights it starts from, wherever they lie."""
    moved = shutil.copytree(checkpoint("llama"), tmp_path / "moved")
    assert training(moved, notes_file, finished).recipe == training(checkpoint("llama"), notes_file, finished).recipe


@pytest.mark.parametrize("changes", [{"masked_share": 0.4}, {"weights": "random"}])
def test_another_recipe_is_refused(
    finished: Path, checkpoint: Checkpoint, notes_file: Path, changes: dict[str, Any]
) -> None:
    """A folder that holds one training does not take another."""
    with pytest.raises(OutputError, match="another recipe"):
        train(training(checkpoint("llama"), notes_file, finished, **changes), progress=silent)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sources": ()}, "there are no sources"),
        ({"sources": (StageSource(dataset="ddi", split="train"),)}, "holds no text"),
        ({"sources": (StageSource(dataset="mtsamples", split="eval"),)}, 'its split "base", not "eval"'),
        ({"context": 512, "batch_tokens": 256}, "does not fit"),
    ],
)
def test_recipes_that_cannot_or_must_not_be_trained(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """Each gives one line that says what is wrong; data that is for measuring is among them."""
    with pytest.raises(ConfigError, match=message):
        check(training(tmp_path, tmp_path, tmp_path, **changes).config)


@pytest.mark.parametrize("changes", [{"layers": 3}, {"intermediate": 49}])
def test_no_more_is_kept_than_there_is(
    checkpoint: Checkpoint, notes_file: Path, tmp_path: Path, changes: dict[str, int]
) -> None:
    """More layers or neurons than the start has are refused."""
    with pytest.raises(ConfigError, match="the model it starts from has"):
        train(training(checkpoint("llama"), notes_file, tmp_path, **changes), progress=silent)


def test_another_architecture_is_refused(checkpoint: Checkpoint, notes_file: Path, tmp_path: Path) -> None:
    """An encoder begins from a Llama alone."""
    with pytest.raises(ConfigError, match="a Llama without biases was expected"):
        train(training(checkpoint("qwen2"), notes_file, tmp_path), progress=silent)


def test_a_configuration_without_a_recipe_is_refused(tmp_path: Path) -> None:
    """The command says which part of the configuration it needs."""
    path = tmp_path / "bare.yaml"
    path.write_text("name: bare\n")
    with pytest.raises(ConfigError, match='needs "encoder:"'):
        train_encoder(path, tmp_path / "out")


@pytest.fixture
def shipped() -> Path:
    """Give the folder of the encoder that ships."""
    assert (SHIPPED / "config.json").is_file(), "the encoder did not come with this checkout"
    return SHIPPED


def test_the_shipped_encoder_is_within_its_room(shipped: Path) -> None:
    """Weights, tokenizer and card take less than 12 MB, and nothing of the training came along."""
    files = [path for path in shipped.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 12 * MEGABYTE
    assert not (shipped / checkpoints.WORK).exists()


def test_the_shipped_encoder_read_only_what_may_train_it(shipped: Path) -> None:
    """Its card names data that is for training, and of notes the base split alone."""
    for trained in read_card(shipped).data:
        assert DATASETS.kind(trained.dataset).use == "train"
        assert trained.split == ("train" if trained.dataset in ARTICLES else "base")


def test_the_shipped_encoder_knows_how_trials_are_told(shipped: Path) -> None:
    """It loads without a network, and puts the word for the mask that stands in every such sentence."""
    assert fills(shipped)[0] == " to"
