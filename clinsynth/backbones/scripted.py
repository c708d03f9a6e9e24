"""A backbone without a model: for tests, tutorials and dry runs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clinsynth.errors import ConfigError
from clinsynth.records import Generation, Prompt

_OPENINGS = ("Seen today.", "Seen for review.", "Reviewed with the team.", "History taken at the bedside.")
_WORD = re.compile(r"\s*\S+")
_SLOT_AND_WORDS = re.compile(r"(\[[A-Z]+_\d+\]) [^\[]*?(?= \[|$)")  # "[DRUG_1] metformin", up to the next slot


@dataclass(frozen=True, kw_only=True)
class ScriptedBackbone:
    """Answers from a script, always the same for the same prompt and seed. A word counts as a token.

    Attributes:
        responses: Texts, chosen by seed; or what to answer to a prompt that contains a text, the first that does; the
            empty text is in every prompt.
        echo: Write sentences that state what the prompt asks to be stated, so that a run passes its own checks.
            Prompts that ask for nothing are answered from the responses, if there are any.
    """

    responses: tuple[str, ...] | Mapping[str, str] = field(default=(), repr=False)
    echo: bool = False

    def __post_init__(self) -> None:
        if not self.responses and not self.echo:
            raise ConfigError("scripted has nothing to say; give responses, or echo: true")

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Write one text for each prompt.

        Raises:
            ConfigError: A prompt contains none of the texts that have an answer.
        """
        return [self._generation(prompt, seed) for prompt, seed in zip(prompts, seeds, strict=True)]

    def _generation(self, prompt: Prompt, seed: int) -> Generation:
        text = self._text(prompt.text, seed)
        ends = [at for stop in prompt.stops if stop and (at := text.find(stop)) >= 0]
        words = _WORD.findall(text[: min(ends, default=len(text))])
        kept = words[: prompt.max_new_tokens]
        return Generation(text="".join(kept), ended="stop" if len(kept) == len(words) else "length", n_tokens=len(kept))

    def _text(self, prompt: str, seed: int) -> str:
        statements = stated(prompt) if self.echo else ()
        if statements or not self.responses:
            return " ".join([_OPENINGS[seed % len(_OPENINGS)], *statements])
        if isinstance(self.responses, Mapping):
            return _answer(self.responses, prompt)
        return self.responses[seed % len(self.responses)]


def stated(prompt: str) -> tuple[str, ...]:
    r"""Turn the State line of a prompt into sentences, age and sex before it into the first one.

    Where the prompt has typed slots, the sentences hold these and not the words behind them.

    >>> stated("[Progress Note | PLAN]\nAge: 64. Sex: female.\nState: no chest pain; potassium 5.9 mmol/L.\nText:\n")
    ('Patient is a 64-year-old female.', 'No chest pain.', 'Potassium 5.9 mmol/L.')
    """
    age = re.search(r"^Age: (\[AGE\]|\d+)", prompt, re.MULTILINE)
    sex = re.search(r"\bSex: (\w+)\.", prompt)
    line = re.search(r"^State: (.+)\.$", prompt, re.MULTILINE)
    who = " ".join([*([f"{age[1]}-year-old"] if age else []), *([sex[1]] if sex else [])])
    sentences = [f"Patient is a {who}."] if who else []
    facts = [_SLOT_AND_WORDS.sub(r"\1", fact) for fact in line[1].split("; ")] if line else []
    # A sentence each: a negation must not reach into the next fact.
    return (*sentences, *(f"{fact[:1].upper()}{fact[1:]}." for fact in facts))


def _answer(responses: Mapping[str, str], prompt: str) -> str:
    for part, text in responses.items():
        if part in prompt:
            return text
    raise ConfigError('no response of scripted fits a prompt; add one for "", which fits any')
