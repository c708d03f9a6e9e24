"""A batch on its way through a causal language model: padding, positions, cache and soft prompts."""

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clinsynth.checkpoints import context_length

if TYPE_CHECKING:
    from torch import Tensor


class Reading:
    """What a model has read so far of a batch of token sequences, one row each.

    Sequences are padded on the left, and every row counts its positions from its own first token, so that a row reads
    the same beside longer ones as alone. Soft prompts of PEFT come before the padding and count as positions.
    """

    def __init__(self, model: Any, rows: Sequence[Sequence[int]], *, room: int) -> None:  # noqa: ANN401 - transformers or peft
        """Lay a batch out.

        Args:
            model: A causal model of transformers, with or without a PEFT adapter.
            rows: Token ids, none of them empty.
            room: How many more tokens each row may be given.
        """
        import torch

        self._model = model
        self._body = model.get_base_model() if hasattr(model, "peft_config") else model
        self._takes = frozenset(inspect.signature(self._body.forward).parameters)
        self._soft = _soft_prompt(model)
        width = max(map(len, rows))
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        mask = torch.ones(len(rows), self._soft + width + room, dtype=torch.long)
        for row, tokens in enumerate(rows):
            padding = width - len(tokens)
            ids[row, padding:] = torch.tensor(tokens)
            mask[row, self._soft : self._soft + padding] = 0
        self._ids = ids.to(self._body.device)
        self._mask = mask.to(self._body.device)
        # A row that has ended is fed on beside the others; a learned position beyond the last would be an error.
        self._positions = (self._mask.cumsum(-1) - 1).clamp(min=0, max=(context_length(model) or mask.shape[1]) - 1)
        self._n_read = 0
        self._cache: Any = None

    def start(self, *, keep: int = 1) -> "Tensor":
        """Read the sequences; give the logits after the last `keep` tokens: float32 (rows, keep, vocabulary)."""
        if not self._soft:
            return self._read(self._ids.shape[1], keep, input_ids=self._ids)
        prompt = self._model.get_prompt(len(self._ids))
        if self._model.active_peft_config.peft_type == "PREFIX_TUNING":
            self._cache, self._n_read = prompt, self._soft
            return self._read(self._ids.shape[1], keep, input_ids=self._ids)
        import torch

        words = self._model.word_embeddings(self._ids)
        embeddings = torch.cat([prompt.to(words.dtype), words], dim=1)
        return self._read(embeddings.shape[1], keep, inputs_embeds=embeddings)

    def go_on(self, tokens: "Tensor") -> "Tensor":
        """Read one more token a row, shape (rows,); give the logits after it: float32 (rows, vocabulary)."""
        return self._read(1, 1, input_ids=tokens[:, None])[:, -1]

    def _read(self, n: int, keep: int, **inputs: "Tensor") -> "Tensor":
        end = self._n_read + n
        options: dict[str, Any] = {}
        if "position_ids" in self._takes:
            options["position_ids"] = self._positions[:, self._n_read : end]
        if "logits_to_keep" in self._takes:
            options["logits_to_keep"] = keep
        output = self._body(
            **inputs, **options, attention_mask=self._mask[:, :end], past_key_values=self._cache, use_cache=True
        )
        self._cache, self._n_read = output.past_key_values, end
        return output.logits[:, -keep:].float()


def _soft_prompt(model: Any) -> int:  # noqa: ANN401 - transformers or peft
    """Count the tokens that an adapter puts before every sequence."""
    if not hasattr(model, "peft_config") or not model.active_peft_config.is_prompt_learning:
        return 0
    return int(model.active_peft_config.num_virtual_tokens)


def room_for(model: Any, n_tokens: int) -> int | None:  # noqa: ANN401 - transformers or peft
    """Say how many tokens a model can still write after a prompt of that length; None: no limit."""
    limit = context_length(model)
    return None if limit is None else limit - _soft_prompt(model) - n_tokens
