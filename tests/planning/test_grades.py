"""Patients go where their illness allows."""

from functools import cache

from clinsynth.config import Plan
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.pictures import Picture
from clinsynth.planning.spaces import load_space

N_PATIENTS = 700
HOME = {"discharged home", "discharged home with family", "discharged home the same day"}


@cache
def _planner(encounters: int) -> Planner:
    return Planner(
        ontology=load_ontology("core"),
        space=load_space("attributes/general.yaml"),
        seed=29,
        plan=Plan(encounters=encounters),
    )


@cache
def _pictures() -> tuple[Picture, ...]:
    return tuple(picture for n in (1, 3) for number in range(N_PATIENTS) for picture in _planner(n).pictures(number))


def test_nobody_in_danger_is_sent_home_from_an_emergency() -> None:
    """Who is treated by infusion, worsens or has failing circulation is admitted; both ways are drawn."""
    sent = [picture for picture in _pictures() if picture.note_type == "emergency_note"]
    home = [picture for picture in sent if picture.disposition in HOME]
    first = [_planner(1).pictures(number)[0] for number in range(N_PATIENTS)]
    n_seen = sum(picture.note_type == "emergency_note" for picture in first)
    assert (
        0.1 * n_seen
        < sum(each.note_type == "emergency_note" and each.disposition in HOME for each in first)
        < 0.7 * n_seen
    )
    for picture in home:
        assert picture.course != "worsening"
        assert not any(each.remedy.is_infused or each.remedy.is_intravenous for each in picture.prescriptions)
        signs = {result.test.name: float(result.number.split("/")[0]) for result in picture.vitals}
        assert signs["systolic blood pressure"] >= 85, picture.main.condition.id
        assert signs["oxygen saturation"] >= 88, picture.main.condition.id


def test_infusions_are_of_the_hospital() -> None:
    """Nobody takes an infusion at home, nor comes to hospital with it or with what is given once."""
    space, n = _planner(1).space, 0
    for picture in _pictures():
        kind = space.note_types[picture.note_type]
        infused = [each for each in picture.prescriptions if each.remedy.is_infused]
        assert not infused or not (kind.setting == "clinic" and "medication" in kind.tells) or not kind.status
        if kind.is_farewell:
            assert not infused, picture.main.condition.id
        n += len(infused)
    assert n > 0


def test_who_leaves_the_ward_is_well() -> None:
    """At a discharge no vital sign is out of its range but by what is chronic."""
    for picture in _pictures():
        if _planner(1).space.note_types[picture.note_type].is_farewell:
            chronic = {
                effect.test.id
                for problem in picture.problems
                if problem.profile.course == "chronic"
                for effect in problem.profile.signs
            }
            out = {each.test.id for each in picture.vitals if each.direction != "normal" and each.number}
            assert out <= chronic | {"vital/weight", "vital/height", "vital/body-mass-index"}, picture.main.condition.id


def test_an_operation_has_its_aftercare() -> None:
    """What is done in local anesthesia or sedation is a day's work; intensive care is for what opens chest or skull."""
    kind, seen = _planner(1).space.note_types["operative_note"], set()
    for picture in (picture for picture in _pictures() if picture.note_type == "operative_note"):
        operation = picture.performed[0].procedure
        is_big = operation.name in kind.critical_after
        assert is_big == ("intensive care" in picture.disposition), operation.id
        is_small = operation.attributes["anesthesia"] in {"local", "sedation"}
        assert is_small or picture.disposition != "discharged home the same day", operation.id
        seen.add(picture.disposition)
    assert len(seen) == 3


def test_the_operations_of_intensive_care_are_those_of_the_ontology() -> None:
    """No operation is named that does not exist."""
    names = _planner(1).space.note_types["operative_note"].critical_after
    assert all(load_ontology("core").by_name(name, "procedure") for name in names)


def test_who_is_in_shock_is_in_intensive_care() -> None:
    """With a systolic blood pressure below 90 nobody is admitted to a ward without intensive care."""
    n = 0
    for picture in _pictures():
        pressures = [each.number for each in picture.vitals if each.test.id == "vital/systolic-blood-pressure"]
        if picture.note_type == "history_and_physical" and pressures and int(pressures[0].partition("/")[0]) < 90:
            assert picture.disposition in {"admitted to the intensive care unit", "admitted to the step-down unit"}
            n += 1
    assert n > 0
