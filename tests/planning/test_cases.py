"""No case contradicts the ontology, and each depends on its seed and index alone."""

import itertools
import time
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.config import Plan
from clinsynth.errors import ConfigError
from clinsynth.ontology import Concept, Ontology, load_ontology
from clinsynth.ontology.conflicts import is_of_pregnancy
from clinsynth.planning.cases import Planner
from clinsynth.planning.judging import contradictions, number_of
from clinsynth.planning.kidneys import CREATININE, FILTRATION, filtration
from clinsynth.planning.linked import COMPUTED
from clinsynth.planning.spaces import AttributeSpace, load_space
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact

N_CASES = 2000
KINDS = {
    *("age", "sex", "condition", "symptom", "finding", "procedure", "medication", "dose", "frequency", "lab", "vital"),
    *("allergy", "course", "onset", "disposition", "social"),
}
PRESCRIBED = {"takes", "starts", "increases", "reduces"}


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


def _of_kind(case: Case, kind: str, *relations: str) -> list[Fact]:
    return [f for f in case.facts if f.kind == kind and not f.negated and (not relations or f.relation in relations)]


def _concepts(case: Case, kind: str, *relations: str) -> list[Concept]:
    return [load_ontology("core").concepts[fact.code or ""] for fact in _of_kind(case, kind, *relations)]


def _main(case: Case) -> Concept:
    return _concepts(case, "condition", "has")[0]


def _number(fact: Fact) -> float:
    return float(number_of(fact).partition("/")[0])


def _direction(case: Case, fact: Fact) -> str:
    ontology = load_ontology("core")
    limits = ontology.range_of(
        ontology.concepts[fact.code or ""], sex=case.attributes["sex"], age=int(case.attributes["age"])
    )
    return limits.direction(_number(fact))


@given(seed=st.integers(0, 2**32), index=st.integers(0, 10**6), before=st.lists(st.integers(0, 50), max_size=3))
@settings(max_examples=15, deadline=None)
def test_a_case_depends_on_seed_and_index_alone(seed: int, index: int, before: list[int]) -> None:
    """Whatever was drawn before, the same seed and index give the same case, of one encounter or of several."""
    for encounters in (1, 3):
        fresh, used = (_new_planner(seed, encounters=encounters) for _ in range(2))
        for other in before:
            used.case(other)
        assert used.case(index) == fresh.case(index)


@pytest.mark.slow
def test_no_case_contradicts_the_ontology() -> None:
    """Of 10,000 cases none has anything that the independent reading of the ontology objects to."""
    ontology, planner = load_ontology("core"), _planner(seed=3)
    start = time.perf_counter()
    cases = [planner.case(index) for index in range(10_000)]
    print(f"{60 * len(cases) / (time.perf_counter() - start):,.0f} cases a minute")  # noqa: T201 - shown by pytest -s
    found = {(case.id, each.code, each.subject) for case in cases for each in contradictions(case, ontology)}
    assert not found


def test_cases_have_the_size_and_the_kinds_that_are_promised() -> None:
    """A note tells the kinds of its type and no other, in numbers that the space sets; all kinds are drawn."""
    space = _space()
    for case in _cases():
        tells = space.note_types[case.note_type].tells
        kinds = Counter(fact.kind for fact in case.facts)
        assert set(kinds) <= tells, case.id
        if "medication" in tells:
            assert space.facts.least <= len(case.facts) <= space.facts.most + 4, case.id
        assert [fact.id for fact in case.facts] == [f"f{number}" for number in range(1, len(case.facts) + 1)]
        denied = sum(fact.negated and fact.kind == "symptom" for fact in case.facts)
        assert kinds["symptom"] - denied <= 4, case.id
        assert denied <= 3, case.id
    assert {fact.kind for case in _cases() for fact in case.facts} == KINDS
    assert [case.id for case in _cases()[:2]] == ["case-000000", "case-000001"]


def test_the_types_of_note_tell_what_their_templates_state() -> None:
    """The kinds of facts of the space are those that every template that ships states."""
    folder = Path(__file__).parents[2] / "configs"
    for template_path in folder.glob("prompts/*.yaml"):
        template = load_template(template_path)
        for name, note_type in _space().note_types.items():
            assert template.states(name) == note_type.tells, (template_path.name, name)


