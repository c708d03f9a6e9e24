"""What an ontology allows in one case: who can have a condition, which drugs are safe, what it shows and moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.planning.remedies import Effect, Pharmacy, Remedy, Treatment, effects_of, treatments
from clinsynth.planning.weights import Weighted, weighted

_WHOLE_BODY = "constitutional"  # fever, fatigue, weight loss: of every review of systems
_SEXES = ("female", "male")
_NOT_PREGNANT = frozenset({"O72", "O85", "O86", "O87", "O90", "O91", "O92", "O94"})  # of the puerperium
_IMAGES = frozenset({"", "imaging"})
_OPERATIONS = frozenset({"", "operation", "endoscopy"})  # types of procedures
_MAJOR = frozenset({"", "general", "spinal"})  # kinds of anesthesia
_MANY_LABS = 3
_FIRST_LINE = 2.0
_MUCH_ASKED = 0.8
_SHARED_BY = {"has_symptom": 8, "has_finding": 3}
_OLD, _MOST_AGES = 89, 0.7
_LAST_PERIOD = 54  # years
_OF_PERIODS = frozenset({"symptom/heavy-periods", "symptom/missed-periods", "symptom/painful-periods"})
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
class Study:
    """An investigation and what it shows in a condition; "" where nothing is known of that."""

    procedure: Concept
    shows: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """One condition with everything that goes with it, gathered as it is asked for; what depends on the sex by sex."""

    condition: Concept
    _known: "Knowledge" = field(repr=False)
    course: str
    onset: tuple[str, ...]
    age_min: int
    age_max: int
    sexes: tuple[str, ...]

    def fits(self, age: int, sex: str, years: int = 0) -> bool:
        """Say whether a patient can have the condition, and keep it for some years."""
        return sex in self.sexes and self.age_min <= age and age + years <= self.age_max

    def is_met_with(self, other: "Profile") -> bool:
        """Say whether patients of another condition can have this one: at most of their ages, and if in pregnancy."""
        if self.is_pregnancy and not other.is_pregnancy:
            return False
        years = min(self.age_max, other.age_max, _OLD) - max(self.age_min, other.age_min)
        return years >= _MOST_AGES * (min(other.age_max, _OLD) - other.age_min)

    @cached_property
    def is_pregnancy(self) -> bool:
        """Whether who has it is pregnant: ICD-10-CM chapter O but for the puerperium."""
        return is_coded(self.condition, "O") and self.condition.codes["icd10cm"][:3] not in _NOT_PREGNANT

    @cached_property
    def can_flare(self) -> bool:
        """Whether it can be seen as an emergency: what is chronic only where it can begin within days."""
        return self.course != "chronic" or not _FLARES_WITHIN.isdisjoint(self.onset)

    @cached_property
    def is_serious(self) -> bool:
        """Whether patients are admitted for it: it moves vital signs or several labs, or needs a major operation."""
        return bool(self.signs) or self.is_operated or len(self.labs) >= _MANY_LABS

    @cached_property
    def is_operated(self) -> bool:
        """Whether an operation in general or spinal anesthesia treats it."""
        operations = self._known.ontology.related(self.condition.id, "operated_by")
        return any(each.attributes.get("anesthesia", "") in _MAJOR for each in operations)

    @cached_property
    def remedies(self) -> tuple[Remedy, ...]:
        """The drugs that treat it and can be prescribed."""
        return self._known.pharmacy.remedies(self.condition)

    @cached_property
    def treatments(self) -> Weighted[Treatment] | None:
        """The same as drugs or whole combinations: what the ontology names first is drawn far more often."""
        listed = treatments(self.remedies)
        places = {each.drug.id: place for place, each in enumerate(self.remedies)}
        return weighted((each, (1 + places[each[0].drug.id]) ** -_FIRST_LINE) for each in listed) if listed else None

    @cached_property
    def essentials(self) -> Weighted[Treatment] | None:
        """The treatments of which every patient is given one that suits; None where drugs can be left out."""
        listed = self.treatments
        if listed is None or not any(each[0].is_essential for each in listed.items):
            return None
        places = {each.drug.id: place for place, each in enumerate(self.remedies)}
        needed = (each for each in listed.items if each[0].is_essential)
        return weighted((each, (1 + places[each[0].drug.id]) ** -_FIRST_LINE) for each in needed)

    @cached_property
    def excluded(self) -> frozenset[str]:
        """Ids of the conditions that nobody has beside it."""
        return self._known.ontology.excluded(self.condition.id)

    @cached_property
    def labs(self) -> tuple[Effect, ...]:
        """What it does to labs."""
        return tuple(effect for effect in self._known.effects(self.condition) if effect.test.kind == "lab")

    @cached_property
    def signs(self) -> tuple[Effect, ...]:
        """What it does to vital signs."""
        return tuple(effect for effect in self._known.effects(self.condition) if effect.test.kind == "vital")

    @cached_property
    def pulls(self) -> frozenset[tuple[str, str]]:
        """Pairs of the id of a test and the direction in which it is moved."""
        return frozenset((effect.test.id, effect.direction) for effect in self._known.effects(self.condition))

    @cached_property
    def clashing(self) -> frozenset[str]:
        """Ids of symptoms and findings that belong to it: its own, those named alike, those that resemble its own."""
        related, subjects = self._known.ontology.related, self._known.ontology.subjects
        own = (*related(self.condition.id, "has_symptom"), *related(self.condition.id, "has_finding"))
        named = map(self._known.named_alike, (self.condition, *own))
        like = (each for one in own for each in (*related(one.id, "resembles"), *subjects(one.id, "resembles")))
        return frozenset(each.id for each in (*own, *like)).union(*named)

    @cached_property
    def causes(self) -> tuple["Profile", ...]:
        """The conditions of which one underlies it, the usual first; none for most."""
        return tuple(map(self._known.profile, self._known.ontology.related(self.condition.id, "complicates")))

    @cached_property
    def related(self) -> Mapping[str, tuple["Profile", ...]]:
        """The conditions that go with it."""
        listed = _by_sex(self._known.comorbidities(self.condition))
        return {sex: tuple(map(self._known.profile, conditions)) for sex, conditions in listed.items()}

    @cached_property
    def symptoms(self) -> Mapping[str, tuple[Concept, ...]]:
        """What patients complain of."""
        return _by_sex(self._known.ontology.related(self.condition.id, "has_symptom"))

    @cached_property
    def findings(self) -> Mapping[str, tuple[Concept, ...]]:
        """What the examination finds."""
        return _by_sex(self._known.ontology.related(self.condition.id, "has_finding"))

    @cached_property
    def negatives(self) -> Mapping[str, Weighted[Concept] | None]:
        """Symptoms worth denying: those of many conditions more often."""
        return self._deniable("has_symptom")

    @cached_property
    def absent(self) -> Mapping[str, Weighted[Concept] | None]:
        """Findings worth denying, in the same way."""
        return self._deniable("has_finding")

    @cached_property
    def imaging(self) -> Mapping[str, tuple[Study, ...]]:
        """Images that show it."""
        images = (each for each in self._shown if each.shows)
        return _studies_by_sex(each for each in images if each.procedure.attributes.get("type", "") in _IMAGES)

    @cached_property
    def studies(self) -> Mapping[str, tuple[Study, ...]]:
        """Investigations: those that show it, then other tests; what is an operation too is none."""
        shown = {image.procedure.id for image in self._shown}
        tests = self._known.ontology.related(self.condition.id, "investigated_by")
        operations = {each.id for each in self._known.ontology.related(self.condition.id, "operated_by")}
        found = [*self._shown, *(Study(procedure=test) for test in tests if test.id not in shown)]
        return _studies_by_sex(study for study in found if study.procedure.id not in operations)

    @cached_property
    def operations(self) -> Mapping[str, tuple[Concept, ...]]:
        """Operations that treat it; a therapy is none."""
        listed = self._known.ontology.related(self.condition.id, "operated_by")
        return _by_sex(each for each in listed if each.attributes.get("type", "") in _OPERATIONS)

    @cached_property
    def sites(self) -> frozenset[str]:
        """Ids of body sites."""
        return frozenset(each.id for each in self._known.ontology.related(self.condition.id, "located_in"))

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of each of its names."""
        return tuple(_words(name) for name in self.condition.names)

    def _deniable(self, predicate: str) -> Mapping[str, Weighted[Concept] | None]:
        listed = self._known.worth_denying(self.condition, predicate)
        by_sex = _by_sex(each for each in listed if each.id not in self.clashing)
        return {sex: self._by_use(some, predicate) for sex, some in by_sex.items()}

    def _by_use(self, symptoms: Sequence[Concept], predicate: str) -> Weighted[Concept] | None:
        """Weigh what can be denied by how many conditions have it; what few have is asked of nobody else."""
        counts = {each: len(self._known.ontology.subjects(each.id, predicate)) for each in symptoms}
        shared = {each: n for each, n in counts.items() if n >= _SHARED_BY[predicate]} or counts
        return weighted((each, n**_MUCH_ASKED) for each, n in shared.items()) if shared else None

    @cached_property
    def _shown(self) -> tuple[Study, ...]:
        concepts = self._known.ontology.concepts
        return tuple(
            Study(procedure=concepts[row.object], shows=row.attributes.get("shows", ""))
            for row in self._known.ontology.rows(self.condition.id, "shown_by")
        )


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Questions to an ontology; answers about one concept are kept."""

    ontology: Ontology = field(repr=False)

    def profile(self, condition: Concept) -> Profile:
        """Give what goes with a condition."""
        if condition.id not in self._profiles:
            self._profiles[condition.id] = self._new_profile(condition)
        return self._profiles[condition.id]

    def effects(self, concept: Concept) -> tuple[Effect, ...]:
        """Give what a condition, symptom or drug raises and lowers, in the order of the ontology."""
        if concept.id not in self._effects:
            self._effects[concept.id] = effects_of(self.ontology, concept)
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
        sex = condition.attributes.get("sex", "")
        return Profile(
            condition=condition,
            _known=self,
            course=condition.attributes.get("course", ""),
            onset=condition.values("onset"),
            age_min=int(condition.number("age_min") or 0),
            age_max=int(condition.number("age_max") or 120),
            sexes=(sex,) if sex else _SEXES,
        )

    def worth_denying(self, main: Concept, predicate: str) -> list[Concept]:
        """Give symptoms or findings of conditions that share one of them, or the specialty, with the main one.

        They are of the body systems that the main one is felt or found in, or of the whole body, and some condition has
        them that patients of the main one can have.
        """
        ontology = self.ontology
        own = ontology.related(main.id, predicate)
        asked = {each.attributes.get("system", "") for each in own} | {_WHOLE_BODY}
        sharing = {each.id for one in own for each in ontology.subjects(one.id, predicate)}
        specialty = main.attributes.get("specialty")
        found = _distinct(
            each
            for other in ontology.of_kind("condition")
            if (other.id in sharing or other.attributes.get("specialty") == specialty)
            and self.profile(other).is_met_with(self.profile(main))
            for each in ontology.related(other.id, predicate)
        )
        pulls = {(effect.test.id, effect.direction) for effect in self.effects(main)}
        return [
            each
            for each in found
            if each.attributes.get("system", "") in asked
            and pulls.isdisjoint((effect.test.id, effect.direction) for effect in self.effects(each))
        ]

    @cached_property
    def pharmacy(self) -> Pharmacy:
        """The drugs and what speaks against them."""
        return Pharmacy(ontology=self.ontology)

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


def is_of_age(symptom: Concept, age: int) -> bool:
    """Say whether patients of that age can have a symptom: periods end."""
    return age <= _LAST_PERIOD or symptom.id not in _OF_PERIODS


def is_coded(condition: Concept, code: str) -> bool:
    """Say whether a condition has an ICD-10-CM code that begins so."""
    return condition.codes.get("icd10cm", "").startswith(code)


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
