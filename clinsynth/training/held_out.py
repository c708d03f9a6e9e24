"""What a base model is measured on while it is trained: notes and articles that it never sees."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.estimates import Estimate, bootstrap
from clinsynth.storage import replacing
from clinsynth.training.losses import text_nats
from clinsynth.training.packing import Document

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One document of a held-out note.

    Attributes:
        source: The data set it is from.
        note: The number of its note; documents of one note are measured together.
        n_characters: Of its text.
    """

    source: str
    note: int
    n_characters: int
    document: Document = field(repr=False)


def measured(source: str, note: int, document: Document, tokenizer: "PreTrainedTokenizerFast") -> Measured:
    """Count the characters of a document's text, without its prompt and end token."""
    text = tokenizer.decode(document.tokens[document.n_prompt : -1].astype(int).tolist())
    return Measured(source=source, note=note, n_characters=max(1, len(text)), document=document)


def without_prompts(items: Iterable[Measured], *, start: int) -> list[Measured]:
    """Give the same texts after nothing but the token `start`, which ends the text before."""
    bare: list[Measured] = []
    for item in items:
        text = item.document.tokens[item.document.n_prompt :]
        tokens = np.concatenate([np.array([start], dtype=text.dtype), text])
        bare.append(dataclasses.replace(item, document=Document(tokens=tokens, n_prompt=1)))
    return bare


def kept(path: Path, prepare: Callable[[], Iterable[Measured]]) -> list[Measured]:
    """Read the held-out documents from disk, or prepare them once and keep them there."""
    if not path.is_file():
        _write(path, list(prepare()))
    with np.load(path, allow_pickle=False) as arrays:
        ends = np.cumsum(arrays["n_tokens"])
        return [
            Measured(
                source=str(arrays["source"][row]),
                note=int(arrays["note"][row]),
                n_characters=int(arrays["n_characters"][row]),
                document=Document(
                    tokens=arrays["tokens"][end - arrays["n_tokens"][row] : end], n_prompt=int(arrays["n_prompt"][row])
                ),
            )
            for row, end in enumerate(ends)
        ]


def _write(path: Path, items: Sequence[Measured]) -> None:
    documents = [item.document for item in items]
    with replacing(path) as file:
        np.savez(
            file,
            source=np.array([item.source for item in items], dtype=str),
            note=np.array([item.note for item in items], dtype=np.int64),
            n_characters=np.array([item.n_characters for item in items], dtype=np.int64),
            n_prompt=np.array([document.n_prompt for document in documents], dtype=np.int64),
            n_tokens=np.array([len(document) for document in documents], dtype=np.int64),
            tokens=np.concatenate([np.zeros(0, np.uint16), *(document.tokens for document in documents)]),
        )


def bits_per_character(
    model: "PreTrainedModel", items: Sequence[Measured], *, context: int, seed: int, draws: int = 1000
) -> dict[str, Estimate]:
    """Estimate, for each source, the bits a character of text takes, with an interval over its notes.

    A text that does not fit the model's context with its prompt is left out.
    """
    items = [item for item in items if len(item.document) <= context]
    spent = text_nats(model, [item.document for item in items], pad=0)
    answers: dict[str, Estimate] = {}
    for source in sorted({item.source for item in items}):
        rows = [index for index, item in enumerate(items) if item.source == source]
        notes = sorted({items[index].note for index in rows})
        place = {note: number for number, note in enumerate(notes)}
        sums = np.zeros((len(notes), 2))
        for index in rows:
            sums[place[items[index].note]] += (spent[index] / math.log(2), items[index].n_characters)
        answers[source] = bootstrap(
            lambda drawn, sums=sums: float(sums[drawn, 0].sum() / sums[drawn, 1].sum()),  # type: ignore[misc]
            len(notes),
            seed=seed,
            draws=draws,
        )
    return answers
