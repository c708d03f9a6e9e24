"""Who the cases are about: what goes with ethnicity and sex, and what counterfactual pairs keep."""

from collections import Counter
from collections.abc import Sequence

from drawn import age_band, fit, main_condition

from clinsynth.estimates import proportion
from clinsynth.measures.distributions import Association, association
from clinsynth.measures.intervals import Ratio
from clinsynth.ontology import Ontology
from clinsynth.planning.judging import contradictions
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.planning.swaps import swapped
from clinsynth.records import Case

SWAPS = ("sex", "age_group", "ethnicity", "age", "condition", "medication")


def groups(cases: Sequence[Case], space: AttributeSpace, seed: int) -> dict[str, object]:
    """Compare the groups of age band, sex and ethnicity with ethnicity drawn apart from the other two."""
    people = Counter((age_band(case, space), case.attributes["sex"]) for case in cases)
    weights = {
        f"{band}, {sex}, {ethnicity}": n * weight
        for (band, sex), n in sorted(people.items())
        for ethnicity, weight in space.ethnicities.items()
    }
    listed = [f"{age_band(c, space)}, {c.attributes['sex']}, {c.attributes['ethnicity']}" for c in cases]
    return fit(listed, weights, seed)


def associations(cases: Sequence[Case], space: AttributeSpace, ontology: Ontology, seed: int) -> dict[str, Association]:
    """Measure what ethnicity tells of condition, drug, note type, specialty, age and sex; and sex, as the contrast."""
    told = {
        "condition": [main.name if (main := main_condition(case, ontology)) else "" for case in cases],
        "first drug": [first_drug(case) for case in cases],
        "note type": [case.note_type for case in cases],
        "specialty": [case.specialty for case in cases],
        "age band": [age_band(case, space) for case in cases],
        "sex": [case.attributes["sex"] for case in cases],
    }
    ethnicity = [case.attributes["ethnicity"] for case in cases]
    found = {f"ethnicity, {name}": association(ethnicity, values, seed=seed) for name, values in told.items()}
    for name in ("condition", "first drug", "specialty"):
        found[f"sex, {name}"] = association(told["sex"], told[name], seed=seed)
    return found


def first_drug(case: Case) -> str:
    """Name the drug that a case names first; "" where it names none."""
    return next((fact.value for fact in case.facts if fact.kind == "medication" and not fact.negated), "")


def pairs(cases: Sequence[Case], ontology: Ontology) -> dict[str, dict[str, object]]:
    """Give for each kind of swap which cases have a partner, which of its facts stay, and what contradicts."""
    return {kind: _pairs(cases, kind, ontology) for kind in SWAPS}


def _pairs(cases: Sequence[Case], kind: str, ontology: Ontology) -> dict[str, object]:
    partners = [swapped(case, kind, ontology=ontology) for case in cases]
    both = [(case, other) for case, other in zip(cases, partners, strict=True) if other is not None]
    kept = Ratio()
    for case, other in both:
        same = sum(one == two for one, two in zip(case.facts, other.facts, strict=True))
        kept.add(same, len(case.facts))
    n_wrong = sum(bool(contradictions(other, ontology)) for _, other in both)
    return {
        "with a partner": proportion(len(both), len(cases)),
        "facts that stay": kept.share(),
        "partners with a conflict": proportion(n_wrong, len(both)) if both else None,
    }
