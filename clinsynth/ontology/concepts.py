"""What clinical knowledge is made of: concepts, the relations between them, and the ontology that holds both."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from clinsynth.ontology.ranges import RangeRow, ReferenceRange, reference_range

# Where a name stands for concepts of two kinds, the earlier kind is meant.
KINDS = (
    "condition",
    "medication",
    "lab",
    "vital",
    "symptom",
    "allergen",
    "procedure",
    "finding",
    "drug_class",
    "body_site",
    "specialty",
)

_CAUSES, _TESTS, _DRUGS = ("condition", "symptom", "medication"), ("lab", "vital"), ("medication", "drug_class")
# predicate: (kinds of the subject, kinds of the object)
PREDICATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "has_symptom": (("condition",), ("symptom",)),
        "has_finding": (("condition",), ("finding",)),
        "treated_by": (("condition",), ("medication",)),
        "contraindicated_in": (_DRUGS, ("condition",)),
        "interacts_with": (_DRUGS, _DRUGS),
        "raises": (_CAUSES, _TESTS),
        "lowers": (_CAUSES, _TESTS),
        "comorbid_with": (("condition",), ("condition",)),
        "excludes": (("condition",), ("condition",)),
        "complicates": (("condition",), ("condition",)),
        "resembles": (("symptom", "finding"), ("symptom", "finding")),
        "in_class": (("medication",), ("allergen",)),
        "member_of": (("medication",), ("drug_class",)),
        "investigated_by": (("condition",), ("procedure",)),
        "operated_by": (("condition",), ("procedure",)),
        "shown_by": (("condition",), ("procedure",)),
        "located_in": (("condition",), ("body_site",)),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """One thing a note can name.

    Attributes:
        id: "kind/name-in-lower-case" ("condition/type-2-diabetes-mellitus").
        name: The name a clinician would write; unique within its kind.
        kind: One of `KINDS`.
        synonyms: Other wordings by which a text names it: abbreviations, lay terms, brand names. Some are
            adjectives ("febrile") or narrower; to write it, use the name.
        codes: Coding system to code ("icd10cm": "E11.9", "doid": "DOID:9352").
        attributes: What is known of it, as text; lists are joined with "|". A condition has sex ("female", "male" or
            ""), age_min, age_max (years), prevalence ("common", "uncommon", "rare"), course ("acute", "chronic",
            "recurrent"), onset (units of time), specialty and therapy ("drug", or "none" where drugs are not the
            treatment); a symptom or finding sex and system; a medication class, doses, frequencies, routes, forms,
            dose_min, dose_max, daily_max, renal_reduce and renal_avoid (eGFR), pregnancy; a lab or vital sign unit,
            decimals, low, high, critical_low, critical_high, expected_low, expected_high (what a living patient can
            have); see `Ontology.range_of` for a sex and age; a procedure type, specialty, site, anesthesia and what a
            normal one shows. An absent limit is "".
        source: The opened data file it comes from, or "curated".
    """

    id: str
    name: str
    kind: str
    synonyms: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = "curated"

    @property
    def names(self) -> tuple[str, ...]:
        """The name, then the synonyms."""
        return (self.name, *self.synonyms)

    def values(self, key: str) -> tuple[str, ...]:
        """Give the items of an attribute that is a list; none when it is absent.

        >>> metformin = Concept(id="medication/x", name="x", kind="medication", attributes={"doses": "500 mg|1000 mg"})
        >>> metformin.values("doses")
        ('500 mg', '1000 mg')
        """
        return tuple(item for item in self.attributes.get(key, "").split("|") if item)

    def number(self, key: str) -> float | None:
        """Give an attribute as a number; None where it is absent or empty."""
        text = self.attributes.get(key, "")
        return float(text) if text else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A statement about two concepts, by id.

    Attributes:
        predicate: One of `PREDICATES`.
        attributes: What else is known: doses and frequencies of a treatment where they differ from the drug's own, and
            in "with" the ids of the drugs that it is only given together with, and "essential" ("yes") where nobody who
            has the condition goes without one of those so marked;
            mechanism, effect, severity, management and level ("drug" or "class") of an interaction; strength ("mild",
            "moderate", "marked") of what raises or lowers; what an image shows.
        source: The opened file and its row ("pharmacotherapydb:DOID:9352/DB00331"), or "curated".
    """

    subject: str
    predicate: str
    object: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = "curated"

    def values(self, key: str) -> tuple[str, ...]:
        """Give the items of an attribute that is a list; none when it is absent."""
        return tuple(item for item in self.attributes.get(key, "").split("|") if item)


@dataclass(frozen=True, kw_only=True, slots=True)
class Abbreviation:
    """A short form that notes use.

    Attributes:
        short: As written most often ("ROM").
        long: What it stands for ("range of motion").
        concept: The id of the concept that `long` names, or "".
        share: How often the short form means this, 0 to 1.
    """

    short: str
    long: str
    concept: str = ""
    share: float = 1.0
    source: str = "curated"


