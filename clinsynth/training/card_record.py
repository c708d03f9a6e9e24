"""The facts that are known of a model, as records that check themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from clinsynth.catalog import describe
from clinsynth.data import DATASETS
from clinsynth.errors import InputError
from clinsynth.estimates import Estimate

Kind = Literal["language model", "entities", "names", "encoder", "head", "adapter"]
Said = Annotated[str, Field(min_length=1)]
_SHA256 = "^[0-9a-f]{64}$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Baseline(_Part):
    """What a score stands beside, measured on the same examples."""

    name: Said
    value: float
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> "Baseline":
        _check_interval(self.low, self.high)
        return self


class Score(_Part):
    """A number with its 95 % interval, what it rests on, what repeats it, and a baseline.

    Attributes:
        name: What is measured, with its unit.
        n: Examples, notes or documents: what the interval is over.
        n_unscored: Those that could not be scored and are not in `n`.
        data: Data set and part; never one that was trained or chosen on, unless the name says so.
        seed: Root of the draws of the interval, and of all else that was drawn.
        command: Repeats it from a checkout.
    """

    name: Said
    value: float
    low: float
    high: float
    n: int = Field(ge=1)
    n_unscored: int = Field(0, ge=0)
    data: Said
    seed: int
    command: Said
    baseline: Baseline

    @model_validator(mode="after")
    def _ordered(self) -> "Score":
        _check_interval(self.low, self.high)
        return self

    @property
    def estimate(self) -> Estimate:
        """The number as an estimate."""
        return Estimate(value=self.value, low=self.low, high=self.high, n=self.n, n_unscored=self.n_unscored)


class TrainedOn(_Part):
    """A data set, by its name in the catalog, and the part of it that was read; or other text, in words."""

    dataset: Said
    split: str = ""
    licence: Said


class Base(_Part):
    """The model that this one builds on, and the hash of its weights, where they are on this machine."""

    name: Said
    sha256: str | None = Field(None, pattern=_SHA256)


class ModelCard(_Part):
    """What is known of a model.

    Attributes:
        title: A line that says what it is, if more is to be said than name and kind.
        about: A paragraph on how it is used.
        licence: Of the weights, by its SPDX name in small letters.
        recipe_sha256: Of all that the recipe says (`clinsynth.training.checkpoints.recipe_hash`).
        machine: What it was trained on, without a host's name.
        trained: How, in what numbers: tokens, steps, epochs, minutes, settings.
        scores: The first one is the headline.
        memorisation: What it repeats of its training text, measured.
        limits: What it must not be used for, and what is known to be wrong with it.
    """

    name: Said
    kind: Kind
    title: str = ""
    about: str = ""
    licence: Said = "apache-2.0"
    data: tuple[TrainedOn, ...] = Field(min_length=1)
    recipe_sha256: str = Field(pattern=_SHA256)
    seed: int
    machine: Said
    versions: Mapping[str, str]
    n_parameters: int = Field(ge=1)
    base: Base | None = None
    trained: Mapping[str, JsonValue]
    scores: tuple[Score, ...] = ()
    memorisation: Mapping[str, JsonValue] = {}
    limits: tuple[Said, ...] = Field(min_length=1)


def _check_interval(low: float, high: float) -> None:
    # The value itself may lie outside: the percentile bootstrap of what is no mean does not promise more.
    if not low <= high:
        raise ValueError(f"an interval has low <= high; got [{low}, {high}]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measuring:
    """How a score is measured; as in `Score`."""

    data: str
    seed: int
    command: str


def score(name: str, found: Estimate, how: Measuring, *, baseline: tuple[str, Estimate]) -> Score:
    """Put an estimate on a card, beside its baseline: what that is, and its estimate on the same examples."""
    against, other = baseline
    return Score(
        name=name,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        n_unscored=found.n_unscored,
        data=how.data,
        seed=how.seed,
        command=how.command,
        baseline=Baseline(name=against, value=other.value, low=other.low, high=other.high),
    )


def trained_on(dataset: str, split: str) -> TrainedOn:
    """Name a part of a data set of the catalog, with its licence.

    Raises:
        ConfigError: There is no such data set.
    """
    return TrainedOn(dataset=dataset, split=split, licence=DATASETS.kind(dataset).licence)


def as_card(card: ModelCard | Mapping[str, Any], *, where: str = "card.json") -> ModelCard:
    """Check the facts of a card.

    Raises:
        InputError: One is missing, unknown or wrong; the message names it.
    """
    if isinstance(card, ModelCard):
        return card
    try:
        return ModelCard.model_validate(card)
    except ValidationError as error:
        raise InputError(describe(where, error)) from None