def test_patients_can_have_what_they_have() -> None:
    """Sex and age are within the limits of every condition, and the same in attributes and facts."""
    for case in _cases():
        age, sex = int(case.attributes["age"]), case.attributes["sex"]
        assert 18 <= age <= 89
        assert [fact.value for fact in _of_kind(case, "age") + _of_kind(case, "sex")] == [str(age), sex]
        for condition in _concepts(case, "condition", "has"):
            assert condition.attributes["sex"] in {"", sex}, case.id
            assert (condition.number("age_min") or 0) <= age <= (condition.number("age_max") or 120), case.id


def test_conditions_belong_together() -> None:
    """Each further condition of a first encounter goes with the main one or underlies another; past ones are others."""
    ontology = load_ontology("core")
    for case in _cases():
        main, *others = _concepts(case, "condition", "has")
        linked = [*ontology.related(main.id, "comorbid_with"), *ontology.subjects(main.id, "comorbid_with")]
        linked += [cause for each in (main, *others) for cause in ontology.related(each.id, "complicates")]
        assert case.encounter or all(other in linked for other in others), case.id
        assert not {main, *others} & set(_concepts(case, "condition", "had")), case.id


def test_every_drug_has_a_reason_and_no_reason_against_it() -> None:
    """A drug treats a condition and none, present or past, forbids it; dose and frequency are listed for it."""
    ontology = load_ontology("core")
    for case in _cases():
        conditions = _concepts(case, "condition", "has")
        known = {each.id for each in (*conditions, *_concepts(case, "condition", "had"))}
        for drug in _concepts(case, "medication", *PRESCRIBED):
            rows = [row for each in conditions for row in ontology.rows(each.id, "treated_by") if row.object == drug.id]
            assert rows, (case.id, drug.id)
            assert not ontology.forbidden(drug.id) & known, (case.id, drug.id)
            said = {fact.kind: fact.value for fact in case.facts if fact.subject == drug.name}
            assert said["dose"] in {*drug.values("doses"), *(d for row in rows for d in row.values("doses"))}
            listed = {*drug.values("frequencies"), *(f for row in rows for f in row.values("frequencies"))}
            assert said["frequency"] in listed, (case.id, drug.id)


def test_several_drugs_for_one_condition_are_drawn() -> None:
    """Where a condition is treated by a combination, cases take two and three of its drugs."""
    ontology = load_ontology("core")
    counts = Counter(
        sum(
            drug in ontology.related(_main(case).id, "treated_by")
            for drug in _concepts(case, "medication", *PRESCRIBED)
        )
        for case in _cases()
    )
    assert counts[1] > counts[2] > counts[3] > 0


def test_drugs_that_are_given_together_are_taken_together() -> None:
    """What is only given with other drugs is not taken without them; and such sets are drawn."""
    ontology, n_sets = load_ontology("core"), 0
    for case in _cases():
        drugs = {drug.id for drug in _concepts(case, "medication", *PRESCRIBED)}
        rows = [row for each in _concepts(case, "condition", "has") for row in ontology.rows(each.id, "treated_by")]
        for drug in drugs:
            sets = [set(row.values("with")) for row in rows if row.object == drug]
            assert any(others <= drugs for others in sets), (case.id, drug)
            n_sets += any(sets)
    assert n_sets > 20


def test_pregnant_patients_take_nothing_that_harms_the_unborn() -> None:
    """A condition of pregnancy keeps away every drug to be avoided; and such cases are drawn."""
    pregnant = [case for case in _cases() if any(map(is_of_pregnancy, _concepts(case, "condition", "has")))]
    assert pregnant
    for case in pregnant:
        assert all(d.attributes.get("pregnancy") != "avoid" for d in _concepts(case, "medication", *PRESCRIBED)), (
            case.id
        )


def test_creatinine_and_filtration_agree_and_drugs_go_by_them() -> None:
    """The rate is that of the creatinine, age and sex; no drug is taken below its limit, whichever lab is shown."""
    n_shown = 0
    for case in _cases():
        age, sex = int(case.attributes["age"]), case.attributes["sex"]
        shown = {fact.code: _number(fact) for fact in _of_kind(case, "lab", "measured")}
        rate = filtration(shown[CREATININE], age=age, sex=sex) if CREATININE in shown else shown.get(FILTRATION)
        if rate is None:
            continue
        if FILTRATION in shown:
            assert abs(rate - shown[FILTRATION]) <= 0.5, case.id
            n_shown += 1
        for drug in _concepts(case, "medication", *PRESCRIBED):
            assert round(rate) >= (drug.number("renal_avoid") or 0), (case.id, drug.id, rate)
    assert n_shown > 20


