"""How far the attributes of planned cases lie from those that are read in real notes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from drawn import age_band, main_condition
from numpy.typing import NDArray

from clinsynth.data.splits import SHARES, read_notes
from clinsynth.estimates import LEVEL, Estimate
from clinsynth.measures.distributions import jensen_shannon
from clinsynth.ontology import MentionFinder, Ontology
from clinsynth.planning.extract import extract
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.records import Case

DRAWS = 400
MOST = 10  # of a kind of facts that are told apart
SHOWN = 6  # largest differences that are listed
OURS = {"mtsamples": ("eval",), "aci-bench": tuple(name for name in SHARES if name != "non-member")}
# All notes of aci-bench are of one type and specialty; a table of them would compare nothing.
WITHOUT = {"mtsamples": frozenset[str](), "aci-bench": frozenset({"note type, specialty", "specialty, sex"})}
Cell = tuple[str, ...]
Code = NDArray[np.intp]


def real_cases(dataset: str, root: Path, finder: MentionFinder) -> list[Case]:
    """Read what the notes of a data set say as cases; of MTSamples only notes that trained nothing."""
    notes = (note for split in OURS[dataset] for note in read_notes(dataset, split, root))
    return [case for note in notes if (case := extract(note, finder=finder).case) is not None]


def of_adults(cases: Sequence[Case], space: AttributeSpace) -> tuple[list[Case], dict[str, int]]:
    """Leave out the cases whose age the space does not have, and count what is left; no age is no reason."""
    with_age = [case for case in cases if case.attributes.get("age")]
    outside = {case.id for case in with_age if not age_band(case, space)}
    left = [case for case in cases if case.id not in outside]
    return left, {
        "notes": len(cases),
        "of another age": len(outside),
        "left": len(left),
        "left with an age": len(with_age) - len(outside),
    }


def cells(cases: Sequence[Case], space: AttributeSpace, ontology: Ontology) -> dict[str, list[tuple[str, Cell]]]:
    """Give for each table the note type and the cell of each case; a case of which a part is unknown is left out."""

    def main_specialty(case: Case) -> str:
        main = main_condition(case, ontology)
        return main.attributes["specialty"] if main else ""

    tables: Mapping[str, Callable[[Case], Cell]] = {
        "age band, sex": lambda case: (age_band(case, space), case.attributes.get("sex", "")),
        "note type, specialty": lambda case: (case.note_type, case.specialty),
        "specialty, sex": lambda case: (case.specialty, case.attributes.get("sex", "")),
        "main condition's specialty, age band": lambda case: (main_specialty(case), age_band(case, space)),
        "conditions": lambda case: (number(case, "condition"),),
        "symptoms": lambda case: (number(case, "symptom"),),
        "drugs": lambda case: (number(case, "medication"),),
        "labs": lambda case: (number(case, "lab"),),
        "vital signs": lambda case: (number(case, "vital"),),
    }
    return {
        name: [(case.note_type, cell) for case in cases if all(cell := of_case(case))]
        for name, of_case in tables.items()
    }


def number(case: Case, kind: str) -> str:
    """Count the facts of a kind that are so of the patient, results of now; `MOST` or more are one."""
    left_out = {"runs_in_family", "measured_before", "stops"}
    n = sum(fact.kind == kind and not fact.negated and fact.relation not in left_out for fact in case.facts)
    return str(min(n, MOST))


def compared(real: Sequence[tuple[str, Cell]], planned: Sequence[tuple[str, Cell]], seed: int) -> dict[str, object]:
    """Compare cells of real notes with those of cases, by Jensen-Shannon divergence in bits.

    The divergence of samples depends on their size. So in each draw one random half of the real notes is compared with
    as many of each: the other half (the floor), planned cases, planned cases of the same note types, and cells whose
    parts are drawn evenly and apart from each other. The interval is that of the draws: halves vary around the whole
    as samples of its size around the truth (Efron, 1982, doi:10.1137/1.9781611970319, chapter 8).
    """
    listed = sorted({cell for _, cell in (*real, *planned)})
    place = {cell: i for i, cell in enumerate(listed)}
    axes = [sorted({cell[axis] for cell in listed}) for axis in range(len(listed[0]))]
    for cell in _product(axes):
        place.setdefault(cell, len(place))
    everywhere = np.array([place[cell] for cell in _product(axes)])
    ours, theirs = (np.array([place[cell] for _, cell in side]) for side in (planned, real))
    random = np.random.default_rng(seed)
    of_types = _of_types([note_type for note_type, _ in planned], ours)
    types = [note_type for note_type, _ in real]
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(DRAWS):
        order = random.permutation(len(theirs))
        half, other = order[: len(order) // 2], order[len(order) // 2 :]
        n_of = Counter(types[row] for row in other)
        alike = [random.choice(of_types.get(note_type, ours), n) for note_type, n in n_of.items()]
        for name, sample in (
            ("real", theirs[other]),
            ("planned", random.choice(ours, len(other))),
            ("planned, same note types", np.concatenate(alike)),
            ("even and independent", random.choice(everywhere, len(other))),
        ):
            found[name].append(_divergence(theirs[half], sample, len(place)))
    return {
        "divergence": {name: _estimate(values, len(real)) for name, values in found.items()},
        "n": {"real": len(real), "planned": len(planned), "cells": len(place)},
        "largest differences": _differences([cell for _, cell in real], [cell for _, cell in planned]),
    }


def _product(axes: Sequence[Sequence[str]]) -> list[Cell]:
    found: list[Cell] = [()]
    for axis in axes:
        found = [(*cell, value) for cell in found for value in axis]
    return found


def _of_types(types: Sequence[str], codes: Code) -> dict[str, Code]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, note_type in enumerate(types):
        rows[note_type].append(row)
    return {note_type: codes[listed] for note_type, listed in rows.items()}


def _divergence(one: Code, other: Code, n_cells: int) -> float:
    return jensen_shannon(np.bincount(one, minlength=n_cells), np.bincount(other, minlength=n_cells))


def _estimate(values: Sequence[float], n: int) -> Estimate:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=float(np.mean(values)), low=float(low), high=float(high), n=n)


def _differences(real: Sequence[Cell], planned: Sequence[Cell]) -> list[dict[str, object]]:
    """List the cells in which the shares differ most."""
    theirs, ours = _shares(real), _shares(planned)
    ranked = sorted({*theirs, *ours}, key=lambda cell: (-abs(theirs.get(cell, 0) - ours.get(cell, 0)), cell))
    return [
        {"cell": ", ".join(cell), "real": theirs.get(cell, 0.0), "planned": ours.get(cell, 0.0)}
        for cell in ranked[:SHOWN]
    ]


def _shares(listed: Iterable[Cell]) -> dict[Cell, float]:
    counts = Counter(listed)
    total = counts.total()
    return {cell: n / total for cell, n in counts.items()}
