"""A base model as others load it: weights, tokenizer and card in one folder."""

import copy
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checkpoints import without_bars
from clinsynth.config import Pretrain
from clinsynth.data import DATASETS
from clinsynth.estimates import Estimate
from clinsynth.extras import version
from clinsynth.storage import write_json, write_text

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

TEMPERATURE = 0.7
TOP_P = 0.9


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
        recipe: SHA-256 of everything that decides the weights.
        n_tokens: Seen in training, repetitions counted.
        held_out: Bits a character of text given its prompt, by source.
    """

    config: Pretrain
    recipe: str
    n_parameters: int
    n_tokens: int
    held_out: Mapping[str, Estimate]


def write_card(folder: Path, made: Made) -> None:
    """Write the model's card, and what it measures as JSON beside it."""
    write_json(folder / "held_out.json", made.held_out)
    write_text(folder / "README.md", model_card(made))


def model_card(made: Made) -> str:
    """Put what is known of a base model in a page of Markdown."""
    config = made.config
    measured = "\n".join(
        f"| {name} | {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] | {found.n} |"
        for name, found in made.held_out.items()
    )
    return f"""---
library_name: transformers
pipeline_tag: text-generation
language: en
tags: [clinical, synthetic-data, clinsynth]
---
# A small base model for sections of clinical notes

A Llama of {made.n_parameters / 1e6:.1f} M parameters ({config.layers} layers of {config.hidden}, {config.heads} heads,
{config.vocabulary} tokens of byte-level BPE, context {config.context}), trained from nothing by `clinsynth pretrain`.
It continues a prompt that names a note type, a specialty, a section and what to state; clinsynth writes such prompts.

## Data

{chr(10).join(_data_lines(config))}

Articles whose title is, or begins with, the question of a PubMedQA test item are left out. Of the notes only the split
"base" is read; no data set that is for measuring only.

## Training

{chr(10).join(_training_lines(made))}

## Measured on text it never saw

Bits a character of text, given its prompt; intervals of 95 % by bootstrap over notes or articles.

| source | bits a character | notes |
|---|---|---|
{measured}

## Limits

It is small: it writes fluent fragments, not medicine. What it states beyond its prompt is made up, it can repeat runs
of its training notes, and nothing it writes may be used in care. Use it with the checks of clinsynth.
"""


def _data_lines(config: Pretrain) -> Iterator[str]:
    named = dict.fromkeys((source.dataset, source.split) for stage in config.stages for source in stage.sources)
    for dataset, split in named:
        if dataset is None:
            yield "- notes from a file of the user's"
        else:
            kind = DATASETS.kind(dataset)
            yield f'- {kind.title}, split "{split}": {kind.licence}'


def _training_lines(made: Made) -> Iterator[str]:
    config = made.config
    yield f"- {made.n_tokens:,} tokens of {sum(stage.n_tokens for stage in config.stages):,}, in stages:"
    for stage in config.stages:
        shares = ", ".join(f"{source.dataset or 'a file'} {source.share:g}" for source in stage.sources)
        yield f"  - {stage.form}, {stage.n_tokens:,} tokens in rows of {stage.context or config.context}: {shares}"
    yield f"- Highest learning rate {config.learning_rate:g} (Muon for matrices, AdamW for the rest)"
    yield f"- {config.batch_tokens:,} tokens a step, products in bf16, weights in fp32; the loss leaves prompts out"
    yield f"- Recipe SHA-256 {made.recipe}"
    yield f"- {platform.machine()}, {config.threads} threads, torch {version('torch')}, no accelerator"
