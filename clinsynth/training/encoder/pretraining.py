"""The training of the embedded encoder: it can be killed at any moment, and goes on."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clinsynth.backbones.embedded import EmbeddedBackbone
from clinsynth.checkpoints import load_tokenizer, model_folder
from clinsynth.errors import ConfigError
from clinsynth.estimates import Estimate
from clinsynth.recipes import EncoderRecipe
from clinsynth.seeds import derive_seed
from clinsynth.storage import digest
from clinsynth.training import checkpoints
from clinsynth.training.base_model import Stepper, rate_at
from clinsynth.training.checkpoints import WORK, TrainLog
from clinsynth.training.encoder.export import Made, write_encoder
from clinsynth.training.encoder.held_out import masked_estimates, masked_sums
from clinsynth.training.encoder.masking import Masker, masker
from clinsynth.training.encoder.model import begin, masked_logits, new_encoder, with_mask
from clinsynth.training.encoder.text import held_out_texts, training_rows
from clinsynth.training.held_out import Measured, kept
from clinsynth.training.packing import Document, Rows, read_rows, write_rows
from clinsynth.training.sources import check_source

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

log = logging.getLogger(__name__)

LOG_EVERY = 20
MEASURE_EVERY = 100
MEASURED_NOTES = 12
SEEN, SEEN_ROWS = "seen", 128
CHECKPOINT_SECONDS = 120.0
WEIGHTS = "model.safetensors"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class EncoderTraining:
    """One training of an encoder: its recipe, its seed, where its text is and where it writes."""

    config: EncoderRecipe
    seed: int
    out: Path
    root: Path
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    @property
    def n_rows(self) -> int:
        """How many rows a step reads."""
        return max(1, self.config.batch_tokens // self.config.context)

    @property
    def n_steps(self) -> int:
        """How many steps the recipe has."""
        return max(1, self.config.n_tokens // (self.n_rows * self.config.context))

    @cached_property
    def start(self) -> Path:
        """The folder of the causal model.

        Raises:
            MissingError: It is not on this machine.
            InputError: It is no model with safetensors weights.
        """
        return Path(model_folder(self.config.start)) if self.config.start else EmbeddedBackbone().folder

    @cached_property
    def recipe(self) -> str:
        """The SHA-256 of everything that decides the weights, those it starts from included: 64 hex digits."""
        told = {
            "encoder": self.config.model_dump(mode="json", exclude={"start"}),
            "seed": self.seed,
            "start": [digest(self.start / name) for name in (WEIGHTS, "tokenizer.json")],
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def check(config: EncoderRecipe) -> None:
    """Refuse a recipe that cannot be trained, or must not be.

    Raises:
        ConfigError: There is no source, a source is not for training, or a row does not fit a step.
    """
    if not config.sources:
        raise ConfigError("encoder: there are no sources; configs/encoder.yaml shows some")
    for source in config.sources:
        check_source(source)
    if config.context > config.batch_tokens:
        raise ConfigError(f"encoder: a row of {config.context} tokens does not fit batch_tokens={config.batch_tokens}")


def train(training: EncoderTraining, *, progress: Progress) -> Path:
    """Train an encoder, or go on with one, and give its folder.

    The same recipe, start, seed, data and machine give the same weights, interrupted or not.

    Raises:
        ConfigError: The recipe cannot be trained, or does not fit the model it starts from.
        InputError: The model it starts from cannot be read.
        MissingError: A data set, or the model it starts from, is not on this machine.
        OutputError: The folder holds another training.
    """
    import torch

    torch.set_num_threads(training.config.threads)
    check(training.config)
    checkpoints.claim(training.out, training.recipe)
    loop = _Loop.of(training, progress)
    step = 0
    if (found := checkpoints.load(training.out)) is not None:
        step, tensors = found
        loop.stepper.load(tensors)
        log.info("going on from step %d of %d", step, training.n_steps)
    loop.run(step)
    loop.export()
    return training.out


def _begun(training: EncoderTraining, tokenizer: "PreTrainedTokenizerFast") -> "PreTrainedModel":
    """Give the model as it is before the first step."""
    config = training.config
    causal = json.loads((training.start / "config.json").read_text(encoding="utf-8"))
    encoder = new_encoder(
        causal,
        tokenizer,
        layers=config.layers,
        intermediate=config.intermediate,
        seed=derive_seed(training.seed, "weights"),
    )
    if config.weights == "start":
        begin(encoder, _weights(training.start))
    return encoder


def _weights(folder: Path) -> "dict[str, Tensor]":
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = load_file(folder / WEIGHTS)
    return weights


@dataclass(frozen=True, kw_only=True)
class _Loop:
    training: EncoderTraining
    stepper: Stepper
    tokenizer: "PreTrainedTokenizerFast"
    masker: Masker
    progress: Progress

    @classmethod
    def of(cls, training: EncoderTraining, progress: Progress) -> "_Loop":
        tokenizer: Any = with_mask(load_tokenizer(str(training.start)))
        tokenizer.model_max_length = training.config.context
        return cls(
            training=training,
            stepper=Stepper(model=_begun(training, tokenizer), rate=training.config.learning_rate),
            tokenizer=tokenizer,
            masker=masker(tokenizer, share=training.config.masked_share),
            progress=progress,
        )

    def run(self, first_step: int) -> None:
        """Take the steps that are left, then keep the last checkpoint."""
        n_steps = self.training.n_steps
        if first_step >= n_steps:
            return
        rows, few = self._rows(), self._few()
        train_log = TrainLog(self.training.out / "train_log.jsonl", step=first_step)
        losses: list[float] = []
        saved_at = logged_at = time.monotonic()
        for step in range(first_step, n_steps):
            losses.append(self._step(rows, step))
            done = step + 1
            if done % LOG_EVERY == 0 or done == n_steps:
                train_log.add(self._line(done, losses, time.monotonic() - logged_at))
                losses, logged_at = [], time.monotonic()
                self.progress("encoder", done, n_steps)
            if done % MEASURE_EVERY == 0:
                train_log.add({"step": done, "held_out_nats": self._measured(few)})
            if time.monotonic() - saved_at > self.training.checkpoint_seconds or done == n_steps:
                checkpoints.save(self.training.out, self.stepper.state(), step=done)
                saved_at = time.monotonic()

    def _step(self, rows: Rows, step: int) -> float:
        """Take one step on the rows of its turn; give the mean loss of a masked token, in nats."""
        import torch

        turn = slice(step * self.training.n_rows, (step + 1) * self.training.n_rows)
        tokens = np.asarray(rows.tokens[turn], dtype=np.int64)
        masked = self.masker(tokens, np.asarray(rows.targets[turn]), seed=derive_seed(self.training.seed, "mask", step))
        chosen = torch.from_numpy(masked.chosen)
        self.stepper.model.train()
        logits = masked_logits(self.stepper.model, torch.from_numpy(masked.given), chosen)
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(tokens)[chosen])
        loss.backward()
        self.stepper.step(rate_at(step, self.training.n_steps))
        return float(loss.detach())

    def _line(self, done: int, losses: list[float], seconds: float) -> dict[str, float]:
        a_step = self.training.n_rows * self.training.config.context
        return {
            "step": done,
            "tokens": done * a_step,
            "loss": round(sum(losses) / len(losses), 4),
            "rate": self.training.config.learning_rate * rate_at(done - 1, self.training.n_steps),
            "tokens_per_second": round(len(losses) * a_step / seconds, 1),
        }

    def _rows(self) -> Rows:
        """Give the rows of the whole training, prepared now if they are not there yet."""
        folder = self.training.out / WORK
        if (found := read_rows(folder, "rows")) is not None:
            return found
        self.progress("text", 0, 1)
        rows = training_rows(
            self.training.config,
            self.tokenizer,
            root=self.training.root,
            n_rows=self.training.n_rows * self.training.n_steps,
            seed=derive_seed(self.training.seed, "text"),
        )
        write_rows(folder, "rows", rows)
        self.progress("text", 1, 1)
        return rows

    def _held_out(self) -> list[Measured]:
        def prepare() -> Iterator[Measured]:
            seed = derive_seed(self.training.seed, "held-out")
            return held_out_texts(self.training.config, self.tokenizer, root=self.training.root, seed=seed)

        return kept(self.training.out / WORK / "held-out.npz", prepare)

    def _few(self) -> list[Measured]:
        return [item for item in self._held_out() if item.note < MEASURED_NOTES]

    def _seen(self) -> list[Measured]:
        """Give rows that the model was trained on, spread over the training."""
        rows = self._rows()
        return [
            Measured(source=SEEN, note=place, n_characters=1, document=Document(tokens=np.array(rows.tokens[place])))
            for place in range(0, len(rows), max(1, len(rows) // SEEN_ROWS))
        ]

    def _measured(self, items: list[Measured]) -> dict[str, float]:
        """Give the nats that a masked token takes in held-out articles and notes."""
        found = self._estimates(self.stepper.model, items, draws=1)
        return {kind: round(measured["nats"].value, 4) for kind, measured in found.items()}

    def _estimates(
        self, model: "PreTrainedModel", items: list[Measured], draws: int = 1000
    ) -> dict[str, dict[str, Estimate]]:
        pad, seed = int(self.tokenizer.pad_token_id), derive_seed(self.training.seed, "measure")
        return masked_estimates(
            items, masked_sums(model, items, self.masker, pad=pad, seed=seed), seed=seed, draws=draws
        )

    def export(self) -> None:
        """Write the model, what it measures on all held-out texts, and its card."""
        self.progress("measure", 0, 1)
        items, model = self._held_out(), self.stepper.model
        made = Made(
            config=self.training.config,
            seed=self.training.seed,
            recipe=self.training.recipe,
            start=self.training.start,
            n_tokens=self.training.n_steps * self.training.n_rows * self.training.config.context,
            n_steps=self.training.n_steps,
            held_out=self._estimates(model, items),
            before=self._estimates(_begun(self.training, self.tokenizer), items),
            seen=self._estimates(model, self._seen())["notes"],
        )
        write_encoder(self.training.out, model, self.tokenizer, made)
        self.progress("measure", 1, 1)
