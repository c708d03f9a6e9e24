"""Tiny random checkpoints in the shapes of the models that people use, made and saved locally."""

from pathlib import Path
from typing import Any

from clinsynth.checkpoints import without_bars

SENTENCES = (
    "The patient is a 64-year-old female with hypertension and type 2 diabetes mellitus.",
    "She denies chest pain, fever, cough and shortness of breath.",
    "Metformin 500 mg twice daily and lisinopril 10 mg once daily were continued.",
    "Potassium 5.9 mmol/L, creatinine 1.2 mg/dL; repeat tests tomorrow.",
    "[Progress Note | Cardiology | PLAN]\nAge: 64. Sex: female.\nState: no chest pain.\nText:\n",
)
END = "<|end|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 128,
    "initializer_range": 0.2,
}
_GROUPED = _SIZES | {"num_key_value_heads": 2}
_WINDOW = {"sliding_window": 16}

# Shape: (class of its configuration, its sizes). They differ in grouped keys, windows and a head size of its own.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", _GROUPED | {"tie_word_embeddings": True}),
    "biogpt": ("BioGptConfig", _SIZES),
    "mistral": ("MistralConfig", _GROUPED | _WINDOW),
    "gemma2": ("Gemma2Config", _GROUPED | _WINDOW | {"head_dim": 16, "query_pre_attn_scalar": 16}),
    "gemma3": ("Gemma3TextConfig", _GROUPED | _WINDOW | {"head_dim": 16, "query_pre_attn_scalar": 16}),
    "qwen2": ("Qwen2Config", _GROUPED),
    "qwen3": ("Qwen3Config", _GROUPED | {"head_dim": 16}),
    "gpt2": ("GPT2Config", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128, "initializer_range": 0.2}),
}
CHAT_SHAPES = ("mistral", "qwen2")


def make_checkpoint(shape: str, folder: Path) -> Path:
    """Save a random model of that shape with a tokenizer; two of the shapes have a chat template."""
    import torch
    import transformers

    tokenizer = make_tokenizer(chat=shape in CHAT_SHAPES)
    kind, sizes = SHAPES[shape]
    config = getattr(transformers, kind)(
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **sizes,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = transformers.AutoModelForCausalLM.from_config(config)
    with without_bars():
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_tokenizer(*, chat: bool) -> Any:
    """Train a byte-level BPE on a few sentences."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|begin|>", END, "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<|begin|> $A", special_tokens=[("<|begin|>", 1)])
    named = {"bos_token": "<|begin|>", "eos_token": END, "pad_token": "<|pad|>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)
    if chat:
        fast.chat_template = CHAT_TEMPLATE
    return fast


def fit(peft_model: Any, tokenizer: Any, *, steps: int = 8, rate: float = 5e-2) -> list[float]:
    """Fit an adapter to the sentences for a few steps; give the losses."""
    import torch

    batch = tokenizer(list(SENTENCES), padding=True, return_tensors="pt")
    labels = batch.input_ids.masked_fill(batch.attention_mask == 0, -100)
    optimizer = torch.optim.AdamW([p for p in peft_model.parameters() if p.requires_grad], lr=rate)
    peft_model.train()
    losses = []
    for _ in range(steps):
        loss = peft_model(input_ids=batch.input_ids, attention_mask=batch.attention_mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    peft_model.eval()
    return losses
