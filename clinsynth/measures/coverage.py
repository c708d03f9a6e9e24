"""How much of what could be written about a corpus does write about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from clinsynth.errors import InputError
from clinsynth.estimates import Estimate
from clinsynth.measures.intervals import Ratio, left_one_out
from clinsynth.ontology import Ontology, load_ontology
from clinsynth.records import Case, Note

AGE_BANDS = ((0, "0-17"), (18, "18-39"), (40, "40-64"), (65, "65-79"), (80, "80 and over"))
NOTE_TYPES = (
    "discharge_summary",
    "history_and_physical",
    "progress_note",
    "consultation",
    "emergency_note",
    "clinic_letter",
    "radiology_report",
    "operative_note",
    "nursing_note",
)
SEXES = ("female", "male")
KINDS = ("condition", "medication", "symptom", "finding", "lab", "procedure")
_OF_OTHERS = "runs_in_family"


@dataclass(kw_only=True)
class Seen:
    """Which of a set of possible values a stream of notes has shown.

    Attributes:
        possible: All values there are.
        n: Notes looked at.
    """

    possible: frozenset[str]
    n: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _first: dict[str, int] = field(default_factory=dict)

    def add(self, values: Iterable[str]) -> None:
        """Look at the values of the next note; those that are not possible do not count."""
        for value in self.possible.intersection(values):
            self._counts[value] = self._counts.get(value, 0) + 1
            self._first.setdefault(value, self.n)
        self.n += 1

    def share(self, *, n_unscored: int) -> Estimate | None:
        """Estimate the share of the possible values that occur, by the jackknife over notes; None without notes."""
        if self.n == 0 or not self.possible:
            return None
        share = len(self._counts) / len(self.possible)
        lost: dict[int, int] = {}
        for value, count in self._counts.items():
            if count == 1:
                lost[self._first[value]] = lost.get(self._first[value], 0) + 1
        # In order of size, so that the order of the notes does not reach the last digit of the sums.
        without = [share - n_lost / len(self.possible) for n_lost in sorted(lost.values())]
        return left_one_out(share, without, self.n, n_unscored=n_unscored)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Shares of note types, specialties, age bands, sexes and concepts that occur; of facts that are stated.

    Concepts are conditions, drugs, symptoms, findings, labs and procedures of the patient; what is denied or runs in
    the family does not occur. All but note type and specialty is known for notes with a case only; the others are
    counted as unscored.

    Attributes:
        ontology: Whose concepts and specialties could occur.
        note_types: Which could occur.
        specialties: Which could occur; those of the ontology's conditions when empty.
    """

    ontology: str = "core"
    note_types: tuple[str, ...] = NOTE_TYPES
    specialties: tuple[str, ...] = ()

    def __call__(self, notes: Iterable[Note]) -> Mapping[str, Estimate]:
        """Give "note_types_covered" and so on, "facts_per_note", "facts_stated" and "characters_written".

        What no note tells anything about is left out.

        Raises:
            InputError: There are no notes.
        """
        tally = _Tally(seen=self._nothing_seen())
        for note in notes:
            tally.add(note)
        if tally.n == 0:
            raise InputError("there are no notes whose coverage could be measured; at least one is needed")
        return dict(tally.estimates())

    def _nothing_seen(self) -> dict[str, Seen]:
        ontology = load_ontology(self.ontology)
        possible: dict[str, Iterable[str]] = {
            "note_types": self.note_types,
            "specialties": self.specialties or _specialties(ontology),
            "age_bands": [name for _, name in AGE_BANDS],
            "sexes": SEXES,
        }
        possible |= {f"{kind}s": [concept.id for concept in ontology.of_kind(kind)] for kind in KINDS}
        return {name: Seen(possible=frozenset(values)) for name, values in possible.items()}


def _specialties(ontology: Ontology) -> list[str]:
    named = {concept.attributes.get("specialty", "") for concept in ontology.of_kind("condition")}
    return sorted(named - {""})


@dataclass(kw_only=True)
class _Tally:
    seen: dict[str, Seen]
    n: int = 0
    facts: Ratio = field(default_factory=Ratio)
    stated: Ratio = field(default_factory=Ratio)
    written: Ratio = field(default_factory=Ratio)

    def add(self, note: Note) -> None:
        self.n += 1
        self.seen["note_types"].add([note.note_type])
        self.seen["specialties"].add([note.specialty])
        if note.origin is not None:
            self.written.add(sum(span.end - span.start for span in note.written), len(note.text))
        if note.case is not None:
            self._add_case(note, note.case)

    def _add_case(self, note: Note, case: Case) -> None:
        for name, values in _values(case).items():
            self.seen[name].add(values)
        self.facts.add(len(case.facts))
        self.stated.add(sum(1 for fact in case.facts if note.stated.get(fact.id)), len(case.facts))

    def estimates(self) -> Iterator[tuple[str, Estimate]]:
        n_without_case = self.n - self.facts.n
        found = {f"{name}_covered": seen.share(n_unscored=self.n - seen.n) for name, seen in self.seen.items()}
        found["facts_per_note"] = self.facts.estimate(n_unscored=n_without_case)
        found["facts_stated"] = self.stated.share(n_unscored=n_without_case)
        found["characters_written"] = self.written.share(n_unscored=self.n - self.written.n)
        return ((name, estimate) for name, estimate in found.items() if estimate is not None)


def _values(case: Case) -> dict[str, list[str]]:
    codes = [fact.code for fact in case.facts if fact.code and not fact.negated and fact.relation != _OF_OTHERS]
    return {
        "age_bands": [age_band(case.attributes.get("age", ""))],
        "sexes": [case.attributes.get("sex", "")],
    } | {f"{kind}s": codes for kind in KINDS}


def age_band(age: str) -> str:
    """Name the band of an age in years, as text; empty where it is no whole number.

    >>> age_band("64"), age_band("80"), age_band("")
    ('40-64', '80 and over', '')
    """
    if not age.isdecimal():
        return ""
    return [name for lowest, name in AGE_BANDS if int(age) >= lowest][-1]