def test_stages_of_kidney_disease_have_their_rates() -> None:
    """The code of a stage and the filtration rate beside it agree."""
    stages = {"N18.3": (30, 59), "N18.4": (15, 29), "N18.5": (0, 14), "N18.6": (0, 14)}
    for case in _cases():
        codes = [each.codes["icd10cm"] for each in _concepts(case, "condition", "has")]
        wanted = [limits for code in codes for stage, limits in stages.items() if code.startswith(stage)]
        for fact in _of_kind(case, "lab", "measured"):
            if fact.code == FILTRATION and wanted:
                assert min(wanted)[0] <= _number(fact) <= min(wanted)[1], case.id


def _marked(condition: Concept) -> set[str]:
    ontology = load_ontology("core")
    rows = [row for predicate in ("raises", "lowers") for row in ontology.rows(condition.id, predicate)]
    return {row.object for row in rows if row.attributes.get("strength") == "marked" and row.object.startswith("lab/")}


def test_results_go_where_illness_and_treatment_take_them() -> None:
    """A result out of its range has a cause on that side, and no illness on the other; many are disturbed."""
    computed = {*COMPUTED, CREATININE, FILTRATION}
    n_disturbed = 0
    for case in _cases():
        problems = _concepts(case, "condition", "has")
        others = [*_concepts(case, "symptom", "has"), *_concepts(case, "medication", *PRESCRIBED)]
        for fact in _of_kind(case, "lab", "measured"):
            way = _direction(case, fact)
            if way != "normal" and fact.code not in computed:
                against = "lowered" if way == "raised" else "raised"
                opposed = _moved(problems)[against] - _marked(problems[0])
                assert fact.code in _moved([*problems, *others])[way] - opposed, (case.id, fact)
                n_disturbed += 1
    assert n_disturbed > N_CASES / 2


def _moved(causes: Iterable[Concept]) -> dict[str, set[str]]:
    ontology, ways = load_ontology("core"), {"raised": "raises", "lowered": "lowers"}
    listed = list(causes)
    return {way: {row.object for each in listed for row in ontology.rows(each.id, ways[way])} for way in ways}


def test_the_result_that_the_main_condition_disturbs_comes_first() -> None:
    """Templates ask for the first lab: in most cases it is one of the main condition's own, where it has any."""
    ontology = load_ontology("core")
    first = []
    for case in _cases():
        rows = [*ontology.rows(_main(case).id, "raises"), *ontology.rows(_main(case).id, "lowers")]
        own, labs = {row.object for row in rows if row.object.startswith("lab/")}, _of_kind(case, "lab", "measured")
        if own and labs:
            first.append(labs[0].code in own)
    assert sum(first) > 0.95 * len(first)


def test_linked_labs_agree() -> None:
    """Hematocrit is three times hemoglobin, parts are below their whole; what cannot be computed is not shown twice."""
    ontology = load_ontology("core")
    groups = [set(group) for group in _space().linked_labs]
    assert all(ontology.by_name(name, "lab") for group in groups for name in group)
    for case in _cases():
        labs = {fact.subject: _number(fact) for fact in _of_kind(case, "lab", "measured")}
        assert all(len(labs.keys() & group) <= 1 for group in groups), case.id
        if {"hemoglobin", "hematocrit"} <= labs.keys():
            assert abs(labs["hematocrit"] - 3 * labs["hemoglobin"]) <= 0.5, case.id
        if {"total bilirubin", "direct bilirubin"} <= labs.keys():
            assert labs["direct bilirubin"] <= labs["total bilirubin"], case.id
        if {"serum iron", "total iron binding capacity", "transferrin saturation"} <= labs.keys():
            saturation = 100 * labs["serum iron"] / labs["total iron binding capacity"]
            assert abs(saturation - labs["transferrin saturation"]) <= 1, case.id


def test_what_is_ordered_anyway_is_ordered_by_people() -> None:
    """A lab that nothing moves is of a routine panel, or its kidneys are looked at."""
    ontology = load_ontology("core")
    for case in _cases():
        causes = [each for kind in ("condition", "symptom", "medication") for each in _concepts(case, kind)]
        moved = {row.object for each in causes for way in ("raises", "lowers") for row in ontology.rows(each.id, way)}
        for lab in _concepts(case, "lab", "measured"):
            is_routine = lab.attributes["panel"] in _space().routine_panels
            assert case.encounter or is_routine or lab.id in {*moved, CREATININE, FILTRATION}, (case.id, lab.id)


