"""Attribute spaces: files of configs/attributes that say what notes can be about, and how often."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from clinsynth.catalog import describe
from clinsynth.config import Section, find_config, read_yaml
from clinsynth.errors import ConfigError

EVERY_SPECIALTY = "*"
Weights = Mapping[str, float]


class AgeBand(Section):
    """Ages from `first` to `last`, in years, both included."""

    first: int = Field(ge=0)
    last: int = Field(le=120)
    weight: float = Field(gt=0)

    @model_validator(mode="after")
    def _is_ordered(self) -> "AgeBand":
        if self.first > self.last:
            raise ValueError(f"an age band goes from its first to its last year; {self.first} is above {self.last}")
        return self


class Specialty(Section):
    """How often a specialty writes, and which specialties of the ontology are its own; its own name when empty."""

    weight: float = Field(gt=0)
    covers: tuple[str, ...] = ()


class FactLimits(Section):
    """How many facts a case has."""

    least: int = Field(ge=1)
    most: int = Field(ge=1)


class VitalRule(Section):
    """What raises or lowers a vital sign: names of conditions and symptoms."""

    name: str
    direction: str = Field(pattern="^(raised|lowered)$")
    by: tuple[str, ...] = Field(min_length=1)


class AttributeSpace(Section):
    """What cases are drawn from; see configs/attributes/general.yaml. All weights are relative."""

    name: str
    about: str
    ages: tuple[AgeBand, ...] = Field(min_length=1)
    sexes: Weights = Field(min_length=1)
    note_types: Weights = Field(min_length=1)
    styles: Weights = Field(min_length=1)
    specialties: Mapping[str, Specialty] = Field(min_length=1)
    prevalence: Weights
    n_comorbidities: Mapping[int, float] = Field(min_length=1)
    facts: FactLimits
    allergy_share: float = Field(ge=0, le=1)
    vitals: tuple[VitalRule, ...] = ()
    linked_labs: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _can_be_drawn_from(self) -> "AttributeSpace":
        for name in ("sexes", "note_types", "styles", "prevalence", "n_comorbidities"):
            weights = getattr(self, name).values()
            if min(weights, default=0) < 0 or sum(weights) <= 0:
                raise ValueError(f"{name} needs weights of 0 or more, and one above 0")
        if unknown := sorted(set(self.sexes) - {"female", "male"}):
            raise ValueError(f'sexes are female and male, as reference ranges have them; got "{unknown[0]}"')
        if self.facts.least > self.facts.most:
            raise ValueError("facts: least is above most")
        return self

    def covers(self, specialty: str, of_condition: str) -> bool:
        """Say whether notes of a specialty are written about a condition that the ontology gives to `of_condition`."""
        covered = self.specialties[specialty].covers or (specialty,)
        return EVERY_SPECIALTY in covered or of_condition in covered


def load_space(name: str | Path) -> AttributeSpace:
    """Read and check an attribute space: a path, or a name below the configs that ship ("attributes/general.yaml").

    Raises:
        ConfigError: There is no such file, or something in it is wrong; the message names the field.
    """
    path = find_config(name)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is empty; configs/attributes/general.yaml shows what an attribute space holds")
    try:
        return AttributeSpace.model_validate(content)
    except ValidationError as error:
        raise ConfigError(describe(f"{path}:", error)) from None
