"""The encounters of one patient add up."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from clinsynth.config import Plan
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.doses import amount_of
from clinsynth.planning.judging import contradictions
from clinsynth.planning.pictures import Picture, Result
from clinsynth.planning.spaces import load_space
from clinsynth.records import Case, Fact

N_PATIENTS, N_ENCOUNTERS = 1000, 4
PRESCRIBED = {"takes", "starts", "increases", "reduces"}
pytestmark = pytest.mark.slow


@cache
def _planner() -> Planner:
    return Planner(
        ontology=load_ontology("core"),
        space=load_space("attributes/general.yaml"),
        seed=5,
        plan=Plan(encounters=N_ENCOUNTERS),
    )


@cache
def _patients() -> tuple[tuple[Case, ...], ...]:
    return tuple(_planner().patient(number) for number in range(N_PATIENTS))


@cache
def _pictures() -> tuple[tuple[Picture, ...], ...]:
    return tuple(_planner().pictures(number) for number in range(N_PATIENTS))


def _pairs() -> list[tuple[Case, Case]]:
    """Give each case that tells of drugs with the next one of the patient that does."""
    return [pair for patient in _patients() for pair in pairwise(_full(patient))]


def _full(patient: tuple[Case, ...]) -> list[Case]:
    return [case for case in patient if "medication" in _tells(case.note_type)]


def _tells(note_type: str) -> frozenset[str]:
    return _planner().space.note_types[note_type].tells


def _picture_pairs() -> list[tuple[Picture, Picture]]:
    return [pair for pictures in _pictures() for pair in pairwise(pictures)]


def _facts(case: Case, kind: str, *relations: str) -> list[Fact]:
    return [f for f in case.facts if f.kind == kind and not f.negated and (not relations or f.relation in relations)]


def _values(case: Case, kind: str, *relations: str) -> set[str]:
    return {fact.value for fact in _facts(case, kind, *relations)}


def test_no_encounter_contradicts_the_ontology() -> None:
    """Nothing at any encounter of any patient is objected to by the independent reading of the ontology."""
    ontology = load_ontology("core")
    assert not [
        (case.id, each) for patient in _patients() for case in patient for each in contradictions(case, ontology)
    ]


def test_the_cases_of_a_patient_follow_each_other() -> None:
    """Case i is encounter i modulo their number of one patient; days do not go back, and the age follows them."""
    for number, patient in enumerate(_patients()):
        assert [case.id for case in patient] == [f"case-{4 * number + place:06d}" for place in range(4)]
        assert {case.patient for case in patient} == {f"patient-{number:06d}"}
        assert [case.encounter for case in patient] == [0, 1, 2, 3]
        days, ages = [case.day for case in patient], [int(case.attributes["age"]) for case in patient]
        assert days == sorted(days)
        assert days[0] == 0
        assert ages == sorted(ages)
        assert all(0 <= age - ages[0] <= 1 + day // 365 for age, day in zip(ages, days, strict=True))
        assert ages[-1] <= 89
    assert _planner().case(4 * 17 + 2) == _patients()[17][2]


def test_what_is_fixed_stays() -> None:
    """Sex, ethnicity, specialty, allergies, height and habits of a patient are the same at all encounters."""
    for patient in _patients():
        assert len({(c.attributes["sex"], c.attributes["ethnicity"], c.specialty) for c in patient}) == 1
        assert len({frozenset(_values(case, "allergy")) for case in _full(patient)}) <= 1
    for pictures in _pictures():
        assert len({(picture.patient, picture.social, picture.relatives) for picture in pictures}) == 1


def test_a_specialty_writes_all_notes_of_a_patient() -> None:
    """Who only writes emergency notes follows nobody to the ward or clinic."""
    space = _planner().space
    assert all(space.writes(case.specialty, case.note_type) for patient in _patients() for case in patient)


def test_conditions_go_on_or_are_over() -> None:
    """A chronic condition stays; an acute one that is gone is a past one, and its resolution is told."""
    ontology = load_ontology("core")
    n_resolved = 0
    for before, after in _pairs():
        present, now = _facts(before, "condition", "has"), _values(after, "condition", "has")
        for fact in present:
            if fact.value in now:
                continue
            assert ontology.concepts[fact.code or ""].attributes["course"] != "chronic", (after.id, fact.value)
            assert fact.value in _values(after, "condition", "had"), (after.id, fact.value)
            assert any(f.subject == fact.value and f.value == "resolved" for f in _facts(after, "course")), after.id
            n_resolved += 1
    assert n_resolved > N_PATIENTS / 5


def test_the_list_of_drugs_adds_up() -> None:
    """List after = list before + started - stopped; a dose grows where the drug is increased, and only there."""
    changes: Counter[str] = Counter()
    for before, after in _pairs():
        was, now = _values(before, "medication", *PRESCRIBED), _values(after, "medication", *PRESCRIBED)
        started, stopped = _values(after, "medication", "starts"), _values(after, "medication", "stops")
        assert now == (was | started) - stopped, after.id
        assert stopped <= was, after.id
        assert not started & was, after.id
        for fact in _facts(after, "medication", "takes", "increases", "reduces"):
            old, new = (next(f.value for f in _facts(c, "dose") if f.subject == fact.value) for c in (before, after))
            one, two = amount_of(old), amount_of(new)
            if fact.relation == "takes" or one is None or two is None:
                assert old == new, (after.id, fact.value)
            else:
                assert two > one if fact.relation == "increases" else two < one, (after.id, fact.value)
        changes.update(fact.relation for fact in _facts(after, "medication"))
    assert min(changes[change] for change in (*PRESCRIBED, "stops")) > 10


def test_a_drug_is_stopped_for_a_reason() -> None:
    """What is stopped is for a condition that is over, or something now speaks against it."""
    for before, after in _picture_pairs():
        over = {condition.id for condition in after.past}
        known = {problem.condition.id for problem in after.problems} | over
        kidneys = {result.test.id: float(result.number) for result in (*before.labs, *after.labs)}
        for each in after.stopped:
            rates = [kidneys[name] for name in kidneys if name == "lab/estimated-glomerular-filtration-rate"]
            is_forbidden = bool(each.remedy.forbidden & known) or each.remedy.renal_avoid > min(rates, default=60)
            infused = {other.drug.id for other in after.stopped if other.remedy.is_infused}
            is_for_the_stay = each.remedy.is_once or infused & {each.drug.id, *each.remedy.together}
            assert each.reason.id in over or is_forbidden or is_for_the_stay or each.remedy.renal_avoid > 0, (
                each.drug.id
            )


def test_earlier_results_are_those_of_the_encounter_before() -> None:
    """What was measured before is what the encounter before shows, where it shows it."""
    n = 0
    for before, after in _pairs():
        shown = {fact.subject: fact.value for kind in ("lab", "vital") for fact in _facts(before, kind, "measured")}
        for fact in (*_facts(after, "lab", "measured_before"), *_facts(after, "vital", "measured_before")):
            assert shown.get(fact.subject, fact.value) == fact.value, after.id
            n += 1
    assert n > N_PATIENTS


def _beyond(picture: Picture, result: Result) -> float:
    """Say how far a result lies out of its range, whatever the side."""
    limits = load_ontology("core").range_of(result.test, sex=picture.patient.sex, age=picture.age)
    number = float(result.number)
    above = number - limits.high if limits.high is not None else 0.0
    below = limits.low - number if limits.low is not None else 0.0
    return max(above, below, 0.0)


def test_results_go_with_the_course() -> None:
    """A lab that the main problem alone moves goes toward its range as the problem improves, and away as it worsens."""
    moved: Counter[str] = Counter()
    telling = [pair for pair in _picture_pairs() if all("lab" in _tells(picture.note_type) for picture in pair)]
    for before, after in telling:
        main = after.main
        if main.condition is not before.main.condition or before.age != after.age:
            continue
        others = {test for problem in (*before.problems[1:], *after.problems[1:]) for test, _ in problem.profile.pulls}
        own = {effect.test.id for effect in main.profile.labs} - others
        shown = {result.test.id: result for result in before.labs}
        for result in after.labs:
            if result.test.id not in own or result.test.id not in shown or result.share == 0.5:
                continue
            one, two = _beyond(before, shown[result.test.id]), _beyond(after, result)
            if main.course == "improving":
                assert two <= one + 1e-9, (after.patient, result.test.id)
            elif main.course == "worsening":
                assert two >= one - 1e-9, (after.patient, result.test.id)
            moved[main.course] += two != one
    assert min(moved["improving"], moved["worsening"]) > 50


def test_what_was_done_is_done_once() -> None:
    """An operation of one encounter is a past one at the next, and is not done again."""
    n = 0
    for before, after in _picture_pairs():
        operations = {each for listed in before.main.profile.operations.values() for each in listed}
        done = [each.procedure for each in before.performed if each.procedure in operations]
        assert set(done) <= set(after.had)
        assert not set(after.had) & {each.procedure for each in after.performed} & operations
        n += len(done)
    assert n > 20


def test_notes_follow_a_pathway() -> None:
    """An admission goes from the emergency to the discharge and the clinic, and who is to stay is not sent home."""
    order = [step.note_type for step in _planner().space.pathways["admission"].steps]
    n = 0
    for patient in _patients():
        types = [case.note_type for case in patient]
        if "emergency_note" in types:
            places = [order.index(name) for name in types]
            assert places == sorted(places)
        for case, following in pairwise(patient):
            if case.note_type == "emergency_note" and following.note_type == "history_and_physical":
                assert {"discharged home"}.isdisjoint(_values(case, "disposition")), case.id
                n += 1
    assert n > 20


def test_the_main_problem_of_a_report_is_the_one_it_shows() -> None:
    """Radiology reports and operative notes within a pathway have an image or operation of the main problem."""
    ontology = load_ontology("core")
    for patient in _patients():
        for case in patient:
            main = _facts(case, "condition", "has")[0].code or ""
            performed = {fact.code for fact in _facts(case, "procedure", "underwent")}
            if case.note_type == "radiology_report":
                assert performed <= {each.id for each in ontology.related(main, "shown_by")}, case.id
            if case.note_type == "operative_note":
                assert performed <= {each.id for each in ontology.related(main, "operated_by")}, case.id
