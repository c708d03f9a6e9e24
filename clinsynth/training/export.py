"""A base model as others load it: weights, tokenizer and card in one folder."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.config import Pretrain, Source
from clinsynth.data import DATASETS
from clinsynth.estimates import Estimate
from clinsynth.extras import versions
from clinsynth.storage import write_json, write_text

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

TEMPERATURE = 0.7
TOP_P = 0.9


def write_model(folder: Path, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast") -> None:
    """Write a model in bf16 with its tokenizer, as `AutoModelForCausalLM` and `AutoTokenizer` load them."""
    import copy

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
    half.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)


def write_card(
    folder: Path, config: Pretrain, *, recipe: str, n_parameters: int, n_tokens: int, held_out: Mapping[str, Estimate]
) -> None:
    """Write the model's card, and what it measures as JSON beside it."""
    write_json(folder / "held_out.json", held_out)
    write_text(folder / "README.md", _card(config, recipe, n_parameters, n_tokens, held_out))


def _card(config: Pretrain, recipe: str, n_parameters: int, n_tokens: int, held_out: Mapping[str, Estimate]) -> str:
    sources = [source for stage in config.stages for source in stage.sources]
    return "\n".join(
        [
            "---",
            "library_name: transformers",
            "pipeline_tag: text-generation",
            "language: en",
            "tags: [clinical, synthetic-data, clinsynth]",
            "---",
            "# A small base model for sections of clinical notes",
            "",
            f"A Llama of {n_parameters / 1e6:.1f} M parameters ({config.layers} layers of {config.hidden}, {config.heads} "
            f"heads, {config.vocabulary} tokens of byte-level BPE, context {config.context}), trained from nothing by "
            "`clinsynth pretrain`. It continues a prompt that names a note type, a specialty, a section and what to "
            "state; clinsynth writes such prompts.",
            "",
            "## Data",
            "",
            *_data_lines(sources),
            "",
            "Articles whose title is the question of a PubMedQA test item were left out. No note of another split than "
            "base was seen, nor any data set that is for measuring only.",
            "",
            "## Training",
            "",
            f"- {n_tokens:,} tokens, in stages:",
            *(
                f"  - {stage.form}, {stage.n_tokens:,} tokens: "
                + ", ".join(f"{source.dataset or 'a file'} {source.share:g}" for source in stage.sources)
                for stage in config.stages
            ),
            f"- Highest learning rate {config.learning_rate:g} (Muon for matrices, AdamW for the rest), "
            f"{config.batch_tokens:,} tokens a step, bf16 arithmetic on fp32 weights; the loss counts texts, not prompts.",
            f"- Recipe SHA-256 {recipe}",
            f"- {platform.machine()}, {config.threads} threads, no accelerator; "
            + ", ".join(f"{name} {found}" for name, found in versions().items() if name in {"torch", "transformers"}),
            "",
            "## Measured on text it never saw",
            "",
            "Bits a character of text, given its prompt; intervals of 95 % by bootstrap over notes or articles.",
            "",
            "| source | bits a character | notes |",
            "|---|---|---|",
            *(
                f"| {name} | {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] | {found.n} |"
                for name, found in held_out.items()
            ),
            "",
            "## Limits",
            "",
            "It is small: it writes fluent fragments, not medicine. What it states beyond its prompt is made up, it may "
            "repeat runs of its training notes, and nothing it writes may be used in care. Use it with the checks of clinsynth.",
            "",
        ]
    )


def _data_lines(sources: Sequence[Source]) -> list[str]:
    lines: dict[str, str] = {}
    for source in sources:
        if source.dataset is None:
            lines["file"] = "- notes from a file of the user's"
            continue
        kind = DATASETS.kind(source.dataset)
        lines[source.dataset] = f'- {kind.title}, split "{source.split}": {kind.licence}'
    return list(lines.values())
