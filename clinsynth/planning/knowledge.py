"""What an ontology allows in one case: who can have a condition, which drugs are safe, which results follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.ontology.concepts import Concept, Ontology

_WHOLE_BODY = "constitutional"  # fever, fatigue, weight loss: of every review of systems


def fits(condition: Concept, *, age: int, sex: str) -> bool:
    """Say whether a patient of that age and sex can have a condition."""
    lowest, highest = condition.number("age_min"), condition.number("age_max")
    return (
        condition.attributes.get("sex", "") in {"", sex}
        and (lowest is None or age >= lowest)
        and (highest is None or age <= highest)
    )


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Questions to an ontology; answers about one concept are kept."""

    ontology: Ontology = field(repr=False)

    def comorbidities(self, main: Concept, *, age: int, sex: str) -> tuple[Concept, ...]:
        """Give the conditions that go with one, read in both directions, and that fit the patient."""
        found = (
            *self.ontology.related(main.id, "comorbid_with"),
            *self.ontology.subjects(main.id, "comorbid_with"),
        )
        return tuple(other for other in _distinct(found) if other.id != main.id and fits(other, age=age, sex=sex))

    def safe_treatments(
        self, condition: Concept, *, conditions: Sequence[Concept], taken: Sequence[Concept]
    ) -> tuple[Concept, ...]:
        """Give the drugs for a condition that none of the patient's conditions forbids, of a class not yet taken.

        A drug without doses or frequencies cannot be prescribed and is left out.
        """
        classes = {drug.attributes.get("class", "") for drug in taken} - {""}
        taken_ids = {drug.id for drug in taken}
        ids = {other.id for other in conditions}
        return tuple(
            drug
            for drug in self.ontology.related(condition.id, "treated_by")
            if drug.id not in taken_ids
            and drug.attributes.get("class", "") not in classes
            and drug.values("doses")
            and drug.values("frequencies")
            and not any(forbidden.id in ids for forbidden in self.ontology.related(drug.id, "contraindicated_in"))
        )

    def disturbed_labs(self, conditions: Sequence[Concept]) -> tuple[dict[str, str], frozenset[str]]:
        """Give the direction of each lab that conditions disturb, and the labs that they pull both ways.

        Directions are in the order of the conditions: what the main condition does comes first.
        """
        directions: dict[str, str] = {}
        disputed: set[str] = set()
        for condition in conditions:
            for predicate, direction in (("raises", "raised"), ("lowers", "lowered")):
                for lab in self.ontology.related(condition.id, predicate):
                    if directions.setdefault(lab.id, direction) != direction:
                        disputed.add(lab.id)
        return {lab: direction for lab, direction in directions.items() if lab not in disputed}, frozenset(disputed)

    def routine(self, lab: Concept, *, age: int, sex: str) -> int:
        """Count the conditions that disturb a lab in a patient of that age and sex: how often it is worth a look."""
        disturbing = (self.ontology.subjects(lab.id, predicate) for predicate in ("raises", "lowers"))
        return sum(fits(condition, age=age, sex=sex) for found in disturbing for condition in found)

    def symptoms(self, conditions: Sequence[Concept], *, sex: str = "") -> tuple[Concept, ...]:
        """Give all symptoms of the conditions that a patient of that sex can have, those of the first condition first.

        Without a sex they are those of anybody.
        """
        return _distinct(
            symptom
            for condition in conditions
            for symptom in self.ontology.related(condition.id, "has_symptom")
            if _is_felt_by(symptom, sex)
        )

    def pertinent_negatives(self, conditions: Sequence[Concept], *, sex: str = "") -> tuple[Concept, ...]:
        """Give symptoms worth denying: of conditions alike to the first, and of none that the patient has.

        Alike are the conditions that share a symptom or the specialty; of theirs those count that a patient of that sex
        can have, in a body system that the first condition is felt in, or in the whole body. A symptom whose words are
        among those of a symptom or condition of the patient ("pain" beside "chest pain") is left out: denying it would
        deny both.
        """
        named = (*self.symptoms(conditions), *conditions)
        clashing = frozenset[str]().union(*(self._symptoms_named_alike(concept) for concept in named))
        asked = {symptom.attributes.get("system", "") for symptom in self.symptoms(conditions[:1])} | {_WHOLE_BODY}
        return tuple(
            symptom
            for symptom in self._symptoms_of_alike(conditions[0])
            if symptom.id not in clashing
            and _is_felt_by(symptom, sex)
            and symptom.attributes.get("system", "") in asked
        )

    def safe_allergens(self, drugs: Sequence[Concept]) -> tuple[Concept, ...]:
        """Give the allergens that none of the drugs belongs to, by class or by name."""
        taken = {allergen.id for drug in drugs for allergen in self.ontology.related(drug.id, "in_class")}
        names = {name.casefold() for drug in drugs for name in drug.names}
        return tuple(
            allergen
            for allergen in self.ontology.of_kind("allergen")
            if allergen.id not in taken and names.isdisjoint(name.casefold() for name in allergen.names)
        )

    def _symptoms_of_alike(self, main: Concept) -> tuple[Concept, ...]:
        if main.id not in self._alike:
            own = {symptom.id for symptom in self.symptoms([main])}
            alike = [
                other
                for other in self.ontology.of_kind("condition")
                if other.attributes.get("specialty") == main.attributes.get("specialty")
                or any(symptom.id in own for symptom in self.ontology.related(other.id, "has_symptom"))
            ]
            self._alike[main.id] = self.symptoms(alike)
        return self._alike[main.id]

    def _symptoms_named_alike(self, concept: Concept) -> frozenset[str]:
        """Give the ids of symptoms with a name whose words are among those of a name of the concept, or all of them."""
        if concept.id not in self._named_alike:
            own = [_words(name) for name in concept.names]
            self._named_alike[concept.id] = frozenset(
                symptom.id
                for symptom in self.ontology.of_kind("symptom")
                if any(one <= two or two <= one for one in own for two in map(_words, symptom.names))
            )
        return self._named_alike[concept.id]

    @cached_property
    def _alike(self) -> dict[str, tuple[Concept, ...]]:
        return {}

    @cached_property
    def _named_alike(self) -> dict[str, frozenset[str]]:
        return {}


def _is_felt_by(symptom: Concept, sex: str) -> bool:
    return not sex or symptom.attributes.get("sex", "") in {"", sex}


def _words(name: str) -> frozenset[str]:
    return frozenset(name.lower().split())


def _distinct(concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    return tuple({concept.id: concept for concept in concepts}.values())
