"""Texts as vectors: the hidden states of any transformers model, averaged over ranges of the text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.checkpoints import device_named, load_tokenizer
from clinsynth.errors import InputError, MissingError
from clinsynth.learners.laying import Laid

_EMBEDDED = Path(__file__).resolve().parent.parent / "embedded"
_SHIPPED = ("encoder", "lm")  # the first that came with this installation reads
_EMPTY = "."


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """A model that reads: an encoder, or a causal model whose states are averaged.

    Attributes:
        model: A folder or hub id; None: the encoder that ships, or else the language model.
        max_tokens: Longer texts are cut off.
    """

    model: str | None = None
    max_tokens: int = 256
    batch_size: int = 32
    allow_download: bool = False
    device: str = "auto"
    _known: dict[Laid, NDArray[np.float32]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def vectors(self, texts: Sequence[Laid]) -> NDArray[np.float32]:
        """Encode texts of one kind: float32 of shape (n_texts, n_groups * width). What was encoded before is kept."""
        missing = sorted(
            {text for text in texts if text not in self._known}, key=lambda text: (len(text.text), text.text)
        )
        for start in range(0, len(missing), self.batch_size):
            batch = missing[start : start + self.batch_size]
            self._known.update(zip(batch, self._encode(batch), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _encode(self, batch: Sequence[Laid]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            vectors: NDArray[np.float32] = self.pooled(self.network, batch).float().cpu().numpy()
        return vectors

    def pooled(self, network: Any, batch: Sequence[Laid]) -> Any:  # noqa: ANN401 - torch
        """Run a model over a batch and average: (batch, n_groups * width); an empty group averages the whole text."""
        encoded, weights = self._inputs(batch, network.device)
        hidden = network(**encoded).last_hidden_state
        # (batch, groups, tokens) x (batch, tokens, width)
        return (weights.to(hidden.dtype) @ hidden).flatten(1)

    def _inputs(self, batch: Sequence[Laid], device: Any) -> tuple[dict[str, Any], Any]:  # noqa: ANN401 - torch
        import torch

        encoded = self.tokenizer(
            [laid.text or _EMPTY for laid in batch],
            truncation=True,
            max_length=self.max_tokens,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy()
        mask = encoded["attention_mask"].numpy().astype(bool)
        weights = np.stack([_weights(*row) for row in zip(batch, offsets, mask, strict=True)])
        inputs = {name: encoded[name].to(device) for name in ("input_ids", "attention_mask")}
        return inputs, torch.from_numpy(weights).to(device)

    @cached_property
    def tokenizer(self) -> Any:  # noqa: ANN401 - transformers
        """The tokenizer, padding on the right.

        Raises:
            InputError: It cannot say where its tokens stand in the text.
        """
        tokenizer = load_tokenizer(self._source, allow_download=self.allow_download)
        if not tokenizer.is_fast:
            raise InputError(f"the tokenizer of {self._source} does not give positions; save it as tokenizer.json")
        tokenizer.padding_side = "right"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    @cached_property
    def network(self) -> Any:  # noqa: ANN401 - transformers
        """The model, frozen."""
        return self.load().eval().requires_grad_(requires_grad=False)

    def load(self) -> Any:  # noqa: ANN401 - transformers
        """Load a fresh copy of the model in single precision.

        Raises:
            MissingError: It is not on this machine.
        """
        from transformers import AutoModel

        source = self._source
        try:
            model = AutoModel.from_pretrained(
                source,
                dtype="float32",
                use_safetensors=True,
                local_files_only=not self.allow_download,
                trust_remote_code=False,
            )
        except OSError as error:
            raise MissingError(
                f"the model {source} is not on this machine; give the folder of a model with safetensors weights, "
                "or allow_download: true for a hub id"
            ) from error
        return model.to(device_named(self.device))

    @property
    def _source(self) -> str:
        if self.model is not None:
            return self.model
        for name in _SHIPPED:
            if (_EMBEDDED / name / "config.json").is_file():
                return str(_EMBEDDED / name)
        raise MissingError(
            f"there is no embedded model in {_EMBEDDED}; name one by the option model, "
            f"or make it by clinsynth models train encoder --out {_EMBEDDED / _SHIPPED[0]}"
        )


def _weights(laid: Laid, offsets: NDArray[np.int64], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the weight of each token in the average of each group: (groups, tokens), rows that sum to 1."""
    starts, ends = offsets[:, 0], offsets[:, 1]
    stands = mask & (ends > starts)
    everywhere = stands if stands.any() else mask
    rows = []
    for group in laid.groups:
        inside = np.zeros_like(stands)
        for start, end in group:
            inside |= stands & (starts < end) & (ends > start)
        chosen = inside if inside.any() else everywhere
        rows.append(chosen / max(1, chosen.sum()))
    return np.asarray(rows, dtype=np.float32)