def test_nothing_is_of_the_other_sex() -> None:
    """Men neither have nor deny what only women can, nor are they operated so; nor the other way round."""
    ontology = load_ontology("core")
    for case in _cases():
        for fact in case.facts:
            if fact.code and fact.relation != "runs_in_family":
                sex = ontology.concepts[fact.code].attributes.get("sex", "")
                assert sex in {"", case.attributes["sex"]}, (case.id, fact.value)


def test_vital_signs_come_as_a_set_and_agree() -> None:
    """Wherever vital signs are told all five are; fever and its absence, pressures and build agree with the numbers."""
    n_fever = 0
    for case in _cases():
        signs = {fact.subject: fact for fact in _of_kind(case, "vital", "measured")}
        if "vital" not in _space().note_types[case.note_type].tells:
            assert not signs
            continue
        assert set(_space().vital_signs) <= set(signs), case.id
        systolic, diastolic = map(int, number_of(signs["blood pressure"]).split("/"))
        assert 25 <= diastolic <= systolic - 25, case.id
        for fact in case.facts:
            # A discharge summary tells the fever of the admission beside the temperature of the discharge.
            is_now = fact.negated or case.note_type != "discharge_summary"
            if fact.kind == "symptom" and fact.value == "fever" and is_now:
                assert _direction(case, signs["temperature"]) == ("normal" if fact.negated else "raised"), case.id
                n_fever += 1
        if "body mass index" in signs:
            weight, height, mass = (_number(signs[name]) for name in ("weight", "height", "body mass index"))
            assert abs(weight / (height / 100) ** 2 - mass) <= 0.06, case.id
            codes = [each.codes["icd10cm"] for each in _concepts(case, "condition", "has")]
            if any(code.startswith("E66") and code != "E66.3" for code in codes):
                assert mass >= 30, case.id
    assert n_fever > 0


def test_what_is_denied_is_neither_present_nor_part_of_it() -> None:
    """Nothing is both stated and denied, by itself or within a longer name ("pain", "chest pain")."""
    for case in _cases():
        kinds = {"symptom", "condition", "finding"}
        present = [set(f.value.lower().split()) for f in case.facts if f.kind in kinds and _is_present(f)]
        denied = [set(f.value.lower().split()) for f in case.facts if f.negated and f.relation == "has"]
        assert not any(one <= two or two <= one for one, two in itertools.product(denied, present)), case.id


def test_what_is_denied_is_expected_of_nothing_that_is_there() -> None:
    """At a first encounter no symptom or finding is denied that belongs to any of the patient's conditions."""
    ontology, n_denied = load_ontology("core"), 0
    for case in (case for case in _cases() if not case.encounter):
        present = _concepts(case, "condition", "has")
        expected = {
            row.object for c in present for p in ("has_symptom", "has_finding") for row in ontology.rows(c.id, p)
        }
        denied = {fact.code for fact in case.facts if fact.negated}
        assert not denied & expected, case.id
        n_denied += len(denied)
    assert n_denied > N_CASES


def _is_present(fact: Fact) -> bool:
    return not fact.negated and fact.relation == "has" and fact.subject == "patient"


def test_the_main_condition_and_its_drug_come_first() -> None:
    """Templates ask for the first condition and the first drug: they go together wherever a safe drug is known."""
    ontology = load_ontology("core")
    together = [
        drugs[0] in ontology.related(_main(case).id, "treated_by")
        for case in _cases()
        if (drugs := _concepts(case, "medication", *PRESCRIBED))
    ]
    assert sum(together) > 0.85 * len(together)


def test_notes_are_about_what_they_are_written_for() -> None:
    """Emergencies begin within days, letters are of what stays; a report shows an image, an operation operates."""
    ontology = load_ontology("core")
    for case in _cases():
        main = _main(case)
        course, onset = main.attributes["course"], main.values("onset")
        if case.note_type == "emergency_note" and course == "chronic":
            assert {"hours", "days"} & set(onset), (case.id, main.id)
        if case.note_type == "clinic_letter" and not case.encounter:
            assert course in {"chronic", "recurrent", ""}, (case.id, main.id)
        performed = _concepts(case, "procedure", "underwent")
        if case.note_type == "radiology_report":
            shown = [f.value for f in _of_kind(case, "finding")]
            rows = {r.object: r.attributes["shows"] for r in ontology.rows(main.id, "shown_by")}
            assert len(performed) == len(shown) == 1, case.id
            assert performed[0].id in rows, case.id
        if case.note_type == "operative_note":
            assert performed[0] in ontology.related(main.id, "operated_by"), case.id


