"""Pretraining: a small language model from nothing, in stages, that can be killed and goes on."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.errors import ConfigError, MissingError
from clinsynth.recipes import Pretrain, Stage
from clinsynth.seeds import derive_seed
from clinsynth.training import checkpoints
from clinsynth.training.base_model import Stepper, new_model, rate_at, text_losses
from clinsynth.training.checkpoints import WORK, TrainLog
from clinsynth.training.export import COMMAND, Made, model_card, write_model
from clinsynth.training.held_out import Measured, bits_per_character, kept, without_prompts
from clinsynth.training.model_card import write_card
from clinsynth.training.packing import Rows, pack, read_rows, write_rows
from clinsynth.training.resources import (
    Footprint,
    pretraining_footprint,
    require_memory,
    seconds_of,
)
from clinsynth.training.sources import check_source
from clinsynth.training.streams import Texts, tokenizer_texts
from clinsynth.training.tokens import train_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

log = logging.getLogger(__name__)

MICRO_TOKENS = 4096  # one forward pass; larger ones leave the caches of the processor and are slower
LOG_EVERY = 20
MEASURE_EVERY = 200
HELD_OUT_NOTES = 60
MEASURED_NOTES = 8
CHECKPOINT_SECONDS = 300.0
_LARGEST_VOCABULARY = 2**16
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """One pretraining: its recipe, its seed, where its text is, where it writes, and the command that repeats it."""

    config: Pretrain
    seed: int
    out: Path
    root: Path
    ontology: str = "core"
    command: str = COMMAND
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    @property
    def work(self) -> Path:
        """The folder of what only training needs."""
        return self.out / WORK

    def steps_of(self, stage: Stage) -> int:
        """Count the steps of a stage."""
        return max(1, stage.n_tokens // self.config.batch_tokens)

    @property
    def n_steps(self) -> int:
        """How many steps the whole recipe has."""
        return sum(self.steps_of(stage) for stage in self.config.stages)

    def length_of(self, stage: Stage) -> int:
        """Give the length of a stage's rows, in tokens."""
        return stage.context or self.config.context


def check(config: Pretrain) -> None:
    """Refuse a recipe that cannot be trained, or must not be.

    Raises:
        ConfigError: A stage has no source, a source is not for training, or the numbers do not fit each other.
    """
    if not config.stages:
        raise ConfigError("pretrain: there are no stages; configs/pretrain.yaml shows some")
    for source in (*config.tokenizer_sources, *(source for stage in config.stages for source in stage.sources)):
        check_source(source)
    if not all(stage.sources for stage in config.stages) or not config.tokenizer_sources:
        raise ConfigError("pretrain: each stage, and the tokenizer, needs at least one source")
    if config.hidden % (2 * config.heads):
        raise ConfigError(f"pretrain: hidden ({config.hidden}) must be a multiple of twice the heads ({config.heads})")
    if config.vocabulary > _LARGEST_VOCABULARY:
        raise ConfigError(f"pretrain: the vocabulary holds at most {_LARGEST_VOCABULARY} tokens")
    longest = max(config.context, *(stage.context or 0 for stage in config.stages))
    if longest > min(config.context, config.batch_tokens):
        raise ConfigError("pretrain: a stage's context must fit the model's context and batch_tokens")


def estimate(config: Pretrain, *, measure: bool = True) -> Footprint:
    """Estimate memory, arithmetic and, from a step that is measured here, time.

    Raises:
        ConfigError: The recipe cannot be trained.
        ResourceError: The memory is not there.
    """
    check(config)
    footprint = pretraining_footprint(config, micro_tokens=MICRO_TOKENS)
    require_memory(footprint)
    if not measure:
        return footprint
    n_tokens = sum(stage.n_tokens for stage in config.stages)
    return Footprint(
        n_parameters=footprint.n_parameters,
        memory_bytes=footprint.memory_bytes,
        flops=footprint.flops,
        seconds=n_tokens * _seconds_a_token(config),
    )


