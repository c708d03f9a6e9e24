"""What an ontology allows in one case: who can have a condition, which drugs are safe, what it shows and moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept, Ontology, Relation
from clinsynth.planning.doses import Regimen, regimens

_WHOLE_BODY = "constitutional"  # fever, fatigue, weight loss: of every review of systems
_SEXES = ("female", "male")
_DIRECTIONS: Mapping[str, str] = MappingProxyType({"raises": "raised", "lowers": "lowered"})
_SERIOUS = frozenset({"contraindicated", "major"})
_NOT_PREGNANT = frozenset({"O72", "O85", "O86", "O87", "O90", "O91", "O92", "O94"})  # of the puerperium
_OPERATIONS = frozenset({"", "operation", "endoscopy"})  # types of procedures; a therapy is none
_MAJOR = frozenset({"", "general", "spinal"})  # kinds of anesthesia
_MANY_LABS = 3
_FLARES_WITHIN = frozenset({"hours", "days"})


def fits(concept: Concept, *, age: int, sex: str) -> bool:
    """Say whether a patient of that age and sex can have a condition or take a drug."""
    lowest, highest = concept.number("age_min"), concept.number("age_max")
    return (
        concept.attributes.get("sex", "") in {"", sex}
        and (lowest is None or age >= lowest)
        and (highest is None or age <= highest)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """That something raises or lowers a lab or vital sign; `strength` is "mild", "moderate" or "marked"."""

    test: Concept
    direction: str
    strength: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """An investigation and what it shows in a condition; "" where nothing is known of that."""

    procedure: Concept
    shows: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Remedy:
    """A drug as a treatment of one condition.

    Attributes:
        regimens: From the smallest to the largest dose; those of the condition where it has its own.
        forbidden: Ids of conditions in which it is contraindicated.
        serious: Ids of drugs that it must not be given with.
        classes: Ids of its classes.
        allergens: Ids of allergens that it belongs to, or that bear its name.
        renal_avoid: Below this eGFR (mL/min/1.73 m2) it is not given.
        renal_reduce: Below this eGFR its smallest dose is given.
    """

    drug: Concept
    regimens: tuple[Regimen, ...]
    forbidden: frozenset[str]
    serious: frozenset[str]
    classes: frozenset[str]
    allergens: frozenset[str]
    effects: tuple[Effect, ...]
    age_min: float
    age_max: float
    sex: str
    renal_avoid: float
    renal_reduce: float
    is_harmful_to_the_unborn: bool


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Profile:
    """One condition with everything that goes with it; what depends on the sex is given for each.

    Attributes:
        clashing: Ids of symptoms and findings that the condition has, or whose words are among those of its names.
        negatives: Symptoms worth denying: of conditions alike, in the same body systems or the whole body.
        absent: Findings worth denying.
        imaging: Images that show the condition, with what they show.
        studies: Images and other tests.
        pulls: Pairs of a test and a direction.
        words: Those of each name.
        can_flare: Whether it can be seen as an emergency: what is chronic only where it can begin within days.
        is_serious: Whether patients are admitted for it: it moves vital signs or several labs, or needs an operation.
    """

    condition: Concept
    course: str
    onset: tuple[str, ...]
    age_min: int
    age_max: int
    sexes: tuple[str, ...]
    is_pregnancy: bool
    can_flare: bool
    is_serious: bool
    remedies: tuple[Remedy, ...]
    labs: tuple[Effect, ...]
    signs: tuple[Effect, ...]
    pulls: frozenset[tuple[str, str]]
    clashing: frozenset[str]
    related: Mapping[str, tuple["Concept", ...]]
    symptoms: Mapping[str, tuple[Concept, ...]]
    findings: Mapping[str, tuple[Concept, ...]]
    negatives: Mapping[str, tuple[Concept, ...]]
    absent: Mapping[str, tuple[Concept, ...]]
    imaging: Mapping[str, tuple[Study, ...]]
    studies: Mapping[str, tuple[Study, ...]]
    operations: Mapping[str, tuple[Concept, ...]]
    sites: frozenset[str]
    words: tuple[frozenset[str], ...]

    def fits(self, age: int, sex: str, years: int = 0) -> bool:
        """Say whether a patient can have the condition, and keep it for some years."""
        return sex in self.sexes and self.age_min <= age and age + years <= self.age_max


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Questions to an ontology; answers about one concept are kept."""

    ontology: Ontology = field(repr=False)

    def profile(self, condition: Concept) -> Profile:
        """Give what goes with a condition."""
        if condition.id not in self._profiles:
            self._profiles[condition.id] = self._new_profile(condition)
        return self._profiles[condition.id]

    def related(self, profile: Profile, sex: str) -> tuple[Profile, ...]:
        """Give what goes with a condition, for a patient of that sex."""
        key = profile.condition.id, sex
        if key not in self._related:
            self._related[key] = tuple(self.profile(other) for other in profile.related[sex])
        return self._related[key]

    def remedy(self, condition: Concept, drug: Concept) -> Remedy | None:
        """Give a drug as a treatment of a condition; None where it is none, or has no dose and frequency."""
        return next((each for each in self.profile(condition).remedies if each.drug is drug), None)

    def effects(self, concept: Concept) -> tuple[Effect, ...]:
        """Give what a condition, symptom or drug raises and lowers, in the order of the ontology."""
        if concept.id not in self._effects:
            concepts = self.ontology.concepts
            self._effects[concept.id] = tuple(
                Effect(
                    test=concepts[row.object],
                    direction=direction,
                    strength=row.attributes.get("strength") or "moderate",
                )
                for predicate, direction in _DIRECTIONS.items()
                for row in self.ontology.rows(concept.id, predicate)
            )
        return self._effects[concept.id]

    def named_alike(self, concept: Concept) -> frozenset[str]:
        """Give the ids of symptoms and findings with a name whose words are among the concept's, or all of them.

        Denying "pain" beside "chest pain" would deny both.
        """
        if concept.id not in self._named_alike:
            own = [_words(name) for name in concept.names]
            near = {entry for words in own for word in words for entry in self._by_word.get(word, ())}
            self._named_alike[concept.id] = frozenset(
                other for words, other in near if any(words <= one or one <= words for one in own)
            )
        return self._named_alike[concept.id]

    def comorbidities(self, condition: Concept) -> tuple[Concept, ...]:
        """Give the conditions that go with one, read in both directions, of whatever age and sex."""
        both = (
            *self.ontology.related(condition.id, "comorbid_with"),
            *self.ontology.subjects(condition.id, "comorbid_with"),
        )
        own = [_words(name) for name in condition.names]
        return tuple(
            other
            for other in _distinct(both)
            if other.id != condition.id and not _is_within(own, [_words(name) for name in other.names])
        )

    def goes_with_code(self, code: str) -> frozenset[str]:
        """Give the ids of conditions that go with one of an ICD-10-CM category ("F17": nicotine dependence)."""
        coded = [each for each in self.ontology.of_kind("condition") if is_coded(each, code)]
        return frozenset(other.id for each in coded for other in self.comorbidities(each))

    def _new_profile(self, condition: Concept) -> Profile:
        ontology = self.ontology
        effects = self.effects(condition)
        symptoms = ontology.related(condition.id, "has_symptom")
        findings = ontology.related(condition.id, "has_finding")
        named = (condition, *symptoms, *findings)
        images = [
            Study(procedure=ontology.concepts[row.object], shows=row.attributes.get("shows", ""))
            for row in ontology.rows(condition.id, "shown_by")
        ]
        tests = [Study(procedure=each) for each in ontology.related(condition.id, "investigated_by")]
        shown = {image.procedure.id for image in images}
        studies = [*images, *(test for test in tests if test.procedure.id not in shown)]
        course, onset = condition.attributes.get("course", ""), condition.values("onset")
        sex = condition.attributes.get("sex", "")
        return Profile(
            condition=condition,
            course=course,
            onset=onset,
            age_min=int(condition.number("age_min") or 0),
            age_max=int(condition.number("age_max") or 120),
            sexes=(sex,) if sex else _SEXES,
            is_pregnancy=is_pregnancy(condition),
            is_serious=self._is_serious(condition, effects),
            can_flare=course != "chronic" or not _FLARES_WITHIN.isdisjoint(onset),
            remedies=self._remedies(condition),
            labs=tuple(effect for effect in effects if effect.test.kind == "lab"),
            signs=tuple(effect for effect in effects if effect.test.kind == "vital"),
            pulls=frozenset((effect.test.id, effect.direction) for effect in effects),
            clashing=frozenset(each.id for each in (*symptoms, *findings)).union(*map(self.named_alike, named)),
            related=_by_sex(self.comorbidities(condition)),
            symptoms=_by_sex(symptoms),
            findings=_by_sex(findings),
            negatives=_by_sex(self._worth_denying(condition, "has_symptom")),
            absent=_by_sex(self._worth_denying(condition, "has_finding")),
            imaging=_studies_by_sex(each for each in images if each.shows and _is_image(each.procedure)),
            studies=_studies_by_sex(studies),
            operations=_by_sex(
                each
                for each in ontology.related(condition.id, "operated_by")
                if each.attributes.get("type", "") in _OPERATIONS
            ),
            sites=frozenset(each.id for each in ontology.related(condition.id, "located_in")),
            words=tuple(_words(name) for name in condition.names),
        )

    def _is_serious(self, condition: Concept, effects: Sequence[Effect]) -> bool:
        moves_signs = any(effect.test.kind == "vital" for effect in effects)
        operations = self.ontology.related(condition.id, "operated_by")
        is_operated = any(each.attributes.get("anesthesia", "") in _MAJOR for each in operations)
        return moves_signs or is_operated or len(effects) >= _MANY_LABS

    def _worth_denying(self, main: Concept, predicate: str) -> list[Concept]:
        """Give symptoms or findings of conditions that share one of them, or the specialty, with the main one."""
        ontology = self.ontology
        own = ontology.related(main.id, predicate)
        asked = {each.attributes.get("system", "") for each in own} | {_WHOLE_BODY}
        sharing = {each.id for one in own for each in ontology.subjects(one.id, predicate)}
        specialty = main.attributes.get("specialty")
        found = _distinct(
            each
            for other in ontology.of_kind("condition")
            if other.id in sharing or other.attributes.get("specialty") == specialty
            for each in ontology.related(other.id, predicate)
        )
        pulls = {(effect.test.id, effect.direction) for effect in self.effects(main)}
        return [
            each
            for each in found
            if each.attributes.get("system", "") in asked
            and pulls.isdisjoint((effect.test.id, effect.direction) for effect in self.effects(each))
        ]

    def _remedies(self, condition: Concept) -> tuple[Remedy, ...]:
        rows = self.ontology.rows(condition.id, "treated_by")
        found = (self._new_remedy(self.ontology.concepts[row.object], row) for row in rows)
        return tuple(remedy for remedy in found if remedy.regimens)

    def _new_remedy(self, drug: Concept, row: Relation) -> Remedy:
        ontology = self.ontology
        classes = ontology.related(drug.id, "member_of")
        names = {name.casefold() for name in drug.names}
        allergens = {each.id for each in ontology.related(drug.id, "in_class")}
        allergens |= {id_ for name in names for id_ in self._allergens_named.get(name, ())}
        return Remedy(
            drug=drug,
            regimens=regimens(drug, row),
            forbidden=ontology.forbidden(drug.id),
            serious=self._serious.get(drug.id, frozenset()),
            classes=frozenset(each.id for each in classes),
            allergens=frozenset(allergens),
            effects=tuple(effect for effect in self.effects(drug) if effect.test.kind == "lab"),
            age_min=drug.number("age_min") or 0,
            age_max=drug.number("age_max") or 120,
            sex=drug.attributes.get("sex", ""),
            renal_avoid=drug.number("renal_avoid") or 0.0,
            renal_reduce=drug.number("renal_reduce") or 0.0,
            is_harmful_to_the_unborn=drug.attributes.get("pregnancy") == "avoid",
        )

    @cached_property
    def _serious(self) -> Mapping[str, frozenset[str]]:
        """Give for each drug those that it must not be given with; what is said of a class holds for its members."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.ontology.relations:
            if row.predicate == "interacts_with" and row.attributes.get("severity") in _SERIOUS:
                for one, other in product(self._members(row.subject), self._members(row.object)):
                    if one != other:
                        found[one].add(other)
                        found[other].add(one)
        return {drug: frozenset(others) for drug, others in found.items()}

    def _members(self, side: str) -> tuple[str, ...]:
        return (side, *(each.id for each in self.ontology.subjects(side, "member_of")))

    @cached_property
    def _allergens_named(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for allergen in self.ontology.of_kind("allergen"):
            for name in allergen.names:
                found[name.casefold()].add(allergen.id)
        return found

    @cached_property
    def _by_word(self) -> Mapping[str, list[tuple[frozenset[str], str]]]:
        found: defaultdict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
        for each in (*self.ontology.of_kind("symptom"), *self.ontology.of_kind("finding")):
            for name in each.names:
                words = _words(name)
                for word in words:
                    found[word].append((words, each.id))
        return found

    @cached_property
    def _profiles(self) -> dict[str, Profile]:
        return {}

    @cached_property
    def _related(self) -> dict[tuple[str, str], tuple[Profile, ...]]:
        return {}

    @cached_property
    def _effects(self) -> dict[str, tuple[Effect, ...]]:
        return {}

    @cached_property
    def _named_alike(self) -> dict[str, frozenset[str]]:
        return {}


_KNOWN: dict[int, Knowledge] = {}


def knowledge_of(ontology: Ontology) -> Knowledge:
    """Give the knowledge of an ontology; the last one asked for is kept, for it takes a second to gather."""
    if id(ontology) not in _KNOWN:
        _KNOWN.clear()
        _KNOWN[id(ontology)] = Knowledge(ontology=ontology)
    return _KNOWN[id(ontology)]


def is_coded(condition: Concept, code: str) -> bool:
    """Say whether a condition has an ICD-10-CM code that begins so."""
    return condition.codes.get("icd10cm", "").startswith(code)


def is_pregnancy(condition: Concept) -> bool:
    """Say whether a condition means that the patient is pregnant: ICD-10-CM chapter O but for the puerperium."""
    return is_coded(condition, "O") and condition.codes["icd10cm"][:3] not in _NOT_PREGNANT


def _is_image(procedure: Concept) -> bool:
    return procedure.attributes.get("type", "") in {"", "imaging"}


def _by_sex(concepts: Iterable[Concept]) -> Mapping[str, tuple[Concept, ...]]:
    listed = tuple(concepts)
    return {sex: tuple(each for each in listed if each.attributes.get("sex", "") in {"", sex}) for sex in _SEXES}


def _studies_by_sex(studies: Iterable[Study]) -> Mapping[str, tuple[Study, ...]]:
    listed = tuple(studies)
    return {
        sex: tuple(each for each in listed if each.procedure.attributes.get("sex", "") in {"", sex}) for sex in _SEXES
    }


def _words(name: str) -> frozenset[str]:
    return frozenset(name.lower().split())


def _is_within(some: Iterable[frozenset[str]], others: Iterable[frozenset[str]]) -> bool:
    """Say whether the words of a name are among those of another: heart failure, acute heart failure."""
    return any(one <= other or other <= one for one, other in product(some, others))


def _distinct(concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    return tuple({concept.id: concept for concept in concepts}.values())
