"""No case contradicts the ontology, and each depends on its seed and index alone."""

import itertools
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.config import Plan
from clinsynth.errors import ConfigError
from clinsynth.ontology import Concept, Ontology, load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.results import BLOOD_PRESSURE, is_possible, range_of
from clinsynth.planning.spaces import AttributeSpace, load_space
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact

N_CASES = 2000
KINDS = {"age", "sex", "condition", "symptom", "medication", "dose", "frequency", "lab", "vital", "allergy"}


@cache
def _planner(*, seed: int = 7, **plan: object) -> Planner:
    return _new_planner(seed, **plan)


def _new_planner(seed: int, **plan: object) -> Planner:
    return Planner(ontology=load_ontology("core"), space=_space(), seed=seed, plan=Plan.model_validate(plan))


@cache
def _space() -> AttributeSpace:
    return load_space("attributes/general.yaml")


@cache
def _cases() -> tuple[Case, ...]:
    return tuple(_planner().case(index) for index in range(N_CASES))


def _of_kind(case: Case, kind: str) -> list[Fact]:
    return [fact for fact in case.facts if fact.kind == kind]


def _concepts(case: Case, kind: str, ontology: Ontology) -> list[Concept]:
    return [ontology.concepts[fact.code or ""] for fact in _of_kind(case, kind) if not fact.negated]


def _direction(concept: Concept, number: str, sex: str) -> str:
    value = float(number)
    low, high = concept.number("low", sex=sex), concept.number("high", sex=sex)
    if high is not None and value > high:
        return "raised"
    return "lowered" if low is not None and value < low else "normal"


