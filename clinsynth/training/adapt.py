"""Adapting: a PEFT adapter fitted to sections of real notes, each conditioned on what the note states."""

import json
import logging
import math
import shutil
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.adapters import ADAPTERS
from clinsynth.adapters.loading import save_adapter
from clinsynth.checkpoints import context_length, load_model, load_tokenizer, multiplies_bf16
from clinsynth.config import Adapt
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.storage import write_json
from clinsynth.training.adapted import (
    Adapted,
    Adapting,
    Outcome,
    adapting_hash,
    claimed,
    from_card,
    make_card,
    settled,
    validation_losses,
)
from clinsynth.training.losses import n_targets, padded, text_nats
from clinsynth.training.model_card import PAGE, ModelCard, write_card
from clinsynth.training.packing import Document
from clinsynth.training.pairs import Encoder, Pairs, Texts, n_tokens, note_texts, parted
from clinsynth.training.resources import Footprint, activation_bytes, require_memory, seconds_of
from clinsynth.training.trainer import Fit, fit

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

log = logging.getLogger(__name__)

EVALUATIONS = 8  # in a fit, each with a checkpoint
MAX_VALIDATION = 160  # documents scored each time
_FORWARD_SHARE = 0.4  # of a step, which also goes backward
_TIMED_STEPS = 3
Progress = Callable[[str, int, int], None]


def fit_adapter(adapting: Adapting, notes: Iterable[Note], *, own: Texts = (), progress: Progress) -> Adapted:
    """Fit an adapter, go on with one that was interrupted, or give the one that is there already.

    `max_minutes` is turned into steps before the fit starts, by timing a few; a fit that goes on keeps them. So an
    interrupted fit ends with the same adapter as one that was not, but the number of steps, which the card tells,
    depends on the machine.

    Args:
        adapting: What is adapted, and how.
        notes: To learn from, section by section.
        own: Pairs of prompt and text to learn from besides, by id.
        progress: Told of each step.

    Raises:
        ConfigError: The method or an option is wrong, or does not fit the model.
        InputError: There are too few notes to learn from.
        MissingError: The model is not on this machine.
        OutputError: The folder holds something else, or an adapter fitted otherwise.
        ResourceError: The memory is not there.
    """
    config = adapting.config
    if adapting.own_from and (card := settled(adapting)) is not None:
        return _finished(adapting, card)
    texts = note_texts(
        notes, ontology=adapting.ontology, seed=adapting.seed, faithful=config.faithful, form=config.form
    )
    return fit_texts(adapting, chain(own, texts), progress=progress)


def fit_texts(adapting: Adapting, texts: Texts, *, progress: Progress) -> Adapted:
    """Fit an adapter to pairs of prompt and text, by id; see `fit_adapter`."""
    import torch

    torch.set_num_threads(adapting.config.threads)
    _require_room(adapting)
    model = load_model(adapting.model, dtype=_dtype(), allow_download=adapting.allow_download)
    tokenizer = load_tokenizer(adapting.model, allow_download=adapting.allow_download)
    method = adapting.config.method
    peft_config = ADAPTERS.build(method.name, **method.options).peft_config(model)
    encoder = Encoder(tokenizer=tokenizer, context=_context(adapting.config, model, peft_config), chat=adapting.chat)
    pairs = parted(texts, encoder, validation_share=adapting.config.validation_share, seed=adapting.seed)
    made_from = adapting_hash(adapting, model, pairs)
    if (card := claimed(adapting, made_from)) is not None:
        return _finished(adapting, card)
    peft_model = _with_adapter(model, peft_config, seed=derive_seed(adapting.seed, "adapter"))
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else encoder.end
    fitted = _Fitting(adapting=adapting, model=peft_model, pairs=pairs, pad=int(pad), progress=progress)
    return fitted.run(made_from)


def estimate_adapter(model: "PeftModel", pairs: Pairs, config: Adapt, *, pad: int) -> Footprint:
    """Estimate what a fit takes; the time comes from a step that is measured here, and changes no weight."""
    shape = model.config.get_text_config()
    longest = max(map(len, pairs.documents))
    n_all = sum(weights.numel() for weights in model.parameters())
    n_trained = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    kept = activation_bytes(
        n_tokens=config.batch_size * longest,
        hidden=shape.hidden_size,
        layers=shape.num_hidden_layers,
        intermediate=getattr(shape, "intermediate_size", None) or 4 * shape.hidden_size,
        vocabulary=shape.vocab_size,
    )
    tokens = n_tokens(pairs.documents) * config.epochs
    return Footprint(
        n_parameters=n_all,
        memory_bytes=4 * n_all + 16 * n_trained + kept,
        flops=(4.0 * n_all + 2.0 * n_trained) * tokens,
        seconds=_steps_wanted(pairs, config) * _seconds_a_step(model, pairs, config, pad=pad),
    )


def _steps_wanted(pairs: Pairs, config: Adapt) -> int:
    return max(1, round(config.epochs * math.ceil(len(pairs.documents) / config.batch_size)))


def _seconds_a_step(model: "PeftModel", pairs: Pairs, config: Adapt, *, pad: int) -> float:
    """Time steps on documents of middling length."""
    by_length = sorted(pairs.documents, key=len)
    middle = max(0, int(0.6 * len(by_length)) - config.batch_size // 2)
    batch = padded(by_length[middle : middle + config.batch_size], pad=pad)
    inputs = {name: values.to(model.device) for name, values in batch.items()}
    import torch

    def step() -> None:
        with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=multiplies_bf16()):
            model(**inputs).loss.backward()
        model.zero_grad()

    model.train()
    return seconds_of(step, repeats=_TIMED_STEPS)


