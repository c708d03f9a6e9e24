"""What is adapted, what came of it, and the card that tells."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clinsynth.adapters.loading import adapter_hash
from clinsynth.checkpoints import public_name
from clinsynth.config import Adapt
from clinsynth.errors import OutputError
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.storage import digest, write_json
from clinsynth.training.checkpoints import recipe_hash
from clinsynth.training.model_card import (
    CARD,
    Base,
    Measuring,
    ModelCard,
    TrainedOn,
    library_versions,
    read_card,
    score,
    this_machine,
)
from clinsynth.training.pairs import Pairs, n_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

COMMAND = "clinsynth adapt CONFIG --out DIR"
AFTER = "nats a token of text given its prompt, on validation notes"
CHANGE = "the same, with the adapter less without it"
_USERS_NOTES = TrainedOn(dataset="notes", licence="as of the notes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapting:
    """What is adapted, how, and where the adapter goes.

    Attributes:
        model: A folder, or an id of the hub.
        data: What the notes are, for the card.
        besides: What else is learnt from.
        command: What fits it again, for the card.
        own_from: Hash of all that decides the texts that the model itself writes, and of the notes that go with them.
        chat: As of the backbone that will write with the adapter.
    """

    config: Adapt
    model: str
    out: Path
    seed: int
    data: TrainedOn = _USERS_NOTES
    besides: tuple[TrainedOn, ...] = ()
    command: str = COMMAND
    own_from: str = ""
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
        n_parameters: Of the adapter alone.
        n_planned: Steps it was to take.
        stopped: As in `Adapted`.
        losses: Validation loss "before" and "after", and their "change".
    """

    n_steps: int
    n_planned: int
    n_parameters: int
    stopped: str
    losses: Mapping[str, Estimate]


def make_card(adapting: Adapting, pairs: Pairs, outcome: Outcome, *, made_from: str) -> ModelCard:
    """Put together what is to be known of an adapter; `made_from` is `adapting_hash`."""
    read = " and ".join(each.dataset for each in (adapting.data, *adapting.besides))
    how = Measuring(data=f"{read}, validation part", seed=adapting.seed, command=adapting.command)
    losses = outcome.losses
    return ModelCard(
        name=adapting.out.name,
        kind="adapter",
        title="An adapter for sections of clinical notes",
        about="Its base model writes with it: name its folder under `writing.adapter` in a configuration.",
        data=(adapting.data, *adapting.besides),
        recipe_sha256=recipe_hash(adapting.config, seed=adapting.seed),
        seed=adapting.seed,
        machine=this_machine(),
        versions=library_versions("torch", "transformers", "peft"),
        n_parameters=outcome.n_parameters,
        base=Base(name=base_name(adapting.model), sha256=model_hash(adapting.model)),
        trained={
            "notes": len(pairs.train),
            "sections": len(pairs.documents),
            "tokens": n_tokens(pairs.documents),
            "validation_notes": len(pairs.validation),
            "settings": adapting.config.model_dump(mode="json", exclude={"train"}),
            "steps": outcome.n_steps,
            "steps_planned": outcome.n_planned,
            "stopped": outcome.stopped,
            "made_from_sha256": made_from,
            **({"own_from_sha256": adapting.own_from} if adapting.own_from else {}),
        },
        scores=(
            score(AFTER, losses["after"], how, baseline=("without the adapter", losses["before"])),
            score(CHANGE, losses["change"], how, baseline=("no change", _nothing(losses["change"].n))),
        ),
        limits=(
            "Early stopping chose the weights on the validation notes, which flatters the gain.",
            "An adapter can make a model repeat the notes it was fitted to; check what it writes against them.",
            "Who may not read the notes should not be given the adapter.",
        ),
    )


def base_name(model: str) -> str:
    """Name a base model for a card: the id of the hub whole, a folder without its place on this machine.

    >>> base_name("lab/small"), base_name("/usr")
    ('lab/small', 'usr')
    """
    return public_name(model) if Path(model).is_dir() else model


def _nothing(n: int) -> Estimate:
    return Estimate(value=0.0, low=0.0, high=0.0, n=n)


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


def from_card(folder: Path, card: ModelCard) -> Adapted:
    """Read what came of fitting an adapter from its card."""
    after, change = card.scores[:2]
    counts: Mapping[str, Any] = card.trained
    return Adapted(
        folder=folder,
        hash=adapter_hash(folder),
        n_notes=counts["notes"],
        n_pairs=counts["sections"],
        n_steps=counts["steps"],
        stopped=counts["stopped"],
        before=Estimate(value=after.baseline.value, low=after.baseline.low, high=after.baseline.high, n=after.n),
        after=after.estimate,
        change=change.estimate,
    )


def settled(adapting: Adapting) -> ModelCard | None:
    """Give the card of the adapter that is there, if its own texts were to be these; else take its folder for them.

    To write them takes long, so this is asked before.

    Raises:
        OutputError: An adapter that was fitted otherwise is there, or half-fitted.
    """
    made_as = {"own": adapting.own_from, "recipe": recipe_hash(adapting.config, seed=adapting.seed)}
    if (adapting.out / CARD).is_file():
        card = read_card(adapting.out)
        if {"own": card.trained.get("own_from_sha256"), "recipe": card.recipe_sha256} == made_as:
            return card
        raise _fitted_otherwise(adapting)
    claim = adapting.work / "own.json"
    is_own = claim.is_file() and json.loads(claim.read_text(encoding="utf-8")) == made_as
    if not is_own and (claim.is_file() or (adapting.work / "recipe.json").is_file()):
        raise _half_fitted(adapting)
    write_json(claim, made_as)
    return None


def _fitted_otherwise(adapting: Adapting) -> OutputError:
    return OutputError(f"{adapting.out} holds an adapter that was fitted otherwise; choose another --out or remove it")


def _half_fitted(adapting: Adapting) -> OutputError:
    return OutputError(f"{adapting.work} holds the checkpoints of another fit; remove it to start anew")


def claimed(adapting: Adapting, made_from: str) -> ModelCard | None:
    """Give the card of the adapter that is there, if it is this one; take the folder of checkpoints for this fit.

    Args:
        adapting: What is to be fitted.
        made_from: `adapting_hash`.

    Raises:
        OutputError: An adapter that was fitted otherwise is there, or half-fitted.
    """
    if (adapting.out / CARD).is_file():
        card = read_card(adapting.out)
        if card.trained.get("made_from_sha256") == made_from:
            return card
        raise _fitted_otherwise(adapting)
    claim = adapting.work / "recipe.json"
    if claim.is_file() and json.loads(claim.read_text(encoding="utf-8"))["sha256"] != made_from:
        raise _half_fitted(adapting)
    write_json(claim, {"sha256": made_from})
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
