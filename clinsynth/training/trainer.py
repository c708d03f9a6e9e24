"""The trainer of transformers, set up so that a fit can be killed, goes on, and ends as if it had not been."""

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinsynth.training.losses import padded
from clinsynth.training.packing import Document

if TYPE_CHECKING:
    from peft import PeftModel

_WHOLE = "complete"  # a checkpoint without this file was being written when the process was killed
_WARM_UP_SHARE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """What the trainer is told.

    Attributes:
        evaluate_every: Steps between two validations, each with a checkpoint.
        patience: Validations without a gain before it stops.
        pad: The token to pad with.
        bf16: Whether matrices are multiplied in bf16.
    """

    work: Path
    n_steps: int
    batch_size: int
    learning_rate: float
    evaluate_every: int
    patience: int
    pad: int
    seed: int
    bf16: bool


def fit(
    model: "PeftModel",
    train: Sequence[Document],
    validation: Sequence[Document],
    *,
    settings: Fit,
    progress: Callable[[str, int, int], None],
) -> int:
    """Fit the adapter of a model and leave it with the best weights validation has seen; give the steps taken."""
    from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainingArguments

    arguments = TrainingArguments(
        output_dir=str(settings.work),
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size,
        max_steps=settings.n_steps,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=int(settings.n_steps * _WARM_UP_SHARE),
        weight_decay=0.0,
        bf16=settings.bf16,
        eval_strategy="steps",
        eval_steps=settings.evaluate_every,
        save_strategy="steps",
        save_steps=settings.evaluate_every,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        restore_callback_states_from_checkpoint=True,
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        label_names=["labels"],
        seed=settings.seed % 2**32,
        use_cpu=model.device.type == "cpu",
        dataloader_pin_memory=model.device.type != "cpu",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=_rows(train),
        eval_dataset=_rows(validation),
        data_collator=lambda rows: padded([row["document"] for row in rows], pad=settings.pad),
        callbacks=[EarlyStoppingCallback(early_stopping_patience=settings.patience), _telling(progress)],
    )
    trainer.remove_callback(PrinterCallback)
    checkpoint = last_checkpoint(settings.work, steps_an_epoch=math.ceil(len(train) / settings.batch_size))
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    # Else the model would stay in bf16, and be measured otherwise than it was before.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    return int(trainer.state.global_step)


def _rows(documents: Sequence[Document]) -> list[dict[str, Any]]:
    # The trainer groups rows by the length of "input_ids".
    return [{"input_ids": document.tokens, "document": document} for document in documents]


def _telling(progress: Callable[[str, int, int], None]) -> Any:  # noqa: ANN401 - a callback of transformers
    from transformers import TrainerCallback

    class Telling(TrainerCallback):  # type: ignore[misc]
        """Tells the progress, and marks checkpoints that are whole."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
            progress("adapt", state.global_step, state.max_steps)

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
            (Path(args.output_dir) / f"checkpoint-{state.global_step}" / _WHOLE).touch()

    return Telling()


def last_checkpoint(work: Path, *, steps_an_epoch: int) -> Path | None:
    """Give the last whole checkpoint from which a fit goes on as if it had not stopped, and remove later ones.

    That is one at the end of an epoch: the trainer draws the order of an epoch's batches from the global generator as
    the epoch begins, and that of an epoch which was broken off cannot be drawn again.
    """
    found = {int(folder.name.partition("-")[2]): folder for folder in work.glob("checkpoint-*")}
    usable = [step for step, folder in found.items() if step % steps_an_epoch == 0 and (folder / _WHOLE).is_file()]
    last = max(usable, default=0)
    for step, folder in found.items():
        if step > last or not (folder / _WHOLE).is_file():
            shutil.rmtree(folder)
    return found.get(last)
