"""What is adapted, what came of it, and the card that tells."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.adapters.loading import CARD, adapter_hash
from clinsynth.config import Adapt
from clinsynth.errors import OutputError
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.extras import versions
from clinsynth.storage import digest, write_json
from clinsynth.training.pairs import Pairs, n_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapting:
    """What is adapted, how, and where the adapter goes.

    Attributes:
        model: A folder, or an id of the hub.
        data: What the notes are, in words, for the card.
        chat: As of the backbone that will write with the adapter.
    """

    config: Adapt
    model: str
    out: Path
    seed: int
    data: str = "notes"
    ontology: str = "core"
    chat: bool | None = None
    allow_download: bool = False

    @property
    def work(self) -> Path:
        """Where checkpoints are kept until the adapter is whole; beside its folder, which appears complete."""
        return self.out.with_name(f"{self.out.name}.training")


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapted:
    """An adapter, and what came of fitting it.

    Attributes:
        hash: SHA-256 of its weights and configuration.
        before: Validation loss without it, nats a token; the interval is over notes.
        after: The same with it.
        change: After less before, paired by note.
        stopped: "done", "early" (validation no longer fell) or "time" (`max_minutes` allowed no more steps).
    """

    folder: Path
    hash: str
    n_notes: int
    n_pairs: int
    n_steps: int
    stopped: str
    before: Estimate
    after: Estimate
    change: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a fit went.

    Attributes:
        n_planned: Steps it was to take.
        stopped: As in `Adapted`.
        losses: Validation loss "before" and "after", and their "change".
    """

    n_steps: int
    n_planned: int
    stopped: str
    losses: Mapping[str, Estimate]


def make_card(adapting: Adapting, pairs: Pairs, outcome: Outcome, *, recipe: str) -> dict[str, Any]:
    """Put together what is to be known of an adapter, as JSON can hold it."""
    return {
        "recipe": recipe,
        "base_model": Path(adapting.model).name,
        "base_model_hash": model_hash(adapting.model),
        "data": adapting.data,
        "n_notes": len(pairs.train),
        "n_validation_notes": len(pairs.validation),
        "n_pairs": len(pairs.documents),
        "n_tokens": n_tokens(pairs.documents),
        "settings": adapting.config.model_dump(mode="json", exclude={"train"}),
        "n_steps": outcome.n_steps,
        "n_steps_planned": outcome.n_planned,
        "stopped": outcome.stopped,
        "seed": adapting.seed,
        "validation_nats_a_token": {name: dataclasses.asdict(found) for name, found in outcome.losses.items()},
        "versions": versions(),
    }


def validation_losses(before: NDArray[np.float64], after: NDArray[np.float64], *, seed: int) -> dict[str, Estimate]:
    """Estimate nats a token without and with an adapter, and their difference, over the same notes.

    Args:
        before: Nats and tokens of each note without the adapter, shape (notes, 2).
        after: The same with it.
        seed: Root of the draws.
    """

    def rate(table: NDArray[np.float64], rows: NDArray[np.intp]) -> float:
        return float(table[rows, 0].sum() / table[rows, 1].sum())

    n = len(before)
    return {
        "before": bootstrap(lambda rows: rate(before, rows), n, seed=seed),
        "after": bootstrap(lambda rows: rate(after, rows), n, seed=seed),
        "change": bootstrap(lambda rows: rate(after, rows) - rate(before, rows), n, seed=seed),
    }


def readable(card: dict[str, Any]) -> dict[str, Any]:
    """Give a card with its losses as estimates."""
    losses = {name: Estimate(**found) for name, found in card["validation_nats_a_token"].items()}
    return card | {"validation_nats_a_token": losses}


def from_card(folder: Path, card: dict[str, Any]) -> Adapted:
    """Read an adapter's card."""
    losses = readable(card)["validation_nats_a_token"]
    return Adapted(
        folder=folder,
        hash=adapter_hash(folder),
        n_notes=card["n_notes"],
        n_pairs=card["n_pairs"],
        n_steps=card["n_steps"],
        stopped=card["stopped"],
        before=losses["before"],
        after=losses["after"],
        change=losses["change"],
    )


def claimed(adapting: Adapting, recipe: str) -> dict[str, Any] | None:
    """Give the card of the adapter that is there, if it is this one; take the folder of checkpoints for this recipe.

    Raises:
        OutputError: An adapter that was fitted otherwise is there, or half-fitted.
    """
    path = adapting.out / CARD
    if path.is_file():
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if card.get("recipe") == recipe:
            return card
        raise OutputError(
            f"{adapting.out} holds an adapter that was fitted otherwise; choose another --out or remove it"
        )
    claim = adapting.work / "recipe.json"
    if claim.is_file() and json.loads(claim.read_text(encoding="utf-8"))["sha256"] != recipe:
        raise OutputError(f"{adapting.work} holds the checkpoints of another fit; remove it to start anew")
    write_json(claim, {"sha256": recipe})
    return None


def adapting_hash(adapting: Adapting, model: "PreTrainedModel", pairs: Pairs) -> str:
    """Give the SHA-256 of all that decides the adapter: settings, base model and documents."""
    total = hashlib.sha256()
    told = adapting.config.model_dump(mode="json", exclude={"train"}) | {"seed": adapting.seed}
    total.update(json.dumps(told, sort_keys=True).encode())
    total.update((model_hash(adapting.model) or str(model.config.get_text_config().to_dict())).encode())
    for document in (*pairs.documents, *pairs.held_out):
        total.update(document.tokens.astype(np.int64).tobytes())
    return total.hexdigest()


def model_hash(model: str) -> str | None:
    """Hash the weights and configuration of a model folder; None for a hub id."""
    folder = Path(model)
    if not folder.is_dir():
        return None
    return digest(folder / "config.json", *sorted(folder.glob("*.safetensors")))