def test_a_copied_note_follows_another() -> None:
    """Only a note that follows one of its type is copied forward, and it tells what was measured before."""
    copied = [case for case in _cases() if case.attributes["style"] == "copied_forward"]
    assert copied
    for case in copied:
        assert case.note_type in {"progress_note", "nursing_note", "clinic_letter"}
        assert case.encounter == 1
        assert case.day > 0
        assert any(fact.relation == "measured_before" for fact in _of_kind(case, "vital")), case.id


def test_the_family_is_asked_of_what_runs_in_families() -> None:
    """Of histories with such a condition at least half tell of the family, of which some deny it."""
    ontology, told = load_ontology("core"), Counter[str]()
    for case in _cases():
        asked = any(each.attributes["familial"] == "yes" for each in _concepts(case, "condition", "has"))
        if asked and case.note_type in {"history_and_physical", "consultation", "clinic_letter"}:
            facts = [fact for fact in case.facts if fact.relation == "runs_in_family"]
            told[("denied" if facts[0].negated else "told") if facts else "nothing"] += 1
            assert all(ontology.concepts[fact.code or ""].attributes["familial"] == "yes" for fact in facts)
    assert told["told"] > told["denied"] > 0.1 * told.total()
    assert told["nothing"] < 0.5 * told.total()


def test_complaints_are_of_months_rather_than_of_many_years() -> None:
    """No complaint has gone on for more than three years at a first encounter, few for more than one."""
    onsets = [fact.value.split() for case in _cases() if not case.encounter for fact in _of_kind(case, "onset")]
    years = [int(number) for number, unit in onsets if unit.startswith("year")]
    assert max(years) <= 3
    assert len(years) < 0.1 * len(onsets)


def test_the_past_holds_what_patients_have_had() -> None:
    """No derangement of the blood, failure of an organ or state of pregnancy is told as a past illness at first."""
    for case in (case for case in _cases() if not case.encounter):
        for condition in _concepts(case, "condition", "had"):
            assert condition.codes["icd10cm"][:2] not in {"E8", "J9"}, (case.id, condition.id)
            assert condition.codes["icd10cm"][:1] not in {"R", "O"}, (case.id, condition.id)
            assert condition.attributes["prevalence"] != "rare", (case.id, condition.id)


def test_a_pain_score_is_of_a_pain() -> None:
    """It is told where a complaint hurts, and then it is above 3."""
    ontology = load_ontology("core")
    for case in _cases():
        scores = [_number(fact) for fact in _of_kind(case, "vital", "measured") if fact.subject == "pain score"]
        hurts = [row for each in _concepts(case, "symptom", "has") for row in ontology.rows(each.id, "raises")]
        assert not scores or any(row.object == "vital/pain-score" for row in hurts), case.id
        assert all(score > 3 for score in scores), case.id


def test_periods_are_of_women_of_their_age() -> None:
    """From 55 years on nobody complains of periods or denies trouble with them."""
    for case in _cases():
        names = {fact.value for fact in case.facts if fact.kind == "symptom"}
        assert int(case.attributes["age"]) < 55 or not any("periods" in name for name in names), case.id


def test_emergency_medicine_writes_about_its_own() -> None:
    """At least a third of its notes are about conditions of its own; it has its share of the emergency notes."""
    notes = [case for case in _cases() if case.note_type == "emergency_note"]
    own = [_main(case).attributes["specialty"] for case in notes if case.specialty == "Emergency Medicine"]
    assert len(own) > 0.15 * len(notes)
    assert own.count("Emergency Medicine") > len(own) / 3


def test_ethnicity_says_nothing_of_illness() -> None:
    """Two spaces that differ in nothing but the ethnicities give the same cases otherwise."""
    other = _space().model_copy(update={"ethnicities": {"Other": 1.0}})
    planner = Planner(ontology=load_ontology("core"), space=other, seed=7)
    for index in range(200):
        assert planner.case(index).facts == _cases()[index].facts