@dataclass(frozen=True, kw_only=True)
class Ontology:
    """Concepts by id, and what relates them; in the order of the tables."""

    name: str
    version: str
    concepts: Mapping[str, Concept] = field(repr=False)
    relations: tuple[Relation, ...] = field(repr=False, default=())
    ranges: tuple[RangeRow, ...] = field(repr=False, default=())
    abbreviations: tuple[Abbreviation, ...] = field(repr=False, default=())

    def of_kind(self, kind: str) -> tuple[Concept, ...]:
        """Give all concepts of one kind."""
        return self._by_kind.get(kind, ())

    def related(self, subject_id: str, predicate: str) -> tuple[Concept, ...]:
        """Give the objects of a subject: the drugs that treat a condition, its symptoms."""
        return self._objects.get((subject_id, predicate), ())

    def subjects(self, object_id: str, predicate: str) -> tuple[Concept, ...]:
        """Give the subjects of an object: the conditions that a drug treats."""
        return self._subjects.get((object_id, predicate), ())

    def rows(self, subject_id: str, predicate: str) -> tuple[Relation, ...]:
        """Give the relations of a subject, with their attributes and sources."""
        return self._rows.get((subject_id, predicate), ())

    def forbidden(self, drug_id: str) -> frozenset[str]:
        """Give the ids of the conditions in which a drug is contraindicated, by itself or by its class."""
        if drug_id not in self._forbidden:
            found = (each.id for side in self._sides(drug_id) for each in self.related(side, "contraindicated_in"))
            self._forbidden[drug_id] = frozenset(found)
        return self._forbidden[drug_id]

    def interactions(self, one_id: str, other_id: str) -> tuple[Relation, ...]:
        """Give the interactions of two drugs, by name or by class, in either order; the drugs' own come first."""
        ours, theirs = self._sides(one_id), self._sides(other_id)
        pairs = ((one, other) for one in ours for other in theirs)
        return tuple(row for pair in pairs for row in self._interactions.get(frozenset(pair), ()))

    def range_of(self, test: Concept, *, sex: str = "", age: int | None = None) -> ReferenceRange:
        """Give the limits of a lab or vital sign for a sex and age; its own where nothing narrower is known."""
        key = (test.id, sex, age)
        if key not in self._ranges:
            fitting = (row for row in self._range_rows.get(test.id, ()) if row.fits(sex=sex, age=age))
            self._ranges[key] = reference_range(test, next(fitting, None))
        return self._ranges[key]

    def excluded(self, condition_id: str) -> frozenset[str]:
        """Give the ids of the conditions that nobody has at the same time, whichever of the two the row begins with."""
        return self._excluded.get(condition_id, frozenset())

    def by_name(self, name: str, kind: str | None = None) -> Concept | None:
        """Find a concept by name or synonym, whatever the case; of one kind, or of the first of `KINDS` that has it."""
        folded = name.strip().casefold()
        kinds = KINDS if kind is None else (kind,)
        return next((self._names[key] for each in kinds if (key := (each, folded)) in self._names), None)

    def _sides(self, drug_id: str) -> tuple[str, ...]:
        return (drug_id, *(each.id for each in self.related(drug_id, "member_of")))

    @cached_property
    def _rows(self) -> dict[tuple[str, str], tuple[Relation, ...]]:
        found: defaultdict[tuple[str, str], list[Relation]] = defaultdict(list)
        for row in self.relations:
            found[row.subject, row.predicate].append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def _interactions(self) -> dict[frozenset[str], tuple[Relation, ...]]:
        found: defaultdict[frozenset[str], list[Relation]] = defaultdict(list)
        for row in self.relations:
            if row.predicate == "interacts_with":
                found[frozenset((row.subject, row.object))].append(row)
        return {pair: tuple(rows) for pair, rows in found.items()}

    @cached_property
    def _excluded(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.relations:
            if row.predicate == "excludes":
                found[row.subject].add(row.object)
                found[row.object].add(row.subject)
        return {condition: frozenset(others) for condition, others in found.items()}

    @cached_property
    def _range_rows(self) -> dict[str, tuple[RangeRow, ...]]:
        found: defaultdict[str, list[RangeRow]] = defaultdict(list)
        for row in self.ranges:
            found[row.test].append(row)
        # The narrowest first: a row of one sex before one of both, few years before many.
        return {test: tuple(sorted(rows, key=lambda row: row.breadth)) for test, rows in found.items()}

    @cached_property
    def _ranges(self) -> dict[tuple[str, str, int | None], ReferenceRange]:
        return {}

    @cached_property
    def _forbidden(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Concept, ...]]:
        found: defaultdict[str, list[Concept]] = defaultdict(list)
        for concept in self.concepts.values():
            found[concept.kind].append(concept)
        return {kind: tuple(concepts) for kind, concepts in found.items()}

    @cached_property
    def _objects(self) -> dict[tuple[str, str], tuple[Concept, ...]]:
        return self._grouped([((row.subject, row.predicate), row.object) for row in self.relations])

    @cached_property
    def _subjects(self) -> dict[tuple[str, str], tuple[Concept, ...]]:
        return self._grouped([((row.object, row.predicate), row.subject) for row in self.relations])

    def _grouped(self, pairs: list[tuple[tuple[str, str], str]]) -> dict[tuple[str, str], tuple[Concept, ...]]:
        found: defaultdict[tuple[str, str], list[Concept]] = defaultdict(list)
        for key, concept_id in pairs:
            found[key].append(self.concepts[concept_id])
        return {key: tuple(concepts) for key, concepts in found.items()}

    @cached_property
    def _names(self) -> dict[tuple[str, str], Concept]:
        return {
            (concept.kind, name.casefold()): concept
            for concept in reversed(tuple(self.concepts.values()))
            for name in concept.names
        }
