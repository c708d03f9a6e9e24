"""Any causal language model of transformers, with any PEFT adapter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from clinsynth.backbones.reading import room_for
from clinsynth.backbones.slotting import SlotTokens
from clinsynth.backbones.writing import Stops, score, write
from clinsynth.checkpoints import Dtype, load_adapter, load_model, load_tokenizer, merged, model_folder
from clinsynth.errors import ConfigError
from clinsynth.records import Generation, Prompt

_SYSTEM_PROBE = "a-system-turn"

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True, kw_only=True)
class TransformersBackbone:
    """Writes with a causal language model from a folder, or from the hub if that is allowed.

    Attributes:
        model: A folder with config.json, safetensors weights and a tokenizer, or an id of the Hugging Face hub.
        adapter: The folder of a PEFT adapter for prompts that name none.
        dtype: "auto" keeps the precision that the weights are stored in.
        device: "auto" takes a GPU if there is one.
        allow_download: Whether a hub id that is not on this machine may be fetched.
        chat: Whether a prompt is wrapped by the tokenizer's chat template; None: if it has one.
        logprobs: Whether a `Generation` holds the log-probability of each token.
        merge: Whether adapters are added into a copy of the weights: faster, for the memory of one more model each.
    """

    model: str
    adapter: str | None = None
    dtype: Dtype = "auto"
    device: str = "auto"
    allow_download: bool = False
    chat: bool | None = None
    logprobs: bool = False
    merge: bool = False

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Write for a batch; each prompt draws from a generator of its own, seeded by its seed.

        Prompts with different adapters are written one adapter after the other; every other setting may differ freely.

        Raises:
            MissingError: The model or an adapter is not on this machine.
            InputError: The model or an adapter cannot be used.
            ConfigError: A prompt and what is to be written do not fit the model, or an adapter does not.
        """
        if len(prompts) != len(seeds):
            raise ValueError(f"one seed for each prompt was expected; got {len(seeds)} for {len(prompts)}")
        done: dict[int, Generation] = {}
        for folder, rows in self._by_adapter(prompts):
            texts = self._write(folder, [prompts[row] for row in rows], [seeds[row] for row in rows])
            done.update(zip(rows, texts, strict=True))
        return [done[row] for row in range(len(prompts))]

    def score(self, prompts: Sequence[Prompt], continuations: Sequence[str]) -> list[tuple[float, ...]]:
        """Give the natural-log probability of each token of each continuation after its prompt.

        A continuation is cut into tokens by itself, as if it had been written after the prompt.

        Raises:
            ConfigError: A prompt with its continuation does not fit the model.
        """
        after = [self._tokenizer(text, add_special_tokens=False).input_ids for text in continuations]
        done: dict[int, tuple[float, ...]] = {}
        for folder, rows in self._by_adapter(prompts):
            model = self._adapted(folder)
            tokens = [self._tokens(prompts[row]) for row in rows]
            for before, row in zip(tokens, rows, strict=True):
                self._check_fits(model, len(before), len(after[row]), "its continuation of")
            scores = score(model, tokens, [after[row] for row in rows])
            done.update((row, tuple(values)) for row, values in zip(rows, scores, strict=True))
        return [done[row] for row in range(len(prompts))]

    def find(self) -> Path:
        """Say where the model is on this machine, without loading it.

        Raises:
            MissingError: It is not here.
            InputError: What is there is no model.
        """
        return Path(model_folder(self.model, allow_download=self.allow_download))

    def _write(self, folder: str | None, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        model = self._adapted(folder)
        tokens = [self._tokens(prompt) for prompt in prompts]
        for before, prompt in zip(tokens, prompts, strict=True):
            self._check_fits(model, len(before), prompt.max_new_tokens, "max_new_tokens =")
        return write(
            model,
            tokens,
            prompts,
            seeds,
            stops_of=self._stops_of,
            slots=self._slot_tokens,
            with_logprobs=self.logprobs,
            bare=self._bare_tokens(prompts),
        )

    def _bare_tokens(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        """Give the tokens of the bare prompts; none where no prompt guides."""
        if all(prompt.guidance == 1 for prompt in prompts):
            return []
        return [self._tokens(replace(prompt, text=prompt.bare)) for prompt in prompts]

    def _by_adapter(self, prompts: Sequence[Prompt]) -> Iterator[tuple[str | None, list[int]]]:
        folders = [prompt.adapter or self.adapter for prompt in prompts]
        for folder in dict.fromkeys(folders):
            yield folder, [row for row, named in enumerate(folders) if named == folder]

    def _check_fits(self, model: Any, n_prompt: int, n_more: int, more: str) -> None:  # noqa: ANN401 - transformers or peft
        room = room_for(model, n_prompt)
        if room is not None and n_more > room:
            raise ConfigError(
                f"a prompt of {n_prompt} tokens and {more} {n_more} do not fit the {n_prompt + room} tokens "
                f"that {self.model} can read; shorten the prompt or lower max_new_tokens"
            )

    @cached_property
    def _model(self) -> "PreTrainedModel":
        return load_model(self.model, dtype=self.dtype, device=self.device, allow_download=self.allow_download)

    @cached_property
    def _tokenizer(self) -> "PreTrainedTokenizerBase":
        return load_tokenizer(self.model, allow_download=self.allow_download)

    @cached_property
    def _adapted_models(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _slot_tokens(self) -> SlotTokens:
        return SlotTokens(self._tokenizer, sorted(self._end_ids))

    @cached_property
    def _known_stops(self) -> dict[tuple[str, ...], Stops]:
        return {}

    def _adapted(self, folder: str | None) -> Any:  # noqa: ANN401 - transformers or peft
        if folder is None:
            return self._model
        if folder not in self._adapted_models:
            adapt = merged if self.merge else load_adapter
            self._adapted_models[folder] = adapt(self._model, folder)
        return self._adapted_models[folder]

    def _tokens(self, prompt: Prompt) -> list[int]:
        tokenizer = self._tokenizer
        if self._chats:
            turns = self._turns(prompt)
            text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            tokens: list[int] = tokenizer(text, add_special_tokens=False).input_ids
        else:
            tokens = tokenizer(_in_one(prompt)).input_ids
        return tokens or [self._first_token]

    def _turns(self, prompt: Prompt) -> list[dict[str, str]]:
        if prompt.system and self._has_system_turn:
            return [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.text}]
        return [{"role": "user", "content": _in_one(prompt)}]

    @cached_property
    def _has_system_turn(self) -> bool:
        """Whether the chat template takes a system turn: some refuse it, some leave it out without a word."""
        turns = [{"role": "system", "content": _SYSTEM_PROBE}, {"role": "user", "content": "text"}]
        try:
            return _SYSTEM_PROBE in str(self._tokenizer.apply_chat_template(turns, tokenize=False))
        except TemplateError:
            return False

    @cached_property
    def _chats(self) -> bool:
        has_template = self._tokenizer.chat_template is not None
        if self.chat and not has_template:
            raise ConfigError(f"chat: the tokenizer of {self.model} has no chat template; leave chat out")
        return has_template if self.chat is None else self.chat

    @property
    def _first_token(self) -> int:
        """What an empty prompt becomes: a model cannot read nothing."""
        known = (self._tokenizer.bos_token_id, *sorted(self._end_ids))
        first = next((token for token in known if token is not None), None)
        if first is None:
            raise ConfigError(f"the prompt is empty, and the tokenizer of {self.model} has no token to begin with")
        return int(first)

    @cached_property
    def _end_ids(self) -> frozenset[int]:
        generation = getattr(self._model, "generation_config", None)
        named = (
            getattr(generation, "eos_token_id", None),
            self._model.config.get_text_config().eos_token_id,
            self._tokenizer.eos_token_id,
        )
        ids = (token for ends in named for token in (ends if isinstance(ends, list) else [ends]))
        return frozenset(int(token) for token in ids if token is not None)

    def _stops_of(self, prompt: Prompt) -> Stops:
        if prompt.stops not in self._known_stops:
            self._known_stops[prompt.stops] = Stops(prompt.stops, self._tokenizer, self._end_ids)
        return self._known_stops[prompt.stops]


def _in_one(prompt: Prompt) -> str:
    """Give what a model without a system turn reads: the system text in front."""
    return f"{prompt.system}\n\n{prompt.text}" if prompt.system else prompt.text
