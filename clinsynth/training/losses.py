"""How well a model predicts texts after their prompts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.training.packing import Document

if TYPE_CHECKING:
    from torch import Tensor

_MAX_LOGITS = 2**26  # at once: 256 MiB in float32
NOT_A_TARGET = -100  # what transformers leaves out of a loss


def padded(documents: Sequence[Document], *, pad: int) -> dict[str, "Tensor"]:
    """Lay documents out as a batch of transformers: padded on the right, prompts and padding left out of the loss.

    Returns:
        input_ids, attention_mask and labels, each int64 of shape (documents, longest).
    """
    import torch

    shape = (len(documents), max(map(len, documents)))
    tokens = np.full(shape, pad, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    labels = np.full(shape, NOT_A_TARGET, dtype=np.int64)
    for row, document in enumerate(documents):
        end = len(document)
        tokens[row, :end] = document.tokens
        mask[row, :end] = 1
        labels[row, document.n_prompt : end] = document.tokens[document.n_prompt :]
    return {
        "input_ids": torch.from_numpy(tokens),
        "attention_mask": torch.from_numpy(mask),
        "labels": torch.from_numpy(labels),
    }


def text_nats(model: Any, documents: Sequence[Document], *, pad: int) -> NDArray[np.float64]:  # noqa: ANN401 - transformers or peft
    """Give the negative log-likelihood of each text after its prompt, in nats, shape (documents,).

    Args:
        model: A causal model, with or without a PEFT adapter; its soft prompts may come before the tokens.
        documents: None longer than the model's context.
        pad: The token to pad with.
    """
    import torch

    result = np.zeros(len(documents))
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for rows in _batches(documents, model.config.get_text_config().vocab_size):
            batch = padded([documents[row] for row in rows], pad=pad)
            labels = batch.pop("labels")
            inputs = {name: values.to(model.device) for name, values in batch.items()}
            logits = model(**inputs).logits[:, -labels.shape[1] :].float().cpu()
            losses = torch.nn.functional.cross_entropy(
                logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=NOT_A_TARGET, reduction="none"
            )
            result[rows] = losses.view(len(rows), -1).sum(-1).double().numpy()
    model.train(was_training)
    return result


def _batches(documents: Sequence[Document], vocabulary: int) -> Iterator[list[int]]:
    """Cut positions, by length, into batches whose logits fit."""
    batch: list[int] = []
    for row in sorted(range(len(documents)), key=lambda index: len(documents[index])):
        if batch and (len(batch) + 1) * len(documents[row]) * vocabulary > _MAX_LOGITS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def n_targets(document: Document) -> int:
    """Count the tokens of a document that a model is scored on."""
    return len(document) - max(document.n_prompt, 1)
