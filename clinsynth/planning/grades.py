"""How ill a patient is at an encounter: what decides where he or she goes."""

from collections.abc import Sequence

from clinsynth.planning.pictures import Performed, Prescription, Problem, Result, Situation
from clinsynth.planning.spaces import NoteType
from clinsynth.planning.vital_signs import BUILD

_SEVERE_FROM = 0.7
_SEVERE_SIGNS = 3
_CRITICAL_FROM = 0.35
_NO_GENERAL_ANESTHESIA = frozenset({"local", "sedation"})
_MANY_LABS = 5
_CARED_FOR_FROM = 55  # years
_SHOCK_BELOW = 90  # mmHg, systolic
# What keeps alive: pairs of the id of a vital sign and the direction in which it is dangerous.
_VITAL = frozenset(
    {
        ("vital/systolic-blood-pressure", "lowered"),
        ("vital/oxygen-saturation", "lowered"),
        ("vital/respiratory-rate", "lowered"),
        ("vital/respiratory-rate", "raised"),
    }
)
_BLOOD_PRESSURE = "vital/systolic-blood-pressure"


def grade_of(  # noqa: PLR0913 - what is known of the encounter
    kind: NoteType,
    now: Situation,
    vitals: Sequence[Result],
    prescriptions: Sequence[Prescription],
    performed: Sequence[Performed],
    *,
    is_worse: bool,
) -> str:
    """Say how ill the patient is: "mild", "severe" or "critical"; after an operation by its size, "minor" too.

    Critical is who needs an infusion, or whose circulation or breathing fails. In an emergency severe is also who is
    treated intravenously, and what nobody is sent home with. Who is seen by a consultant for what patients are admitted
    for is in hospital; who leaves it young needs no care at home.
    """
    if kind.needs == "operation":
        return _after(performed, kind)
    main = now.problems[0].profile
    is_acute = main.course == "acute"
    is_treated_there = is_acute and any(each.remedy.is_intravenous for each in prescriptions)
    is_kept = main.is_serious and (is_acute or _is_far_gone(kind, now, vitals))
    is_referred = kind.setting == "clinic" and (is_kept or is_treated_there)
    is_infused = any(each.remedy.is_infused for each in prescriptions)
    if is_referred or is_infused or _is_in_shock(vitals) or any(map(_is_critical, now.problems)):
        return "critical"
    if kind.is_farewell and now.age < _CARED_FOR_FROM:
        return "mild"
    is_severe = is_worse or _is_far_gone(kind, now, vitals)
    return "severe" if is_severe or (kind.setting == "emergency" and _stays(now, prescriptions)) else "mild"


def _is_in_shock(vitals: Sequence[Result]) -> bool:
    return any(
        float(result.number.partition("/")[0]) < _SHOCK_BELOW for result in vitals if result.test.id == _BLOOD_PRESSURE
    )


def _is_far_gone(kind: NoteType, now: Situation, vitals: Sequence[Result]) -> bool:
    main = now.problems[0]
    n_signs = sum(result.direction != "normal" for result in vitals if result.test.id not in BUILD)
    is_serious = main.profile.is_serious or kind.setting != "emergency"
    return n_signs >= _SEVERE_SIGNS or (is_serious and main.severity >= _SEVERE_FROM)


def _stays(now: Situation, prescriptions: Sequence[Prescription]) -> bool:
    return any(each.remedy.is_intravenous for each in prescriptions) or any(map(_is_admitted, now.problems))


def _after(performed: Sequence[Performed], kind: NoteType) -> str:
    operation = performed[0].procedure
    if operation.name in kind.critical_after:
        return "critical"
    return "minor" if operation.attributes.get("anesthesia", "") in _NO_GENERAL_ANESTHESIA else "mild"


def _is_critical(problem: Problem) -> bool:
    """Say whether circulation or breathing fails."""
    return problem.severity >= _CRITICAL_FROM and any(
        effect.strength == "marked" and (effect.test.id, effect.direction) in _VITAL for effect in problem.profile.signs
    )


def _is_admitted(problem: Problem) -> bool:
    """Say whether patients are admitted with an illness, however mild it is."""
    profile = problem.profile
    if profile.course == "chronic":
        return False
    is_vital = any(
        effect.strength != "mild"
        and ((effect.test.id, effect.direction) in _VITAL or effect.test.id == _BLOOD_PRESSURE)
        for effect in profile.signs
    )
    is_deranged = len(profile.labs) >= _MANY_LABS or any(effect.strength == "marked" for effect in profile.labs)
    return is_vital or is_deranged or (profile.is_operated and bool(profile.labs))
