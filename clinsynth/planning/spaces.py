"""Attribute spaces: files of configs/attributes that say what notes can be about, and how often."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from clinsynth.catalog import describe
from clinsynth.config import find_config, read_yaml
from clinsynth.errors import ConfigError
from clinsynth.recipes import Section

EVERY_SPECIALTY = "*"
SETTINGS = ("emergency", "ward", "clinic")
NEEDS = ("", "imaging", "operation")
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
    """How often a specialty writes, and about what.

    Attributes:
        covers: Specialties of the ontology whose conditions it writes about; "*" for all, its own name when empty.
        note_types: What it writes; all types when empty.
        own: How many times more often than what else it covers it writes about conditions that are its own.
    """

    weight: float = Field(gt=0)
    covers: tuple[str, ...] = ()
    own: float = Field(default=1.0, gt=0)
    note_types: tuple[str, ...] = ()


class NoteType(Section):
    """How often a type of note is written, about what, and which kinds of facts it tells.

    Attributes:
        setting: Where the patient is: "emergency", "ward" or "clinic".
        courses: How much each course of a condition ("acute", "chronic", "recurrent") counts; one that is missing is
            not written about. Where a chronic one is met in an emergency or on a ward, it is one that can flare up.
        needs: What the condition must have: "imaging" that shows it, or an "operation" that treats it.
        can_be_copied: Whether it follows notes of the same type, so that it can be copied forward.
        can_follow_operation: Whether it may tell of an operation that was done since the note before.
        tells: Kinds of facts.
        status: How the patient is doing at a first encounter: "improving", "stable", "worsening", or "untold". Where
            "worsening" is missing, no such note is written of an illness that worsens.
        dispositions: Where the patient goes, by what is known of the illness: "mild", "severe" or "critical"; after an
            operation that needs no general anesthesia "minor". Where one is missing "severe" holds, or else "mild".
        critical_after: Operations after which the patient is "critical".
    """

    weight: float = Field(ge=0)
    setting: str
    courses: Weights = Field(min_length=1)
    needs: str = ""
    can_be_copied: bool = False
    can_follow_operation: bool = False
    tells: frozenset[str] = Field(min_length=1)
    status: Weights = Field(default_factory=dict)
    dispositions: Mapping[str, Weights] = Field(default_factory=dict)
    critical_after: frozenset[str] = frozenset()

    @property
    def is_farewell(self) -> bool:
        """Whether it is written when a patient leaves the ward: nobody leaves it worsening."""
        return self.setting == "ward" and bool(self.status) and "worsening" not in self.status

    @model_validator(mode="after")
    def _is_of_known_words(self) -> "NoteType":
        for name, known in (("setting", SETTINGS), ("needs", NEEDS)):
            if getattr(self, name) not in known:
                raise ValueError(f'{name} is one of {", ".join(filter(None, known))}; got "{getattr(self, name)}"')
        return self


class Step(Section):
    """One note of a pathway: its type, and how many days after the one before it is written at least and at most."""

    note_type: str
    days: tuple[int, int]

    @model_validator(mode="after")
    def _goes_forward(self) -> "Step":
        if not 0 <= self.days[0] <= self.days[1]:
            raise ValueError(f"days go from the least to the most, from 0 on; got {self.days[0]} and {self.days[1]}")
        return self


class Pathway(Section):
    """The notes of one patient in their order.

    Attributes:
        steps: A patient with fewer encounters has some of them, in this order.
        then: Written again and again for a patient with more encounters.
    """

    weight: float = Field(ge=0)
    courses: Weights = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    then: Step


class Habit(Section):
    """What patients say of a habit, by whether a condition of that code is present, goes with theirs, or neither."""

    icd10cm: str
    usual: Weights = Field(min_length=1)
    related: Weights = Field(min_length=1)
    present: Weights = Field(min_length=1)
    pregnant: Weights = Field(min_length=1)


class FactLimits(Section):
    """How many facts a case has; notes of few kinds of facts have fewer."""

    least: int = Field(ge=1)
    most: int = Field(ge=1)


class AttributeSpace(Section):
    """What cases are drawn from; see configs/attributes/general.yaml. All weights are relative."""

    name: str
    about: str
    ages: tuple[AgeBand, ...] = Field(min_length=1)
    sexes: Weights = Field(min_length=1)
    ethnicities: Weights = Field(min_length=1)
    note_types: Mapping[str, NoteType] = Field(min_length=1)
    pathways: Mapping[str, Pathway] = Field(min_length=1)
    styles: Weights = Field(min_length=1)
    specialties: Mapping[str, Specialty] = Field(min_length=1)
    prevalence: Weights
    n_comorbidities: Mapping[int, float] = Field(min_length=1)
    n_treatments: Mapping[int, float] = Field(min_length=1)
    facts: FactLimits
    allergy_share: float = Field(ge=0, le=1)
    vital_signs: tuple[str, ...] = ()
    routine_panels: tuple[str, ...] = ()
    linked_labs: tuple[tuple[str, ...], ...] = ()
    habits: Mapping[str, Habit] = {}

    @model_validator(mode="after")
    def _can_be_drawn_from(self) -> "AttributeSpace":
        for name in ("sexes", "ethnicities", "styles", "prevalence", "n_comorbidities", "n_treatments"):
            weights = getattr(self, name).values()
            if min(weights, default=0) < 0 or sum(weights) <= 0:
                raise ValueError(f"{name} needs weights of 0 or more, and one above 0")
        if not sum(note_type.weight for note_type in self.note_types.values()):
            raise ValueError("note_types needs one with a weight above 0")
        if unknown := sorted(set(self.sexes) - {"female", "male"}):
            raise ValueError(f'sexes are female and male, as reference ranges have them; got "{unknown[0]}"')
        if self.facts.least > self.facts.most:
            raise ValueError("facts: least is above most")
        return self

    @model_validator(mode="after")
    def _names_its_note_types(self) -> "AttributeSpace":
        steps = [step for pathway in self.pathways.values() for step in (*pathway.steps, pathway.then)]
        written = [name for specialty in self.specialties.values() for name in specialty.note_types]
        for name in (*(step.note_type for step in steps), *written):
            if name not in self.note_types:
                raise ValueError(f'there is no note type "{name}"; note_types has {", ".join(self.note_types)}')
        return self

    def covers(self, specialty: str, of_condition: str) -> bool:
        """Say whether notes of a specialty are written about a condition that the ontology gives to `of_condition`."""
        covered = self.specialties[specialty].covers or (specialty,)
        return EVERY_SPECIALTY in covered or of_condition in covered

    def writes(self, specialty: str, note_type: str) -> bool:
        """Say whether a specialty writes notes of a type."""
        written = self.specialties[specialty].note_types
        return not written or note_type in written


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