@given(seed=st.integers(0, 2**32), index=st.integers(0, 10**6), before=st.lists(st.integers(0, 50), max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_case_depends_on_seed_and_index_alone(seed: int, index: int, before: list[int]) -> None:
    """Whatever was drawn before, the same seed and index give the same case."""
    fresh, used = _new_planner(seed), _new_planner(seed)
    for other in before:
        used.case(other)
    assert used.case(index) == fresh.case(index)


def test_cases_have_the_size_and_the_kinds_that_are_promised() -> None:
    """Every case has 8 to 16 facts with ids of their own, and all kinds of facts are drawn."""
    for case in _cases():
        assert 8 <= len(case.facts) <= 16, case.id
        assert len({fact.id for fact in case.facts}) == len(case.facts)
    assert {fact.kind for case in _cases() for fact in case.facts} == KINDS
    assert [case.id for case in _cases()[:2]] == ["case-000000", "case-000001"]


def test_patients_can_have_what_they_have() -> None:
    """Sex and age are within the limits of every condition, and the same in attributes and facts."""
    ontology = load_ontology("core")
    for case in _cases():
        age, sex = int(case.attributes["age"]), case.attributes["sex"]
        assert [fact.value for fact in _of_kind(case, "age") + _of_kind(case, "sex")] == [str(age), sex]
        for condition in _concepts(case, "condition", ontology):
            assert condition.attributes["sex"] in {"", sex}, case.id
            assert (condition.number("age_min") or 0) <= age <= (condition.number("age_max") or 120), case.id


def test_conditions_belong_together() -> None:
    """Each further condition is a comorbidity of the main one, in either direction."""
    ontology = load_ontology("core")
    for case in _cases():
        main, *others = _concepts(case, "condition", ontology)
        linked = (*ontology.related(main.id, "comorbid_with"), *ontology.subjects(main.id, "comorbid_with"))
        assert all(other in linked for other in others), case.id


def test_every_drug_has_a_reason_and_no_reason_against_it() -> None:
    """A drug treats one of the conditions and is forbidden by none; dose and frequency are listed for it."""
    ontology = load_ontology("core")
    for case in _cases():
        conditions = _concepts(case, "condition", ontology)
        drugs = _concepts(case, "medication", ontology)
        for drug in drugs:
            assert any(drug in ontology.related(each.id, "treated_by") for each in conditions), case.id
            assert not set(ontology.related(drug.id, "contraindicated_in")) & set(conditions), case.id
            regimen = {fact.kind: fact.value for fact in case.facts if fact.subject == drug.name}
            assert regimen["dose"] in drug.values("doses")
            assert regimen["frequency"] in drug.values("frequencies")
        assert len({drug.attributes["class"] for drug in drugs}) == len(drugs), case.id


def test_nobody_takes_what_they_are_allergic_to() -> None:
    """No drug belongs to the class of an allergen of the case, or bears its name."""
    ontology = load_ontology("core")
    for case in _cases():
        allergens = _concepts(case, "allergy", ontology)
        for drug in _concepts(case, "medication", ontology):
            assert not set(ontology.related(drug.id, "in_class")) & set(allergens), case.id
            assert not {name.lower() for name in drug.names} & {n.lower() for each in allergens for n in each.names}


def test_labs_go_where_the_conditions_take_them() -> None:
    """A lab that a condition raises or lowers is so, any other is within the range of the sex; none is impossible."""
    ontology = load_ontology("core")
    n_disturbed = 0
    for case in _cases():
        sex = case.attributes["sex"]
        conditions = _concepts(case, "condition", ontology)
        raised = {lab.id for each in conditions for lab in ontology.related(each.id, "raises")}
        lowered = {lab.id for each in conditions for lab in ontology.related(each.id, "lowers")}
        for fact in _of_kind(case, "lab"):
            lab = ontology.concepts[fact.code or ""]
            number = fact.value.removesuffix(lab.attributes["unit"]).strip()
            way = _direction(lab, number, sex)
            expected = "raised" if lab.id in raised else "lowered" if lab.id in lowered else "normal"
            assert lab.id not in raised & lowered, case.id
            assert way == expected, (case.id, lab.id, number)
            assert (lab.number("critical_low") or 0) <= float(number) <= (lab.number("critical_high") or 1e9)
            assert len(number.partition(".")[2]) == int(lab.attributes["decimals"])
            n_disturbed += way != "normal"
    assert n_disturbed > N_CASES / 3


def test_the_result_that_the_main_condition_disturbs_comes_first() -> None:
    """Templates ask for the first lab: it is one of the main condition's own wherever it disturbs any undisputed."""
    knowledge = Knowledge(ontology=load_ontology("core"))
    for case in _cases():
        conditions = _concepts(case, "condition", knowledge.ontology)
        own, undisputed = (knowledge.disturbed_labs(some)[0] for some in (conditions[:1], conditions))
        shown = [
            lab
            for lab in own.keys() & undisputed.keys()
            if is_possible(range_of(knowledge.ontology.concepts[lab], sex=case.attributes["sex"]), own[lab])
        ]
        assert not shown or _of_kind(case, "lab")[0].code in shown, case.id


def test_linked_labs_are_not_shown_beside_each_other() -> None:
    """No hematocrit beside a hemoglobin: drawn apart they would not agree; all names are the ontology's."""
    ontology = load_ontology("core")
    groups = [set(group) for group in _space().linked_labs]
    assert all(ontology.by_name(name, "lab") for group in groups for name in group)
    for case in _cases():
        labs = {fact.subject for fact in _of_kind(case, "lab")}
        assert all(len(labs & group) <= 1 for group in groups), case.id


def test_no_symptom_or_lab_is_of_the_other_sex() -> None:
    """Men neither have nor deny vaginal discharge, and nobody has the tumour marker of the other sex measured."""
    ontology = load_ontology("core")
    for case in _cases():
        sex = case.attributes["sex"]
        for fact in _of_kind(case, "symptom"):
            assert ontology.concepts[fact.code or ""].attributes["sex"] in {"", sex}, (case.id, fact.value)
        labs = {fact.subject for fact in _of_kind(case, "lab")}
        assert {"female": "prostate specific antigen", "male": "CA-125"}[sex] not in labs, case.id


def test_vital_signs_go_with_what_is_present_and_denied() -> None:
    """Fever comes with a raised temperature, its absence with a normal one, hypertension with a raised pressure."""
    ontology = load_ontology("core")
    n_fever = 0
    for case in _cases():
        named = {fact.value: fact.negated for fact in case.facts if fact.kind in {"symptom", "condition"}}
        for fact in _of_kind(case, "vital"):
            number = fact.value.partition(" ")[0].rstrip("%")
            sign = ontology.concepts[fact.code or ""]
            if fact.subject == BLOOD_PRESSURE:
                systolic, diastolic = map(int, number.split("/"))
                assert 40 <= diastolic <= systolic - 25
                assert "hypertension" not in named or systolic > 130
            elif fact.subject == "temperature" and "fever" in named:
                assert _direction(sign, number, "") == ("normal" if named["fever"] else "raised"), case.id
                n_fever += 1
    assert n_fever > 0


def test_what_is_denied_is_neither_present_nor_part_of_it() -> None:
    """No symptom is both stated and denied, by itself or within a longer name ("pain", "chest pain")."""
    for case in _cases():
        present = [
            set(f.value.lower().split()) for f in case.facts if f.kind in {"symptom", "condition"} and not f.negated
        ]
        denied = [set(f.value.lower().split()) for f in case.facts if f.negated]
        assert not any(one <= two or two <= one for one, two in itertools.product(denied, present)), case.id


def test_the_main_condition_and_its_drug_come_first() -> None:
    """Templates ask for the first condition and the first drug: they go together wherever a safe drug is known."""
    ontology = load_ontology("core")
    together = [
        drugs[0] in ontology.related(conditions[0].id, "treated_by")
        for case in _cases()
        if (conditions := _concepts(case, "condition", ontology)) and (drugs := _concepts(case, "medication", ontology))
    ]
    assert sum(together) > 0.9 * len(together)


def test_a_plan_restricts_what_is_drawn() -> None:
    """Cases are of the note types and specialties of the plan and of no other; uniform draws give more rare ones."""
    planner = _planner(note_types=("consultation",), specialties=("Cardiology", "Nephrology"))
    cases = [planner.case(index) for index in range(60)]
    assert {case.note_type for case in cases} == {"consultation"}
    assert {case.specialty for case in cases} == {"Cardiology", "Nephrology"}

    def n_rare(prevalence: str) -> int:
        chosen = _planner(prevalence=prevalence)
        firsts = (_concepts(chosen.case(index), "condition", chosen.ontology)[0] for index in range(200))
        return sum(condition.attributes["prevalence"] == "rare" for condition in firsts)

    assert n_rare("uniform") > 2 * n_rare("weighted")


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"note_types": ("discharge_sumary",)}, 'did you mean "discharge_summary"'),
        ({"specialties": ("Cardiolgy",)}, 'did you mean "Cardiology"'),
    ],
)
def test_a_plan_for_what_the_space_lacks_is_refused(plan: dict[str, tuple[str, ...]], says: str) -> None:
    """A misspelt name in a plan is an error before the first case."""
    with pytest.raises(ConfigError, match=says):
        _planner(**plan)


def test_specialties_without_conditions_are_an_error() -> None:
    """A plan that no patient can fulfil ends with one line instead of drawing for ever."""
    empty = Ontology(name="empty", version="0", concepts={})
    planner = Planner(ontology=empty, space=_space(), seed=1)
    with pytest.raises(ConfigError, match="no condition of ontology empty"):
        planner.case(0)


def test_prompts_of_planned_cases_are_short() -> None:
    """No attribute-controlled prompt has more than 90 words: the embedded model reads 512 tokens in all."""
    template = load_template("prompts/attribute_controlled.yaml")
    prompts = [s.prompt for case in _cases()[:300] for attempt in (0, 1) for s in template.sections(case, attempt)]
    assert max(len(prompt.split()) for prompt in prompts if prompt) <= 90


def test_every_note_type_of_the_space_has_a_template() -> None:
    """Whatever the spaces that ship can draw, the templates that ship can write."""
    folder = Path(__file__).parents[2] / "configs"
    for space_path in folder.glob("attributes/*.yaml"):
        for template_path in folder.glob("prompts/*.yaml"):
            assert set(load_space(space_path).note_types) <= set(load_template(template_path).note_types)