@dataclass(frozen=True, kw_only=True)
class _Fitting:
    adapting: Adapting
    model: "PeftModel"
    pairs: Pairs
    pad: int
    progress: Progress

    def run(self, made_from: str) -> Adapted:
        config = self.adapting.config
        planned = self._planned_steps()
        with self.model.disable_adapter():
            before = self._note_losses()
        settings = Fit(
            work=self.adapting.work,
            n_steps=planned["n_steps"],
            batch_size=config.batch_size,
            learning_rate=config.learning_rate,
            evaluate_every=max(1, math.ceil(planned["n_steps"] / EVALUATIONS)),
            patience=config.patience,
            pad=self.pad,
            seed=derive_seed(self.adapting.seed, "fit"),
            bf16=multiplies_bf16(),
        )
        n_steps = fit(self.model, self.pairs.documents, self._validation(), settings=settings, progress=self.progress)
        if config.half:
            _round(self.model)  # what is measured is what will be stored
        stopped = "early" if n_steps < planned["n_steps"] else "time" if planned["bounded"] else "done"
        outcome = Outcome(
            n_steps=n_steps,
            n_planned=planned["n_steps"],
            n_parameters=sum(weights.numel() for weights in self.model.parameters() if weights.requires_grad),
            stopped=stopped,
            losses=validation_losses(before, self._note_losses(), seed=self.adapting.seed),
        )
        card = make_card(self.adapting, self.pairs, outcome, made_from=made_from)
        if config.half:
            _halve(self.model)
        save_adapter(self.model, self.adapting.out, card.model_dump(mode="json"))
        return _finished(self.adapting, card)

    def _validation(self) -> list[Document]:
        return self.pairs.held_out[:MAX_VALIDATION]

    def _planned_steps(self) -> dict[str, int]:
        """Give the steps to take, as they were planned when this fit first started."""
        path = self.adapting.work / "plan.json"
        if path.is_file():
            kept: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["steps"]
            return kept
        config = self.adapting.config
        estimate = estimate_adapter(self.model, self.pairs, config, pad=self.pad)
        require_memory(estimate)
        log.info("adapting takes %s", estimate)
        wanted = _steps_wanted(self.pairs, config)
        n_steps = wanted
        if config.max_minutes is not None:
            n_steps = min(wanted, self._affordable(config.max_minutes * 60, float(estimate.seconds or 0) / wanted))
        planned = {"n_steps": n_steps, "bounded": int(n_steps < wanted)}
        write_json(path, {"steps": planned, "estimate": str(estimate)})
        return planned

    def _affordable(self, seconds: float, seconds_a_step: float) -> int:
        """Count the steps that fit a time, beside the validations."""
        per_document = seconds_a_step / self.adapting.config.batch_size * _FORWARD_SHARE
        validating = per_document * (EVALUATIONS * len(self._validation()) + 2 * len(self.pairs.held_out))
        return max(1, int((seconds - validating) / seconds_a_step))

    def _note_losses(self) -> NDArray[np.float64]:
        """Give (nats, tokens) of each validation note, shape (notes, 2)."""
        nats = iter(text_nats(self.model, self.pairs.held_out, pad=self.pad))
        return np.array(
            [
                (sum(next(nats) for _ in documents), sum(n_targets(document) for document in documents))
                for documents in self.pairs.validation
            ]
        )


def _finished(adapting: Adapting, card: ModelCard) -> Adapted:
    """Put the page of an adapter that is whole, and take away its checkpoints; a kill may have left that undone."""
    if adapting.work.exists() or not (adapting.out / PAGE).is_file():
        write_card(adapting.out, card)
        shutil.rmtree(adapting.work, ignore_errors=True)
    return from_card(adapting.out, card)


def _round(model: "PeftModel") -> None:
    """Round the weights of the adapter to what bfloat16 can hold; they keep their type."""
    import torch

    for weights in model.parameters():
        if weights.requires_grad:
            weights.data = weights.data.to(torch.bfloat16).to(weights.dtype)


def _halve(model: "PeftModel") -> None:
    """Store the weights of the adapter in bfloat16."""
    import torch

    for weights in model.parameters():
        if weights.requires_grad:
            weights.data = weights.data.to(torch.bfloat16)


def _context(config: Adapt, model: "PreTrainedModel", peft_config: "PeftConfig") -> int:
    """Give the longest document: as configured, within what the model can read behind the adapter's soft prompt."""
    soft = int(peft_config.num_virtual_tokens) if peft_config.is_prompt_learning else 0
    return min(config.context, (context_length(model) or config.context + soft) - soft)


def _with_adapter(model: "PreTrainedModel", peft_config: "PeftConfig", *, seed: int) -> "PeftModel":
    """Put a new adapter on a model; the weights below it are frozen."""
    import torch
    from peft import get_peft_model

    with torch.random.fork_rng(), warnings.catch_warnings():
        # PEFT still asks transformers by the old name; neither the user nor we can mend that.
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
        torch.manual_seed(seed)
        return get_peft_model(model, peft_config)


def _require_room(adapting: Adapting) -> None:
    """Refuse a model whose weights alone do not fit, before they are loaded."""
    stored = sum(path.stat().st_size for path in Path(adapting.model).glob("*.safetensors"))
    if stored:
        require_memory(Footprint(n_parameters=stored // 2, memory_bytes=2 * stored, flops=0.0))


def _dtype() -> Any:  # noqa: ANN401 - a literal of checkpoints
    import torch

    return "bfloat16" if torch.cuda.is_available() else "float32"
