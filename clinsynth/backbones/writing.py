"""The writing of a batch, token by token, until every row has ended."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clinsynth.backbones.drawing import Draw
from clinsynth.backbones.guiding import Guided
from clinsynth.backbones.reading import Reading
from clinsynth.backbones.slotting import Slotting, SlotTokens
from clinsynth.records import Generation, Prompt

if TYPE_CHECKING:
    from torch import Tensor


_HARDLY = math.log(1e-3)


class Stops:
    """Finds where the text of one row ends."""

    def __init__(self, stops: Sequence[str], tokenizer: Any, end_ids: Collection[int]) -> None:  # noqa: ANN401 - any tokenizer
        """Take the stop texts and the tokens that end any text; a stop that is a token of its own becomes one."""
        special = tokenizer.get_added_vocab()
        self._tokenizer = tokenizer
        self._texts = tuple(stop for stop in stops if stop and stop not in special)
        self.end_ids = frozenset(end_ids) | {special[stop] for stop in stops if stop in special}
        self._may_end: dict[int, bool] = {}

    def reached(self, ids: Sequence[int]) -> bool:
        """Say whether the last token completed a stop text."""
        return bool(self._texts) and self._may_complete(ids[-1]) and self._end(self.text(ids)) is not None

    def text(self, ids: Sequence[int]) -> str:
        """Give the text of tokens."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text

    def cut(self, text: str) -> str:
        """Cut a text before the first stop."""
        return text[: self._end(text)]

    def _end(self, text: str) -> int | None:
        return min((at for stop in self._texts if (at := text.find(stop)) >= 0), default=None)

    def _may_complete(self, token: int) -> bool:
        # Decoding a whole row at every token would cost more than drawing it.
        if token not in self._may_end:
            self._may_end[token] = self._has_last_character(self.text([token]))
        return self._may_end[token]

    def _has_last_character(self, piece: str) -> bool:
        # A space may be lost, and a character be in several pieces, when a token is decoded alone.
        return "\ufffd" in piece or any(stop[-1] in piece or stop[-1] == " " for stop in self._texts)


@dataclass(kw_only=True, slots=True)
class _Row:
    prompt: Prompt
    stops: Stops
    ids: list[int] = field(default_factory=list)
    slotting: Slotting | None = None
    logprobs: list[float] = field(default_factory=list)
    n_forced: int = 0
    ended: str | None = None

    def take(self, token: int, logprob: float | None) -> None:
        if self.ended is not None:
            return
        if token in self.stops.end_ids:
            self.ended = "stop"
            return
        self.ids.append(token)
        if self.slotting is not None:
            self.slotting.take(token)
            self.n_forced += logprob is not None and logprob < _HARDLY
        if logprob is not None:
            self.logprobs.append(logprob)
        if self.stops.reached(self.ids):
            self.ended = "stop"
        elif len(self.ids) >= self.prompt.max_new_tokens:
            self.ended = "length"

    def generation(self, *, with_logprobs: bool) -> Generation:
        return Generation(
            text=self.stops.cut(self.stops.text(self.ids)),
            ended=self.ended or "length",
            n_tokens=len(self.ids),
            logprobs=tuple(self.logprobs) if with_logprobs else None,
            n_forced=self.n_forced,
        )


def write(  # noqa: PLR0913 - a batch is its rows, and what each of them needs
    model: Any,  # noqa: ANN401 - transformers or peft
    tokens: Sequence[Sequence[int]],
    prompts: Sequence[Prompt],
    seeds: Sequence[int],
    *,
    stops_of: Callable[[Prompt], Stops],
    slots: SlotTokens,
    with_logprobs: bool,
    bare: Sequence[Sequence[int]] = (),
) -> list[Generation]:
    """Write one text a row.

    Args:
        model: A causal model, with or without an adapter.
        tokens: The prompts as token ids.
        prompts: Their settings.
        seeds: One generator a row.
        stops_of: Gives what ends a prompt's text.
        slots: How typed slots are written, for the prompts that ask for any.
        with_logprobs: Whether to keep the log-probability, before temperature and the like, of each token.
        bare: The prompts without what they state, as token ids, where any of them guides; see `Guided`.
    """
    import torch

    rows = [
        _Row(prompt=prompt, stops=stops_of(prompt), slotting=_slotting(prompt, slots) if prompt.slots else None)
        for prompt in prompts
    ]
    steps = max(prompt.max_new_tokens for prompt in prompts)
    with torch.inference_mode():
        prompted = Reading(model, tokens, room=steps)
        reading: Reading | Guided = prompted
        if bare:
            weights = [prompt.guidance for prompt in prompts]
            reading = Guided(prompted, Reading(model, bare, room=steps), weights)
        logits = reading.start()[:, -1]
        draw = Draw(prompts, seeds, logits.device)
        written = torch.empty(len(rows), steps, dtype=torch.long, device=logits.device)
        for step in range(steps):
            chosen = draw(_constrained(logits, rows), written[:, :step])
            written[:, step] = chosen
            scored = with_logprobs or any(row.slotting for row in rows)
            logprobs = _logprobs(logits, chosen) if scored else [None] * len(rows)
            for row, token, logprob in zip(rows, chosen.tolist(), logprobs, strict=True):
                row.take(token, logprob)
            if all(row.ended for row in rows):
                break
            logits = reading.go_on(chosen)
    return [row.generation(with_logprobs=with_logprobs) for row in rows]


def _slotting(prompt: Prompt, slots: SlotTokens) -> Slotting:
    return Slotting(prompt.slots, slots, prompt.max_new_tokens)


def _constrained(logits: "Tensor", rows: Sequence[_Row]) -> "Tensor":
    """Keep the rows that have slots to them; (rows, vocabulary)."""
    if all(row.slotting is None or row.ended for row in rows):
        return logits
    constrained = logits.clone()
    for place, row in enumerate(rows):
        if row.slotting is not None and not row.ended:
            constrained[place] = row.slotting.constrain(logits[place])
    return constrained


def score(model: Any, tokens: Sequence[Sequence[int]], continuations: Sequence[Sequence[int]]) -> list[list[float]]:  # noqa: ANN401
    """Give the log-probability of each token of each continuation after its prompt, all as token ids."""
    import torch

    longest = max(map(len, continuations))
    rows = [[*before, *after] for before, after in zip(tokens, continuations, strict=True)]
    with torch.inference_mode():
        logits = Reading(model, rows, room=0).start(keep=longest + 1)
        totals = logits.logsumexp(-1)
        return [
            _row_score(logits[row], totals[row], torch.tensor(after, dtype=torch.long, device=logits.device))
            for row, after in enumerate(continuations)
        ]


def _row_score(logits: "Tensor", totals: "Tensor", after: "Tensor") -> list[float]:
    at = slice(-len(after) - 1, -1)
    scores: list[float] = (logits[at].gather(-1, after[:, None])[:, 0] - totals[at]).tolist()
    return scores


def _logprobs(logits: "Tensor", chosen: "Tensor") -> list[float]:
    scores: list[float] = (logits.gather(-1, chosen[:, None])[:, 0] - logits.logsumexp(-1)).tolist()
    return scores
