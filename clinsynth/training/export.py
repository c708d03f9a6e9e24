"""A base model as others load it: weights, tokenizer and card in one folder."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checkpoints import without_bars
from clinsynth.estimates import Estimate
from clinsynth.recipes import Pretrain
from clinsynth.training.checkpoints import recipe_hash
from clinsynth.training.model_card import (
    Measuring,
    ModelCard,
    Score,
    TrainedOn,
    library_versions,
    score,
    this_machine,
    trained_on,
)

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

TEMPERATURE = 0.7
TOP_P = 0.9
COMMAND = "clinsynth pretrain CONFIG --out DIR --data-dir DATA"


def write_model(folder: Path, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast") -> None:
    """Write a model in bf16 with its tokenizer, as `AutoModelForCausalLM` and `AutoTokenizer` load them."""
    import torch
    from transformers import GenerationConfig

    half = copy.deepcopy(model).to(torch.bfloat16)
    half.config.use_cache = True
    half.generation_config = GenerationConfig(
        do_sample=True,
        temperature=TEMPERATURE,
        top_p=TOP_P,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with without_bars():
        half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """How a base model came about, and what it measures.

    Attributes:
        n_tokens: Seen in training, repetitions counted.
        held_out: Bits a character of text given its prompt, by source.
        without_prompt: The same of the same texts without their prompts.
        command: What repeats it.
    """

    name: str
    config: Pretrain
    seed: int
    n_parameters: int
    n_tokens: int
    held_out: Mapping[str, Estimate]
    without_prompt: Mapping[str, Estimate]
    command: str = COMMAND


def model_card(made: Made) -> ModelCard:
    """Put together what is known of a base model."""
    config = made.config
    return ModelCard(
        name=made.name,
        kind="language model",
        title="A small base model for sections of clinical notes",
        about=(
            f"A Llama of {made.n_parameters / 1e6:.1f} M parameters ({config.layers} layers of {config.hidden}, "
            f"{config.heads} heads, {config.vocabulary} tokens of byte-level BPE, context {config.context}), trained "
            "from nothing. It continues a prompt that names a note type, a specialty, a section and what to state; "
            "clinsynth writes such prompts. Articles whose title is, or begins with, the question of a PubMedQA test "
            'item were left out of training; of the notes only the split "base" was read.'
        ),
        data=tuple(_data(config)),
        recipe_sha256=recipe_hash(config, seed=made.seed),
        seed=made.seed,
        machine=this_machine(),
        versions=library_versions("torch", "transformers", "tokenizers"),
        n_parameters=made.n_parameters,
        trained={
            "tokens": made.n_tokens,
            "tokens_planned": sum(stage.n_tokens for stage in config.stages),
            "stages": list(_stages(config)),
            "highest_learning_rate": config.learning_rate,
            "optimizer": "Muon for matrices, AdamW for the rest; the loss leaves prompts out",
            "tokens_a_step": config.batch_tokens,
            "threads": config.threads,
        },
        scores=tuple(_scores(made)),
        limits=(
            "It is small: it writes fluent fragments, not medicine. What it states beyond its prompt is made up.",
            "It can repeat runs of its training notes. Use it with the checks of clinsynth.",
            "Nothing it writes may be used in care.",
        ),
    )


def _scores(made: Made) -> Iterator[Score]:
    for source, found in made.held_out.items():
        how = Measuring(data=f"{source}, held out", seed=made.seed, command=made.command)
        name = "bits a character of text, given its prompt"
        yield score(name, found, how, baseline=("without the prompt", made.without_prompt[source]))


def _data(config: Pretrain) -> Iterator[TrainedOn]:
    named = dict.fromkeys((source.dataset, source.split) for stage in config.stages for source in stage.sources)
    for dataset, split in named:
        if dataset is None:
            yield TrainedOn(dataset="notes of a file", licence="as of the file")
        else:
            yield trained_on(dataset, split)


def _stages(config: Pretrain) -> Iterator[str]:
    for stage in config.stages:
        shares = ", ".join(f"{source.dataset or 'a file'} {source.share:g}" for source in stage.sources)
        yield f"{stage.form}, {stage.n_tokens:,} tokens in rows of {stage.context or config.context} ({shares})"