def test_a_plan_restricts_what_is_drawn() -> None:
    """Cases are of the note types and specialties of the plan and of no other; uniform draws give more rare ones."""
    planner = _planner(note_types=("consultation",), specialties=("Cardiology", "Nephrology"))
    cases = [planner.case(index) for index in range(60)]
    assert {case.note_type for case in cases} == {"consultation"}
    assert {case.specialty for case in cases} == {"Cardiology", "Nephrology"}

    def n_rare(prevalence: str) -> int:
        chosen = _planner(prevalence=prevalence)
        return sum(_main(chosen.case(index)).attributes["prevalence"] == "rare" for index in range(200))

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


def test_a_plan_that_leaves_nothing_is_an_error() -> None:
    """Note types and specialties that exclude each other end with one line instead of drawing for ever."""
    planner = _planner(specialties=("Emergency Medicine",), note_types=("clinic_letter",))
    with pytest.raises(ConfigError, match="is written about by Emergency Medicine in clinic_letter"):
        planner.case(0)


@pytest.mark.parametrize("kept", [(), ("condition",), ("condition", "medication")])
def test_an_ontology_of_names_cannot_be_planned_with(kept: tuple[str, ...]) -> None:
    """An imported vocabulary without ages, symptoms or doses is refused, and the message says what it lacks."""
    names = [Concept(id=f"{kind}/x", name="x", kind=kind) for kind in kept]
    ontology = Ontology(name="imported", version="1", concepts={concept.id: concept for concept in names})
    with pytest.raises(ConfigError, match="ontology imported: it has no condition"):
        Planner(ontology=ontology, space=_space(), seed=1)


def test_prompts_of_planned_cases_are_short() -> None:
    """No attribute-controlled prompt has more than 110 words: the embedded model reads 512 tokens in all."""
    template = load_template("prompts/attribute_controlled.yaml")
    prompts = [s.prompt for case in _cases()[:300] for attempt in (0, 1) for s in template.sections(case, attempt)]
    assert max(len(prompt.split()) for prompt in prompts if prompt) <= 110


def test_every_note_type_of_the_space_has_a_template() -> None:
    """Whatever the spaces that ship can draw, the templates that ship can write."""
    folder = Path(__file__).parents[2] / "configs"
    for space_path in folder.glob("attributes/*.yaml"):
        for template_path in folder.glob("prompts/*.yaml"):
            assert set(load_space(space_path).note_types) <= set(load_template(template_path).note_types)


def test_nobody_has_two_conditions_that_exclude_each_other() -> None:
    """Of comorbidities, new problems and what goes on none is excluded by another of the same encounter."""
    ontology = load_ontology("core")
    later = _planner(seed=11, encounters=4)
    for case in (*_cases(), *(later.case(index) for index in range(1000))):
        for one, other in itertools.combinations(_concepts(case, "condition", "has"), 2):
            assert other.id not in ontology.excluded(one.id), (case.id, one.id, other.id)


def test_what_is_essential_for_a_condition_is_given() -> None:
    """Where a note tells drugs, an essential one is missing only where something speaks against it; insulin never."""
    ontology = load_ontology("core")
    needed = lacking = 0
    for case in _cases():
        if "medication" not in _space().note_types[case.note_type].tells:
            continue
        drugs = {drug.id for drug in _concepts(case, "medication")}
        for condition in _concepts(case, "condition", "has"):
            essentials = {r.object for r in ontology.rows(condition.id, "treated_by") if r.attributes.get("essential")}
            lacks = bool(essentials) and essentials.isdisjoint(drugs)
            if condition.name in {"type 1 diabetes mellitus", "diabetic ketoacidosis"}:
                assert any("insulin" in drug for drug in drugs), case.id
            needed, lacking = needed + bool(essentials), lacking + lacks
    assert needed > 100
    assert lacking <= 0.05 * needed


def test_the_labs_that_define_the_main_condition_are_told() -> None:
    """A first note that tells labs tells one that the main condition moves markedly, where there is one."""
    told = 0
    for case in _cases():
        if "lab" not in _space().note_types[case.note_type].tells:
            continue
        if marked := _marked(_main(case)):
            told += 1
            assert marked & {lab.id for lab in _concepts(case, "lab", "measured")}, (case.id, _main(case).id)
    assert told > 100
