"""What clinical knowledge is made of: concepts, the relations between them, and the ontology that holds both."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

# Where a name stands for concepts of two kinds, the earlier kind is meant.
KINDS = ("condition", "medication", "lab", "vital", "symptom", "allergen", "procedure")

# predicate: (kind of the subject, kind of the object)
PREDICATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "has_symptom": ("condition", "symptom"),
        "treated_by": ("condition", "medication"),
        "contraindicated_in": ("medication", "condition"),
        "raises": ("condition", "lab"),
        "lowers": ("condition", "lab"),
        "comorbid_with": ("condition", "condition"),
        "in_class": ("medication", "allergen"),
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
            ""), age_min, age_max (years), prevalence ("common", "uncommon", "rare"), specialty and therapy ("drug",
            or "none" where drugs are not the treatment); a symptom sex and system; a medication class, doses,
            frequencies, route, form; a lab or vital sign unit, low, high, critical_low, critical_high, decimals, and
            low_female or high_male where sex matters. An absent limit is "".
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

    def number(self, key: str, *, sex: str = "") -> float | None:
        """Give an attribute as a number: that of the sex where it differs by sex; None where there is no limit."""
        text = self.attributes.get(f"{key}_{sex}", "") or self.attributes.get(key, "")
        return float(text) if text else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A statement about two concepts, by id.

    Attributes:
        predicate: One of `PREDICATES`.
        source: The opened file and its row ("pharmacotherapydb:DOID:9352/DB00331"), or "curated".
    """

    subject: str
    predicate: str
    object: str
    source: str = "curated"


@dataclass(frozen=True, kw_only=True)
class Ontology:
    """Concepts by id, and what relates them; in the order of the tables."""

    name: str
    version: str
    concepts: Mapping[str, Concept] = field(repr=False)
    relations: tuple[Relation, ...] = field(repr=False, default=())

    def of_kind(self, kind: str) -> tuple[Concept, ...]:
        """Give all concepts of one kind."""
        return self._by_kind.get(kind, ())

    def related(self, subject_id: str, predicate: str) -> tuple[Concept, ...]:
        """Give the objects of a subject: the drugs that treat a condition, its symptoms."""
        return self._objects.get((subject_id, predicate), ())

    def subjects(self, object_id: str, predicate: str) -> tuple[Concept, ...]:
        """Give the subjects of an object: the conditions that a drug treats."""
        return self._subjects.get((object_id, predicate), ())

    def by_name(self, name: str, kind: str | None = None) -> Concept | None:
        """Find a concept by name or synonym, whatever the case; of one kind, or of the first of `KINDS` that has it."""
        folded = name.strip().casefold()
        kinds = KINDS if kind is None else (kind,)
        return next((self._names[key] for each in kinds if (key := (each, folded)) in self._names), None)

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
