"""What contradicts the ontology, and the same cases with facts exchanged: a judge that finds nothing must find that."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from clinsynth.estimates import proportion
from clinsynth.ontology import Ontology
from clinsynth.planning.judging import contradictions
from clinsynth.records import Case
from clinsynth.seeds import generator

DRUGS = frozenset({"medication", "dose", "frequency"})
CONDITIONS = frozenset({"condition"})
RESULTS = frozenset({"lab", "vital"})


def judged(cases: Sequence[Case], ontology: Ontology) -> dict[str, object]:
    """Give the share of cases with a conflict, and the number of conflicts by code."""
    found = [contradictions(case, ontology) for case in cases]
    codes = Counter(conflict.code for listed in found for conflict in listed)
    return {
        "with a conflict": proportion(sum(map(bool, found)), len(cases)),
        "by code": dict(codes.most_common()),
        "cases": [case.id for case, listed in zip(cases, found, strict=True) if listed][:20],
    }


def exchanged(cases: Sequence[Case], kinds: Collection[str], seed: int) -> list[Case]:
    """Give each case the facts of some kinds of another case of its specialty, in place of its own."""
    by_specialty: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_specialty[case.specialty].append(case)
    found = []
    for specialty, alike in sorted(by_specialty.items()):
        order = generator(seed, "exchanged", specialty).sample(alike, len(alike))
        for case, giver in zip(order, [*order[1:], order[0]], strict=True):
            own = [fact for fact in case.facts if fact.kind not in kinds]
            given = [fact for fact in giver.facts if fact.kind in kinds]
            found.append(replace(case, facts=(*own, *given)))
    return found
