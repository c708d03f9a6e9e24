"""The clinical picture of a case: what its patient has, feels, takes and shows, as facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from clinsynth.ontology.concepts import Concept
from clinsynth.ontology.ranges import ReferenceRange
from clinsynth.ontology.values import with_unit
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.results import (
    BLOOD_PRESSURE,
    DIASTOLIC,
    SYSTOLIC,
    draw,
    draw_pressure,
)
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.records import Fact

_Group = tuple[Fact, ...]  # facts that come together: a drug with its dose and frequency
_MAX_SYMPTOMS, _MAX_NEGATIVES, _MAX_DRUGS, _MAX_LABS, _MAX_VITALS = 3, 2, 3, 4, 3
_MAX_ABNORMAL_LABS = 3
_NEEDED_DRUGS = (1, 1, 2)  # a second drug takes three facts and would seldom find room
_NEVER_ALONE = frozenset({DIASTOLIC, "height"})  # told by the blood pressure, or of no interest in most notes


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """Who a case is about."""

    age: int
    sex: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """Draws the clinical picture of one patient from what is known, with a generator of its own."""

    knowledge: Knowledge
    space: AttributeSpace
    patient: Patient
    random: Random

    def facts(self, main: Concept) -> tuple[Fact, ...]:
        """Draw what goes with a main condition, as many facts as the space allows and the ontology has.

        The order is that of a history: person, conditions, symptoms, drugs, results, allergies. What the case is about
        comes first within each kind: the main condition, the drug for it, the result that it disturbs.
        """
        conditions = (main, *self._comorbidities(main))
        sex = self.patient.sex
        present = self._sample(self.knowledge.symptoms([main], sex=sex), _MAX_SYMPTOMS)
        absent = self._sample(self.knowledge.pertinent_negatives(conditions, sex=sex), _MAX_NEGATIVES)
        drugs = self._drugs(conditions)
        groups: list[list[_Group]] = [
            [(_fact("age", "is", str(self.patient.age)),), (_fact("sex", "is", self.patient.sex),)],
            [(_has(condition),) for condition in conditions],
            [(_has(symptom),) for symptom in present],
            [(_has(symptom, negated=True),) for symptom in absent],
            [self._prescription(drug) for drug in drugs],
            [(lab,) for lab in self._labs(conditions)],
            [(vital,) for vital in self._vitals((*conditions, *present), absent)],
            self._allergy(drugs),
        ]
        n_needed = [2, len(conditions), 1, 1, self.random.choice(_NEEDED_DRUGS), 1, 1, 1]
        target = self.random.randint(self.space.facts.least, self.space.facts.most)
        return tuple(fact for group in _kept(groups, n_needed, target, self.random) for fact in group)

    def _sample(self, concepts: Sequence[Concept], most: int) -> list[Concept]:
        return self.random.sample(list(concepts), min(most, len(concepts)))

    def _comorbidities(self, main: Concept) -> list[Concept]:
        n = self.random.choices(list(self.space.n_comorbidities), list(self.space.n_comorbidities.values()))[0]
        known = self.knowledge.comorbidities(main, age=self.patient.age, sex=self.patient.sex)
        return self._sample(known, n)

    def _drugs(self, conditions: Sequence[Concept]) -> list[Concept]:
        """Draw a drug for each condition, the main one first; a condition without a safe drug goes without."""
        taken: list[Concept] = []
        for condition in conditions[:_MAX_DRUGS]:
            safe = self.knowledge.safe_treatments(condition, conditions=conditions, taken=taken)
            if safe:
                taken.append(self.random.choice(safe))
        return taken

    def _prescription(self, drug: Concept) -> _Group:
        dose, frequency = self.random.choice(drug.values("doses")), self.random.choice(drug.values("frequencies"))
        return (
            _fact("medication", "takes", drug.name, code=drug.id),
            _fact("dose", "dose", dose, subject=drug.name),
            _fact("frequency", "frequency", frequency, subject=drug.name),
        )

    def _labs(self, conditions: Sequence[Concept]) -> list[Fact]:
        """Draw results: those that the conditions disturb first, then others within the range of the patient's sex.

        One of the main condition's own is the first of all. Of linked labs (hemoglobin and hematocrit) one is shown.
        """
        directions, disputed = self.knowledge.disturbed_labs(conditions)
        labs = {lab.id: lab for lab in self.knowledge.ontology.of_kind("lab")}
        possible = [labs[each] for each, way in directions.items() if self._limits(labs[each]).is_possible(way)]
        own = self.knowledge.disturbed_labs(conditions[:1])[0]
        drawn = self._sample(possible, len(possible))
        drawn.sort(key=lambda lab: lab.id not in own)
        disturbed = self._unlinked(drawn, [])[: self.random.randint(1, _MAX_ABNORMAL_LABS)]
        usual = [lab for lab in labs.values() if lab.id not in directions and lab.id not in disputed]
        # What is linked to a disturbed lab that is not shown is left out too: a normal hematocrit would deny anemia.
        others = self._unlinked(self._by_routine(usual), possible)[: _MAX_LABS - len(disturbed)]
        chosen = [(lab, directions[lab.id]) for lab in disturbed] + [(lab, "normal") for lab in others]
        return [_result(lab, draw(self._limits(lab), direction, self.random)) for lab, direction in chosen]

    def _unlinked(self, labs: Sequence[Concept], beside: Sequence[Concept]) -> list[Concept]:
        """Keep the labs that are linked to none before them, nor to those beside them."""
        links = {name: group for group in self.space.linked_labs for name in group}
        named = {name for lab in beside for name in links.get(lab.name, ())}
        kept: list[Concept] = []
        for lab in labs:
            if lab.name not in named:
                kept.append(lab)
                named.update(links.get(lab.name, ()))
        return kept

    def _by_routine(self, labs: Sequence[Concept]) -> list[Concept]:
        """Put labs in a random order, those that many conditions disturb sooner; those that none can are left out.

        (Weighted sampling without replacement; Efraimidis & Spirakis, 2006, doi:10.1016/j.ipl.2005.11.003.)
        """
        weights = [self.knowledge.routine(lab, age=self.patient.age, sex=self.patient.sex) for lab in labs]
        keys = [
            (self.random.random() ** (1 / weight), lab) for lab, weight in zip(labs, weights, strict=True) if weight
        ]
        return [lab for _, lab in sorted(keys, key=lambda keyed: -keyed[0])]

    def _limits(self, test: Concept) -> ReferenceRange:
        return self.knowledge.ontology.range_of(test, sex=self.patient.sex, age=self.patient.age)

    def _vitals(self, present: Sequence[Concept], absent: Sequence[Concept]) -> list[Fact]:
        """Draw vital signs, disturbed ones first; one that is pulled both ways is not shown."""
        signs = {
            _shown_name(sign): sign
            for sign in self.knowledge.ontology.of_kind("vital")
            if sign.name not in _NEVER_ALONE
        }
        directions = vital_directions(self.space, present, absent)
        others = self.random.sample(list(signs), min(len(signs), _MAX_VITALS))
        disturbed = [name for name, way in directions.items() if name in signs and way in {"raised", "lowered"}]
        shown = dict.fromkeys([*disturbed, *(name for name in others if directions.get(name) != "disputed")])
        return [
            _result(signs[name], self._sign(signs[name], directions.get(name, "normal")), name=name)
            for name in list(shown)[:_MAX_VITALS]
        ]

    def _sign(self, sign: Concept, direction: str) -> str:
        if sign.name == SYSTOLIC:
            return draw_pressure(self.knowledge.ontology, direction, self.random)
        limits = self._limits(sign)
        return draw(limits, direction if limits.is_possible(direction) else "normal", self.random)

    def _allergy(self, drugs: Sequence[Concept]) -> list[_Group]:
        safe = self.knowledge.safe_allergens(drugs)
        if not safe or self.random.random() >= self.space.allergy_share:
            return []
        allergen = self.random.choice(safe)
        return [(_fact("allergy", "allergic_to", allergen.name, code=allergen.id),)]


def vital_directions(space: AttributeSpace, present: Sequence[Concept], absent: Sequence[Concept]) -> dict[str, str]:
    """Give the direction of each disturbed vital sign: "raised", "lowered", "disputed" where conditions pull both ways.

    It is "normal" where something that would disturb it is denied: without fever there is no fever.
    """
    has, lacks = ({concept.name for concept in concepts} for concepts in (present, absent))
    directions: dict[str, str] = {}
    for rule in space.vitals:
        if not has.isdisjoint(rule.by) and directions.setdefault(rule.name, rule.direction) != rule.direction:
            directions[rule.name] = "disputed"
    denied = {rule.name for rule in space.vitals if not lacks.isdisjoint(rule.by)}
    return {name: "normal" if name in denied else direction for name, direction in directions.items()}


def _kept(groups: Sequence[Sequence[_Group]], n_needed: Sequence[int], target: int, random: Random) -> list[_Group]:
    """Keep the needed first groups of each kind, and of the rest as many as fit into `target` facts."""
    needed = {(kind, place) for kind, n in enumerate(n_needed) for place in range(min(n, len(groups[kind])))}
    rest = [(kind, place) for kind, listed in enumerate(groups) for place in range(len(listed))]
    rest = [key for key in rest if key not in needed]
    n_facts = sum(len(groups[kind][place]) for kind, place in needed)
    for kind, place in random.sample(rest, len(rest)):
        size = len(groups[kind][place])
        if n_facts + size <= target:
            needed.add((kind, place))
            n_facts += size
    return [groups[kind][place] for kind, place in sorted(needed)]


def _fact(kind: str, relation: str, value: str, *, subject: str = "patient", code: str | None = None) -> Fact:
    return Fact(id="", kind=kind, subject=subject, relation=relation, value=value, code=code)


def _has(concept: Concept, *, negated: bool = False) -> Fact:
    return Fact(
        id="",
        kind=concept.kind,
        subject="patient",
        relation="has",
        value=concept.name,
        code=concept.id,
        negated=negated,
    )


def _shown_name(sign: Concept) -> str:
    return BLOOD_PRESSURE if sign.name == SYSTOLIC else sign.name


def _result(concept: Concept, number: str, *, name: str = "") -> Fact:
    value = with_unit(number, concept.attributes.get("unit", ""))
    return _fact(concept.kind, "measured", value, subject=name or concept.name, code=concept.id)
