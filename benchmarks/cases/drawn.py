"""What is drawn, and how often: against what could be, against the weights, against prevalence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from clinsynth.config import Plan
from clinsynth.estimates import LEVEL, Estimate, mean, proportion
from clinsynth.measures.coverage import KINDS, Coverage
from clinsynth.measures.distributions import total_variation
from clinsynth.ontology import Concept, Ontology
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.spaces import AttributeSpace
from clinsynth.planning.strata import Strata
from clinsynth.records import Case, Note
from clinsynth.seeds import generator

BANDS = ("common", "uncommon", "rare")
RUN = 1000  # cases in which rare strata are looked for
N_RUNS = 20
N_CHANCE = 1000


def main_condition(case: Case, ontology: Ontology) -> Concept | None:
    """Give the condition that a case names first as present; None where it names none."""
    for fact in case.facts:
        if fact.kind == "condition" and fact.relation == "has" and fact.code and not fact.negated:
            return ontology.concepts[fact.code]
    return None


def age_band(case: Case, space: AttributeSpace) -> str:
    """Name the age band of a case; "" where it has no age in years, or one that the space does not have."""
    age = case.attributes.get("age", "")
    bands = (band for band in space.ages if age.isdecimal() and band.first <= int(age) <= band.last)
    return next((f"{band.first}-{band.last}" for band in bands), "")


def covered(cases: Iterable[Case], space: AttributeSpace, ontology: Ontology) -> dict[str, Estimate]:
    """Give the share of each kind of attribute and concept that the cases name."""
    measure = Coverage(ontology=ontology.name, note_types=tuple(space.note_types), specialties=tuple(space.specialties))
    notes = (Note(id=case.id, text="", note_type=case.note_type, specialty=case.specialty, case=case) for case in cases)
    found = measure(notes)
    return {
        name: found[name] for name in ("note_types_covered", "specialties_covered", *map("{}s_covered".format, KINDS))
    }


def never_named(cases: Iterable[Case], ontology: Ontology) -> dict[str, list[str]]:
    """List the conditions and drugs that no case names."""
    named = {fact.code for case in cases for fact in case.facts if fact.relation != "runs_in_family"}
    return {
        f"{kind}s": [concept.name for concept in ontology.of_kind(kind) if concept.id not in named]
        for kind in ("condition", "medication")
    }


def against_weights(
    cases: Sequence[Case], space: AttributeSpace, strata: Strata, ontology: Ontology, seed: int
) -> dict[str, object]:
    """Compare how often each attribute is drawn with its weights, and what is stratified with the strata too."""
    prevalences = [main.attributes["prevalence"] if (main := main_condition(c, ontology)) else "" for c in cases]
    note_types, specialties = [case.note_type for case in cases], [case.specialty for case in cases]
    return {
        "note type": fit(note_types, {name: kind.weight for name, kind in space.note_types.items()}, seed),
        "specialty": fit(specialties, {name: each.weight for name, each in space.specialties.items()}, seed),
        "specialty, by the strata": fit(specialties, strata_shares(strata, 1), seed),
        "prevalence, by the strata": fit(prevalences, strata_shares(strata, 2), seed),
        "style": fit([case.attributes["style"] for case in cases], space.styles, seed),
        "sex": fit([case.attributes["sex"] for case in cases], space.sexes, seed),
        "age band": fit(
            [age_band(c, space) for c in cases], {f"{b.first}-{b.last}": b.weight for b in space.ages}, seed
        ),
        "ethnicity": fit([case.attributes["ethnicity"] for case in cases], space.ethnicities, seed),
    }


def strata_shares(strata: Strata, part: int) -> dict[str, float]:
    """Sum the shares of the strata by a part of their key: 0 form, 1 specialty, 2 prevalence."""
    found: Counter[str] = Counter()
    for stratum in strata.listed.items:
        found[stratum.key[part]] += stratum.share  # type: ignore[assignment]  # a Counter sums fractions as well
    return dict(found)


def fit(values: Sequence[str], weights: Mapping[str, float], seed: int) -> dict[str, object]:
    """Compare values with the weights they are drawn by, and their distance with that of fair independent draws.

    The cases are not resampled: that would undo the strata, and every resample lies farther from the weights than the
    cases themselves. `chance` is the interval that the distance of as many fair draws has, around their mean.
    """
    cells = list(dict.fromkeys([*weights, *sorted(set(values))]))
    counts = Counter(values)
    expected = np.array([weights.get(name, 0.0) for name in cells])
    expected = expected / expected.sum()
    observed = np.array([counts[name] / len(values) for name in cells])
    fair = np.random.default_rng(seed).multinomial(len(values), expected, size=N_CHANCE)
    distances = [total_variation(row, expected) for row in fair]
    low, high = np.quantile(distances, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {
        "expected": dict(zip(cells, expected.tolist(), strict=True)),
        "observed": dict(zip(cells, observed.tolist(), strict=True)),
        "total variation": total_variation(observed, expected),
        "chance": Estimate(value=float(np.mean(distances)), low=float(low), high=float(high), n=len(values)),
    }


def by_prevalence(cases: Sequence[Case], ontology: Ontology) -> dict[str, dict[str, Estimate]]:
    """Give for each prevalence its share of the cases, and which of its conditions and drugs they name.

    A drug counts for the most common condition that it treats.
    """
    mains = [main for case in cases if (main := main_condition(case, ontology)) is not None]
    n_of = Counter(main.attributes["prevalence"] for main in mains)
    main_ids = {main.id for main in mains}
    drugs = {fact.code for case in cases for fact in case.facts if fact.kind == "medication"}
    found = {}
    for band in BANDS:
        conditions = [c for c in ontology.of_kind("condition") if c.attributes["prevalence"] == band]
        for_them = [d for d in ontology.of_kind("medication") if prevalence_of_use(d, ontology) == band]
        found[band] = {
            "cases": proportion(n_of[band], len(cases)),
            "conditions": proportion(sum(each.id in main_ids for each in conditions), len(conditions)),
            "drugs": proportion(sum(each.id in drugs for each in for_them), len(for_them)),
        }
    return found


def prevalence_of_use(drug: Concept, ontology: Ontology) -> str:
    """Give the prevalence of the most common condition that a drug treats; "" where it treats none."""
    treated = {each.attributes["prevalence"] for each in ontology.subjects(drug.id, "treated_by")}
    return next((band for band in BANDS if band in treated), "")


def strata_seen(space: AttributeSpace, ontology: Ontology, seed: int) -> dict[str, object]:
    """Give the share of strata that some of `RUN` cases are drawn from, by kind of sampling, over `N_RUNS` seeds."""
    found: dict[str, object] = {"run": RUN, "runs": N_RUNS}
    for sampling in ("stratified", "independent"):
        strata = Strata(knowledge=Knowledge(ontology=ontology), space=space, plan=Plan(sampling=sampling))
        every = {each.key for each in strata.listed.items}
        rare = {each.key for each in strata.listed.items if each.band == "rare"}
        runs = [_seen(strata, seed + place) for place in range(N_RUNS)]
        found[sampling] = {
            name: mean([len(seen & wanted) / len(wanted) for seen in runs], seed=seed)
            for name, wanted in (("rare", rare), ("all", every))
        }
        found |= {"n rare": len(rare), "n": len(every)}
    return found


def _seen(strata: Strata, seed: int) -> set[tuple[str, str, str]]:
    return {strata.at(seed, i, generator(seed, "case", i).random()).key for i in range(RUN)}
