"""A clinical picture as the facts of a note: in the order of a history, what the note is about first in each kind."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from clinsynth.ontology.concepts import Concept
from clinsynth.ontology.values import with_unit
from clinsynth.planning.histories import duration
from clinsynth.planning.pictures import Picture, Prescription, Relative, Result
from clinsynth.planning.vital_signs import BUILD
from clinsynth.records import Fact

_PATIENT = "patient"
_STOPS = "stops"
_SYMPTOMS_OF_SHORT_NOTES = 2
# An earlier result is left out before the one it is compared with.
_RANKS_OF_LABS, _RANKS_OF_EARLIER_LABS, _RANKS_OF_EARLIER_VITALS = (0, 1, 2, 3, 4, 5), (1, 3, 4, 5, 5, 6), (3, 6)
_COPIED_RANKS = (0, 0, 1, 2, 5, 6)  # of both where a note is copied forward
Group = tuple[Fact, ...]  # facts that come and go together


def told(picture: Picture, kinds: Collection[str], *, most: int, is_copied: bool = False) -> tuple[Fact, ...]:
    """Put a picture into at most so many facts of these kinds, with ids in their order.

    A note that tells nothing of drugs is about one thing: it names the main condition and two symptoms, nothing that is
    absent or over. Where there are too many facts, those are left out that matter least; what matters most stays, even
    where it is more. A note that is copied forward keeps what was measured before.
    """
    groups = list(_short(picture) if "medication" not in kinds else _long(picture, is_copied=is_copied))
    n = sum(len(group) for _, group in groups)
    if n > most:
        for place in sorted(range(len(groups)), key=lambda place: (-groups[place][0], -place)):
            rank, group = groups[place]
            if n <= most or rank == 0:
                break
            groups[place] = (rank, ())
            n -= len(group)
    return tuple(_numbered(fact for _, group in groups for fact in group if fact.kind in kinds))


def _numbered(facts: Iterable[Fact]) -> Iterator[Fact]:
    for number, fact in enumerate(facts, start=1):
        yield Fact(
            id=f"f{number}",
            kind=fact.kind,
            subject=fact.subject,
            relation=fact.relation,
            value=fact.value,
            code=fact.code,
            negated=fact.negated,
        )


def _short(picture: Picture) -> Iterator[tuple[int, Group]]:
    yield 0, _person(picture)
    yield 0, (_has(picture.main.condition),)
    yield from ((0, (_has(symptom),)) for symptom in picture.symptoms[:_SYMPTOMS_OF_SHORT_NOTES])
    yield 0, _onset(picture)
    yield from ((0, group) for group in _procedures(picture))
    yield 0, _is("disposition", picture.disposition)


def _long(picture: Picture, *, is_copied: bool) -> Iterator[tuple[int, Group]]:
    """Give groups in the order of a history, each with how soon it is left out; 0 never is."""
    earlier_vitals = _COPIED_RANKS if is_copied else _RANKS_OF_EARLIER_VITALS
    earlier_labs = _COPIED_RANKS if is_copied else _RANKS_OF_EARLIER_LABS
    yield 0, _person(picture)
    yield from ((0, (_has(problem.condition),)) for problem in picture.problems)
    yield from ((0, (_has(symptom),)) for symptom in picture.symptoms)
    yield 0, _onset(picture)
    yield from _ranked(((_has(symptom, negated=True),) for symptom in picture.negatives), 0, 2, 3)
    n_resolved = len(picture.resolved)
    yield from ((0 if place < n_resolved else 3, group) for place, group in enumerate(_past(picture)))
    yield from _ranked(((_fact("procedure", "had", each.name, code=each.id),) for each in picture.had), 3)
    yield from _ranked((_of_relative(each) for each in picture.relatives), 1, 4)
    yield from _ranked((_is("social", habit) for habit in picture.social), 3, 4)
    yield from ((0, _drug(each)) for each in (*picture.prescriptions, *picture.stopped))
    yield from _ranked(((_fact("allergy", "allergic_to", each.name, code=each.id),) for each in picture.allergens), 0)
    yield from ((0, (_measured(result),)) for result in picture.vitals if result.test.id not in BUILD)
    yield 4, tuple(_measured(result) for result in picture.vitals if result.test.id in BUILD)
    yield from _ranked(filter(None, map(_before, picture.vitals)), *earlier_vitals)
    yield from _ranked(((_has(finding),) for finding in picture.findings), 0, 2, 3)
    yield from _ranked(((_has(finding, negated=True),) for finding in picture.absent), 5)
    yield from _ranked(((_measured(result),) for result in picture.labs), *_RANKS_OF_LABS)
    yield from _ranked(filter(None, map(_before, picture.labs)), *earlier_labs)
    yield from _ranked(_procedures(picture), 1, 3)
    if picture.course:
        yield 0, (_fact("course", "is", picture.course, subject=picture.main.condition.name),)
    yield from ((0, (_fact("course", "is", "resolved", subject=each.name),)) for each in picture.resolved)
    yield 0, _is("disposition", picture.disposition)


def _ranked(groups: Iterable[Group], *ranks: int) -> Iterator[tuple[int, Group]]:
    """Give groups their ranks in turn, the last to all that follow."""
    for place, group in enumerate(groups):
        yield ranks[min(place, len(ranks) - 1)], group


def _of_relative(relative: Relative) -> Group:
    condition = relative.condition
    told = _fact("condition", "runs_in_family", condition.name, subject=relative.who, code=condition.id)
    return (replace(told, negated=relative.negated),)


def _person(picture: Picture) -> Group:
    return _fact("age", "is", str(picture.age)), _fact("sex", "is", picture.patient.sex)


def _past(picture: Picture) -> Iterator[Group]:
    return ((_fact("condition", "had", each.name, code=each.id),) for each in picture.past)


def _onset(picture: Picture) -> Group:
    if picture.onset is None:
        return ()
    since = duration(picture.onset.days + picture.day)
    return (_fact("onset", "since", since, subject=picture.onset.of.name, code=picture.onset.of.id),)


def _drug(prescription: Prescription) -> Group:
    drug = prescription.drug
    named = _fact("medication", prescription.change, drug.name, code=drug.id)
    if prescription.change == _STOPS:
        return (named,)
    regimen = prescription.remedy.regimens[prescription.place]
    return (
        named,
        _fact("dose", "dose", regimen.dose, subject=drug.name),
        _fact("frequency", "frequency", regimen.frequency, subject=drug.name),
    )


def _measured(result: Result) -> Fact:
    return _result(result, "measured", result.number)


def _before(result: Result) -> Group:
    return (_result(result, "measured_before", result.previous),) if result.previous else ()


def _result(result: Result, relation: str, number: str) -> Fact:
    value = with_unit(number, result.test.attributes.get("unit", ""))
    return _fact(result.test.kind, relation, value, subject=result.name, code=result.test.id)


def _procedures(picture: Picture) -> Iterator[Group]:
    """Give each procedure with what it showed."""
    for each in picture.performed:
        named = _fact("procedure", "underwent", each.procedure.name, code=each.procedure.id)
        if not each.shows:
            yield (named,)
            continue
        yield named, _fact("finding", "has", each.shows, subject=each.procedure.name, code=each.procedure.id)


def _is(kind: str, value: str) -> Group:
    return (_fact(kind, "is", value),) if value else ()


def _has(concept: Concept, *, negated: bool = False) -> Fact:
    return Fact(
        id="",
        kind=concept.kind,
        subject=_PATIENT,
        relation="has",
        value=concept.name,
        code=concept.id,
        negated=negated,
    )


def _fact(kind: str, relation: str, value: str, *, subject: str = _PATIENT, code: str | None = None) -> Fact:
    return Fact(id="", kind=kind, subject=subject, relation=relation, value=value, code=code)
