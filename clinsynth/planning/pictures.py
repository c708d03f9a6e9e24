"""The clinical picture of a patient at one encounter: what is so, as records; `telling` puts it into facts."""

from dataclasses import dataclass
from random import Random

from clinsynth.ontology.concepts import Concept
from clinsynth.planning.knowledge import Profile
from clinsynth.planning.remedies import Remedy

GOES_ON = "takes"
_HOURS, _HOURS_TO_DISSOLVE_CLOTS = 24, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """What stays the same at all encounters.

    Attributes:
        age: Years, at the first encounter.
        birthday: Days from the first encounter to the next birthday.
        height: In cm.
        build: Where the body mass index lies between the limits that hold for it, 0 to 1.
        kidney: The same of the creatinine.
    """

    age: int
    sex: str
    ethnicity: str
    birthday: int
    height: int
    build: float
    kidney: float

    def age_on(self, day: int) -> int:
        """Give the age in years, days after the first encounter."""
        return self.age if day < self.birthday else self.age + 1 + (day - self.birthday) // 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A condition of the patient now.

    Attributes:
        severity: How far it moves what it moves: 1 as the ontology has it, 0 not at all.
        course: "improving", "stable", "worsening" or "resolved" since the encounter before; "" where it is new.
        since: The day on which it was first met.
        peak: The highest severity before, or 0.
    """

    profile: Profile
    severity: float
    course: str = ""
    since: int = 0
    peak: float = 0.0

    @property
    def left(self) -> float:
        """How much of it is left, 0 to 1: 1 at its worst."""
        return self.severity / self.peak if self.severity < self.peak else 1.0

    @property
    def condition(self) -> Concept:
        """The condition itself."""
        return self.profile.condition


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What everything else at an encounter is drawn from."""

    patient: Patient
    age: int
    problems: tuple[Problem, ...]
    random: Random

    @property
    def sex(self) -> str:
        """The sex of the patient."""
        return self.patient.sex


@dataclass(frozen=True, kw_only=True, slots=True)
class Prescription:
    """A drug of the patient.

    Attributes:
        place: Of the regimen among those of the remedy.
        reason: The condition that it is for.
        change: "takes" (it goes on), "starts", "stops", "increases" or "reduces" at this encounter.
    """

    remedy: Remedy
    place: int
    reason: Concept
    change: str = GOES_ON

    @property
    def drug(self) -> Concept:
        """The drug itself."""
        return self.remedy.drug


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A lab or vital sign.

    Attributes:
        name: What a note calls it: the pressures are one sign, "blood pressure".
        number: "5.9", "148/92"; without the unit.
        direction: "raised", "lowered" or "normal".
        share: Where it lies among the values that it can have, 0 to 1: results of one patient do not jump about.
        previous: The number at the encounter before, or "".
    """

    test: Concept
    name: str
    number: str
    direction: str
    share: float = 0.5
    previous: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A condition that runs in the family: "mother" and what she had; or that does not, where it is negated."""

    who: str
    condition: Concept
    negated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Onset:
    """How many days a symptom, or an illness without any, had been there on the first day; below 0 if it came later."""

    of: Concept
    days: float

    @property
    def is_recent(self) -> bool:
        """Whether it is told as at most four hours ago: clots are dissolved no later."""
        return self.days >= 0 and round(self.days * _HOURS) <= _HOURS_TO_DISSOLVE_CLOTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """A procedure of this encounter, and what it showed or ""."""

    procedure: Concept
    shows: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Everything about a patient at one encounter; what the note is about comes first in each tuple.

    Attributes:
        note_type: The type of the note that tells it.
        problems: Conditions present.
        resolved: The conditions that have resolved since the encounter before; they are the first of `past`.
        past: Conditions that are over.
        prescriptions: The drugs from now on.
        stopped: Those that end now.
        had: Procedures of the past.
        vitals: With "previous" where the encounter before had them.
        course: Of the illness as a whole; "" at a first encounter that says nothing of it.
        day: Days since the first encounter.
    """

    note_type: str
    patient: Patient
    problems: tuple[Problem, ...]
    resolved: tuple[Concept, ...] = ()
    past: tuple[Concept, ...] = ()
    relatives: tuple[Relative, ...] = ()
    symptoms: tuple[Concept, ...] = ()
    onset: Onset | None = None
    negatives: tuple[Concept, ...] = ()
    findings: tuple[Concept, ...] = ()
    absent: tuple[Concept, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    stopped: tuple[Prescription, ...] = ()
    allergens: tuple[Concept, ...] = ()
    vitals: tuple[Result, ...] = ()
    labs: tuple[Result, ...] = ()
    performed: tuple[Performed, ...] = ()
    had: tuple[Concept, ...] = ()
    course: str = ""
    disposition: str = ""
    social: tuple[str, ...] = ()
    day: int = 0

    @property
    def main(self) -> Problem:
        """What the note is about."""
        return self.problems[0]

    @property
    def age(self) -> int:
        """The age in years at this encounter."""
        return self.patient.age_on(self.day)
