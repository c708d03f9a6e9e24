"""Bits a character of text: the language model, told and untold, beside an n-gram model, on the same sections."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from kneser_ney import KneserNey
from numpy.typing import NDArray
from texts import Told

from clinsynth.estimates import Estimate, bootstrap
from clinsynth.training.losses import text_nats
from clinsynth.training.packing import Document

PROMPTED, BARE, UNTOLD = "given its prompt", "given type and heading", "given nothing"


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Sections with the nats that each way of asking takes.

    Attributes:
        notes: The note of each section.
        characters: Of each section.
        nats: By way, shape (sections,).
        n_left_out: Sections that do not fit the model's context.
    """

    notes: NDArray[np.int64]
    characters: NDArray[np.int64]
    nats: Mapping[str, NDArray[np.float64]] = field(repr=False)
    n_left_out: int

    def _sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        _, places = np.unique(self.notes, return_inverse=True)
        return np.bincount(places, weights=values).astype(float)

    def bits(self, way: str, *, seed: int) -> Estimate:
        """Estimate bits a character, over notes."""
        spent, characters = self._sums(self.nats[way]) / math.log(2), self._sums(self.characters.astype(float))
        return bootstrap(lambda rows: float(spent[rows].sum() / characters[rows].sum()), len(spent), seed=seed)

    def difference(self, way: str, other: str, *, seed: int) -> Estimate:
        """Estimate by how much one way takes more bits a character than another on the same notes."""
        more = (self._sums(self.nats[way]) - self._sums(self.nats[other])) / math.log(2)
        characters = self._sums(self.characters.astype(float))
        return bootstrap(lambda rows: float(more[rows].sum() / characters[rows].sum()), len(more), seed=seed)


def scored(
    sections: Sequence[Told],
    model: "object",
    tokenizer: "object",
    grams: Mapping[str, KneserNey],
    *,
    context: int,
) -> Scored:
    """Score sections by the model in three ways, and by the n-gram models; the end of each text is scored too."""
    asked = [_documents(section, tokenizer) for section in sections]
    fitting = [number for number, ways in enumerate(asked) if len(ways[PROMPTED]) <= context]
    nats = {
        way: text_nats(model, [asked[number][way] for number in fitting], pad=0) for way in (PROMPTED, BARE, UNTOLD)
    }
    for name, gram in grams.items():
        nats[name] = np.array([gram.nats(asked[number][UNTOLD].tokens.tolist()).sum() for number in fitting])
    return Scored(
        notes=np.array([sections[number].note for number in fitting], dtype=np.int64),
        characters=np.array([len(sections[number].text) for number in fitting], dtype=np.int64),
        nats=nats,
        n_left_out=len(sections) - len(fitting),
    )


def _documents(section: Told, tokenizer: "object") -> dict[str, Document]:
    def tokens(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False, verbose=False).input_ids)  # type: ignore[operator]

    end = int(tokenizer.eos_token_id)  # type: ignore[attr-defined]
    text = [*tokens(section.text), end]
    before = {PROMPTED: tokens(section.prompt), BARE: tokens(section.bare), UNTOLD: [end]}
    return {
        way: Document(tokens=np.array([*prompt, *text], dtype=np.int64), n_prompt=len(prompt))
        for way, prompt in before.items()
    }
