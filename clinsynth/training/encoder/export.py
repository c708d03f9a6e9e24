"""The encoder as others load it: weights, tokenizer and card in one folder."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checkpoints import public_name, without_bars
from clinsynth.estimates import Estimate
from clinsynth.recipes import EncoderRecipe
from clinsynth.training.adapted import model_hash
from clinsynth.training.card_record import Base, Measuring, ModelCard, Score, TrainedOn, score, trained_on
from clinsynth.training.model_card import library_versions, this_machine, write_card

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Told = Mapping[str, Mapping[str, Estimate]]
_COMMAND = "clinsynth models train encoder --out DIR --data-dir DATA"
_MEASURES = {"nats": "nats a masked token", "accuracy": "masked tokens told right"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """How an encoder came about, and what it measures.

    Attributes:
        recipe: SHA-256 of everything that decides the weights.
        start: The folder of the causal model it began from.
        n_tokens: Read in training, repetitions counted.
        held_out: Nats a masked token takes, and the share told right, of articles and of notes that it never saw.
        before: The same before the first step.
        seen: The same on rows that it was trained on.
    """

    config: EncoderRecipe
    seed: int
    recipe: str
    start: Path
    n_steps: int
    n_tokens: int
    held_out: Told
    before: Told
    seen: Mapping[str, Estimate]


def write_encoder(
    folder: Path, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast", made: Made
) -> ModelCard:
    """Write an encoder in bf16 with tokenizer and card, as `AutoModelForMaskedLM` and `AutoTokenizer` load it."""
    import torch

    half = copy.deepcopy(model).to(torch.bfloat16)
    with without_bars():
        half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return write_card(folder, _card(made, n_parameters=int(model.num_parameters())))


def _card(made: Made, *, n_parameters: int) -> ModelCard:
    config = made.config
    return ModelCard(
        name="encoder",
        kind="encoder",
        title="A small encoder of clinical and biomedical text",
        about=(
            f"{config.layers} layers of Llama's shape whose attention sees both sides (transformers' EuroBertModel), "
            "begun from the embedded language model and trained on to tell masked words. `AutoModel` gives its states, "
            "`AutoModelForMaskedLM` words for `<|mask|>`; clinsynth's learner `encoder` fits classifiers on it."
        ),
        data=_data(config),
        recipe_sha256=made.recipe,
        seed=made.seed,
        machine=this_machine(),
        versions=library_versions("torch", "transformers"),
        n_parameters=n_parameters,
        base=_base(made),
        trained={
            "tokens": made.n_tokens,
            "steps": made.n_steps,
            "tokens a step": config.batch_tokens,
            "row": config.context,
            "words masked": config.masked_share,
            "highest learning rate": config.learning_rate,
            "optimizer": "Muon for matrices, AdamW for the rest",
            "threads": config.threads,
        },
        scores=tuple(_scores(made)),
        memorisation={
            "masked tokens told right in rows it was trained on": str(made.seen["accuracy"]),
            "masked tokens told right in text it never saw": {
                kind: str(found["accuracy"]) for kind, found in made.held_out.items()
            },
        },
        limits=(
            "Small and trained on little text: a first step for a classifier, no source of medical knowledge.",
            "English only; rows of at most the context it was trained with were seen.",
            "A classifier that is fitted on private notes is as private as they are.",
        ),
    )


def _base(made: Made) -> Base | None:
    if made.config.weights != "start":
        return None
    return Base(name=public_name(str(made.start)), sha256=model_hash(str(made.start)))


def _data(config: EncoderRecipe) -> tuple[TrainedOn, ...]:
    return tuple(
        TrainedOn(dataset="notes from a file of the user's", licence="as the user holds it")
        if source.dataset is None
        else trained_on(source.dataset, source.split)
        for source in config.sources
    )


def _scores(made: Made) -> list[Score]:
    return [
        score(
            _MEASURES[name],
            found,
            Measuring(data=f"held-out {kind}", seed=made.seed, command=_COMMAND),
            baseline=("before the first step", made.before[kind][name]),
        )
        for kind, measured in made.held_out.items()
        for name, found in measured.items()
    ]
