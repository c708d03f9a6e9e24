"""How well an encoder tells the masked words of texts it never saw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clinsynth.estimates import Estimate, bootstrap
from clinsynth.seeds import derive_seed
from clinsynth.training.encoder.masking import Masker
from clinsynth.training.encoder.model import masked_logits
from clinsynth.training.encoder.text import batches
from clinsynth.training.held_out import Measured
from clinsynth.training.sources import ARTICLES

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_ROWS = 16
Sums = NDArray[np.float64]


def masked_sums(model: "PreTrainedModel", items: Sequence[Measured], masker: Masker, *, pad: int, seed: int) -> Sums:
    """Give (nats, tokens told right, tokens masked) of each text, shape (texts, 3); the same seed masks the same."""
    import torch

    sums = np.zeros((len(items), 3))
    model.eval()
    with torch.inference_mode():
        for rows in batches(items, _ROWS):
            tokens, attended = _laid([items[row] for row in rows], pad)
            masked = masker(tokens, attended, seed=derive_seed(seed, "rows", *rows))
            chosen = torch.from_numpy(masked.chosen)
            inputs = (torch.from_numpy(masked.given), chosen)
            logits = masked_logits(model, *inputs, attended=torch.from_numpy(attended.astype(np.int64)))
            wanted = torch.from_numpy(tokens)[chosen]
            losses = torch.nn.functional.cross_entropy(logits, wanted, reduction="none").numpy()
            right = (logits.argmax(-1) == wanted).numpy()
            places = np.asarray(rows)[masked.chosen.nonzero()[0]]
            np.add.at(sums, places, np.stack([losses, right, np.ones_like(losses)], axis=1))
    return sums


def _laid(items: Sequence[Measured], pad: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    shape = (len(items), max(len(item.document) for item in items))
    tokens, attended = np.full(shape, pad, dtype=np.int64), np.zeros(shape, dtype=bool)
    for row, item in enumerate(items):
        tokens[row, : len(item.document)] = item.document.tokens
        attended[row, : len(item.document)] = True
    return tokens, attended


def masked_estimates(
    items: Sequence[Measured], sums: Sums, *, seed: int, draws: int = 1000
) -> dict[str, dict[str, Estimate]]:
    """Estimate the nats a masked token takes and the share told right, of articles and of notes.

    Intervals are over articles or notes, whose texts are drawn together.
    """
    answers: dict[str, dict[str, Estimate]] = {}
    kinds = ["articles" if item.source in ARTICLES else "notes" for item in items]
    for kind in sorted(set(kinds)):
        rows = [index for index, found in enumerate(kinds) if found == kind]
        names = [f"{items[index].source} {items[index].note}" for index in rows]
        _, units = np.unique(names, return_inverse=True)
        of_notes = np.zeros((units.max() + 1, 3))
        np.add.at(of_notes, units, sums[rows])
        answers[kind] = {
            name: _ratio(of_notes, column, seed=seed, draws=draws) for column, name in enumerate(("nats", "accuracy"))
        }
    return answers


def _ratio(of_notes: Sums, column: int, *, seed: int, draws: int) -> Estimate:
    def ratio(drawn: NDArray[np.intp]) -> float:
        return float(of_notes[drawn, column].sum() / max(1.0, of_notes[drawn, 2].sum()))

    return bootstrap(ratio, len(of_notes), seed=seed, draws=draws)
