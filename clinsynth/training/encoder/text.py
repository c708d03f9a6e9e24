"""What the encoder reads: the texts of the language model without its prompts, one after the other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.recipes import EncoderRecipe, Stage
from clinsynth.training.held_out import Measured
from clinsynth.training.packing import Document, Rows
from clinsynth.training.streams import Texts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

HELD_OUT_NOTES = 60
TEXTS_A_NOTE = 4  # an article has some sixty
_PROMPT_ALLOWANCE = 1.15  # prompts are cut off after the texts were counted
_LEAST_TOKENS = 16


def training_rows(
    recipe: EncoderRecipe, tokenizer: "PreTrainedTokenizerFast", *, root: Path, n_rows: int, seed: int
) -> Rows:
    """Give `n_rows` rows of running text; where a text ends and the next begins, the end token stands."""
    texts = Texts(tokenizer=tokenizer, root=root)
    n_tokens = n_rows * recipe.context
    asked = int(n_tokens * _PROMPT_ALLOWANCE)
    while True:
        stage = Stage(sources=recipe.sources, n_tokens=asked, form="text", context=recipe.context)
        documents = texts.stage(stage, n_tokens=asked, seed=seed)
        running = np.concatenate([document.tokens[document.n_prompt :] for document in documents])
        if len(running) >= n_tokens:
            return _cut(running[:n_tokens], recipe.context, end=int(tokenizer.eos_token_id))
        asked += asked // 2


def _cut(running: NDArray[np.integer[Any]], length: int, *, end: int) -> Rows:
    tokens = running.astype(np.uint16).reshape(-1, length)
    return Rows(tokens=tokens, targets=tokens != end)


def held_out_texts(
    recipe: EncoderRecipe, tokenizer: "PreTrainedTokenizerFast", *, root: Path, seed: int
) -> Iterator[Measured]:
    """Give the first few texts of each note and article that is held out, without prompts, none longer than a row."""
    stage = Stage(sources=recipe.sources, n_tokens=1, form="text", context=recipe.context)
    n_given: Counter[tuple[str, int]] = Counter()
    for item in Texts(tokenizer=tokenizer, root=root).held_out(stage, n_notes=HELD_OUT_NOTES, seed=seed):
        tokens = item.document.tokens[item.document.n_prompt :][: recipe.context]
        of_note = (item.source, item.note)
        if len(tokens) >= _LEAST_TOKENS and n_given[of_note] < TEXTS_A_NOTE:
            n_given[of_note] += 1
            yield Measured(
                source=item.source, note=item.note, n_characters=item.n_characters, document=Document(tokens=tokens)
            )


def batches(items: Sequence[Measured], size: int) -> Iterable[list[int]]:
    """Cut the numbers of texts into batches of about the same length each."""
    order = sorted(range(len(items)), key=lambda index: (len(items[index].document), index))
    return (order[start : start + size] for start in range(0, len(order), size))