def _seconds_a_token(config: Pretrain) -> float:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(config.threads)
    shape = LlamaConfig(
        vocab_size=config.vocabulary,
        hidden_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        intermediate_size=config.intermediate,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(shape)
    n_rows = max(1, min(MICRO_TOKENS, config.batch_tokens) // config.context)
    tokens = torch.zeros((n_rows, config.context), dtype=torch.long)

    def step() -> None:
        text_losses(model, tokens, torch.ones_like(tokens, dtype=torch.bool)).mean().backward()
        model.zero_grad()

    return seconds_of(step) / (n_rows * config.context)


def pretrain(training: Training, *, progress: Progress) -> Path:
    """Train a base model, or go on with one, and give its folder.

    Stages follow each other under one learning-rate schedule; the text of a stage is prepared when its turn comes and
    kept packed on disk. The model is trained to write texts, not prompts. Attention is causal over a whole packed row,
    so a document sees those before it in its row. The same recipe, seed, data and machine give the same weights,
    interrupted or not.

    Raises:
        ConfigError: The recipe cannot be trained.
        OutputError: The folder holds another training, or something else.
        ResourceError: The memory is not there.
    """
    estimate(training.config, measure=False)
    checkpoints.claim(training.out, checkpoints.recipe_hash(training.config, seed=training.seed))
    log.info("pretraining takes %s", estimate(training.config))
    loop = _loop(training, progress)
    step = 0
    if (found := checkpoints.load(training.out)) is not None:
        step, tensors = found
        loop.stepper.load(tensors)
        log.info("going on from step %d of %d", step, training.n_steps)
    loop.run(step)
    return export(training, progress=progress)


def export(training: Training, *, progress: Progress) -> Path:
    """Write the model of the last checkpoint, whether training has ended or not, with what it measures and its card.

    Raises:
        MissingError: There is no checkpoint yet.
    """
    found = checkpoints.load(training.out)
    if found is None:
        raise MissingError(f"{training.out} holds no checkpoint yet; run clinsynth pretrain first")
    step, tensors = found
    loop = _loop(training, progress)
    loop.stepper.load(tensors)
    model = loop.stepper.model
    progress("measure", 0, 1)
    context = training.config.context
    fitting = [item for item in loop.held_out() if len(item.document) <= context]
    bare = without_prompts(fitting, start=int(loop.tokenizer.eos_token_id))
    write_model(training.out, model, loop.tokenizer)
    made = Made(
        name=training.out.name,
        config=training.config,
        seed=training.seed,
        n_parameters=model.num_parameters(),
        n_tokens=step * training.config.batch_tokens,
        held_out=bits_per_character(model, fitting, context=context, seed=training.seed),
        without_prompt=bits_per_character(model, bare, context=context, seed=training.seed),
        command=training.command,
    )
    write_card(training.out, model_card(made))
    progress("measure", 1, 1)
    return training.out


def _loop(training: Training, progress: Progress) -> "_Loop":
    import torch

    torch.set_num_threads(training.config.threads)
    tokenizer = _tokenizer(training, progress)
    model = new_model(training.config, tokenizer, seed=derive_seed(training.seed, "weights"))
    stepper = Stepper(model=model, rate=training.config.learning_rate)
    return _Loop(training=training, stepper=stepper, tokenizer=tokenizer, progress=progress)


def _tokenizer(training: Training, progress: Progress) -> "PreTrainedTokenizerFast":
    from transformers import PreTrainedTokenizerFast

    folder = training.work / "tokenizer"
    if not (folder / "tokenizer_config.json").is_file():
        progress("tokenizer", 0, 1)
        texts = tokenizer_texts(training.config.tokenizer_sources, root=training.root, seed=training.seed)
        trained = train_tokenizer(texts, vocabulary=training.config.vocabulary, context=training.config.context)
        aside = training.work / "tokenizer.part"
        trained.save_pretrained(aside)
        aside.replace(folder)
        progress("tokenizer", 1, 1)
    tokenizer: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return tokenizer


@dataclass(frozen=True, kw_only=True)
class _Loop:
    training: Training
    stepper: Stepper
    tokenizer: "PreTrainedTokenizerFast"
    progress: Progress

    def run(self, first_step: int) -> None:
        """Take the steps that are left, then keep the last checkpoint."""
        n_steps = self.training.n_steps
        if first_step >= n_steps:
            return
        self.held_out()
        train_log = TrainLog(self.training.out / "train_log.jsonl", step=first_step)
        losses: list[float] = []
        saved_at = logged_at = time.monotonic()
        for step, rows, start, n_rows in self._schedule(first_step):
            losses.append(self._step(rows, start, n_rows, rate_at(step, n_steps)))
            done = step + 1
            if done % LOG_EVERY == 0 or done == n_steps:
                speed = len(losses) * self.training.config.batch_tokens / (time.monotonic() - logged_at)
                train_log.add(self._line(done, losses, speed))
                losses, logged_at = [], time.monotonic()
                self.progress("pretrain", done, n_steps)
            if done % MEASURE_EVERY == 0:
                train_log.add({"step": done, "held_out_bits": self._measured()})
            if time.monotonic() - saved_at > self.training.checkpoint_seconds or done == n_steps:
                checkpoints.save(self.training.out, self.stepper.state(), step=done)
                saved_at = time.monotonic()

    def _schedule(self, first_step: int) -> Iterator[tuple[int, Rows, int, int]]:
        """Yield (step, rows of its stage, first row, number of rows) from a step on."""
        step = 0
        for number, stage in enumerate(self.training.config.stages):
            n_rows = max(1, self.training.config.batch_tokens // self.training.length_of(stage))
            last = step + self.training.steps_of(stage)
            if last > first_step:
                rows = self._rows(number, stage, n_rows * self.training.steps_of(stage))
                for within in range(max(first_step - step, 0), last - step):
                    yield step + within, rows, within * n_rows, n_rows
            step = last

    def _rows(self, number: int, stage: Stage, n_rows: int) -> Rows:
        """Give the packed rows of a stage, prepared now if they are not there yet."""
        name = f"stage-{number}"
        if (kept := read_rows(self.training.work, name)) is not None:
            return kept
        self.progress(f"text of stage {number + 1}", 0, 1)
        length = self.training.length_of(stage)
        seed = derive_seed(self.training.seed, "stage", number)
        documents = self._texts.stage(stage, n_tokens=n_rows * length, seed=seed)
        packed = pack(documents, length=length, pad=int(self.tokenizer.pad_token_id))
        rows = Rows(tokens=packed.tokens[:n_rows], targets=packed.targets[:n_rows])
        write_rows(self.training.work, name, rows)
        self.progress(f"text of stage {number + 1}", 1, 1)
        return rows

    def _step(self, rows: Rows, start: int, n_rows: int, share: float) -> float:
        """Take one step on some rows; give the mean loss of a target, in nats."""
        import torch

        tokens = torch.from_numpy(np.asarray(rows.tokens[start : start + n_rows], dtype=np.int64))
        targets = torch.from_numpy(np.array(rows.targets[start : start + n_rows]))
        n_targets = max(1, int(targets[:, 1:].sum()))
        size = max(1, MICRO_TOKENS // tokens.shape[1])
        total = 0.0
        self.stepper.model.train()
        for first in range(0, n_rows, size):
            part = slice(first, first + size)
            loss = text_losses(self.stepper.model, tokens[part], targets[part]).sum() / n_targets
            loss.backward()
            total += float(loss.detach())
        self.stepper.step(share)
        return total

    def _line(self, done: int, losses: list[float], speed: float) -> dict[str, float]:
        return {
            "step": done,
            "tokens": done * self.training.config.batch_tokens,
            "loss": round(sum(losses) / len(losses), 4),
            "rate": self.training.config.learning_rate * rate_at(done - 1, self.training.n_steps),
            "tokens_per_second": round(speed, 1),
        }

    @property
    def _texts(self) -> Texts:
        return Texts(tokenizer=self.tokenizer, root=self.training.root, ontology=self.training.ontology)

    def held_out(self) -> list[Measured]:
        """Give what the model is measured on, in the form of the last stage."""

        def prepare() -> Iterator[Measured]:
            self.progress("held-out text", 0, 1)
            seed = derive_seed(self.training.seed, "held-out")
            return self._texts.held_out(self.training.config.stages[-1], n_notes=HELD_OUT_NOTES, seed=seed)

        return kept(self.training.work / "held-out.npz", prepare)

    def _measured(self) -> dict[str, float]:
        """Give the bits a held-out character takes, by source, on a small part of the held-out documents."""
        few = [item for item in self.held_out() if item.note < MEASURED_NOTES]
        estimates = bits_per_character(
            self.stepper.model, few, context=self.training.config.context, seed=self.training.seed, draws=1
        )
        return {source: round(found.value, 4) for source, found in estimates.items()}
