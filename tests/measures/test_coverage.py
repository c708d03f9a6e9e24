"""What a corpus writes about, of what it could."""

import random
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinsynth.estimates import proportion
from clinsynth.measures.coverage import Coverage, Seen
from clinsynth.measures.intervals import Ratio
from clinsynth.ontology import load_ontology
from clinsynth.records import Case, Fact, Note, Span


def a_note(note_id: str, *codes: str, negated: bool = False, stated: int = 0) -> Note:
    facts = tuple(
        Fact(id=f"f{i}", kind="condition", subject="patient", relation="has", value="x", code=code, negated=negated)
        for i, code in enumerate(codes)
    )
    case = Case(
        id=note_id,
        note_type="consultation",
        specialty="Cardiology",
        attributes={"age": "64", "sex": "male"},
        facts=facts,
    )
    places = {fact.id: (Span(start=0, end=1),) for fact in facts[:stated]}
    return Note(id=note_id, text="text", note_type="consultation", specialty="Cardiology", case=case, stated=places)


def test_counts_what_occurs() -> None:
    """Shares are of what the ontology holds; what is negated, unknown or repeated covers nothing more."""
    ontology = load_ontology("core")
    first, second = (concept.id for concept in ontology.of_kind("condition")[:2])
    notes = [a_note("a", first, stated=1), a_note("b", first, "condition/none-such"), a_note("c", second, negated=True)]
    found = Coverage()(notes)
    assert found["conditions_covered"].value == 1 / len(ontology.of_kind("condition"))
    assert found["medications_covered"].value == 0
    assert found["note_types_covered"].value == 1 / 9
    assert found["sexes_covered"].value == 1 / 2
    assert found["age_bands_covered"].value == 1 / 5
    assert found["facts_per_note"].value == pytest.approx(4 / 3)
    assert found["facts_stated"].value == pytest.approx(1 / 4)


def test_what_runs_in_the_family_is_not_the_patients() -> None:
    """A relative's condition covers none; symptoms, findings, labs and procedures of the patient do."""
    ontology = load_ontology("core")
    named = [ontology.of_kind(kind)[0].id for kind in ("condition", "symptom", "finding", "lab", "procedure")]
    own = a_note("a", *named)
    case = own.case
    assert case is not None
    facts = (replace(case.facts[0], subject="mother", relation="runs_in_family"), *case.facts[1:])
    found = Coverage()([replace(own, case=replace(case, facts=facts))])
    assert found["conditions_covered"].value == 0
    for kind in ("symptom", "finding", "lab", "procedure"):
        assert found[f"{kind}s_covered"].value == pytest.approx(1 / len(ontology.of_kind(kind)))


def test_notes_from_elsewhere_are_unscored() -> None:
    """What only a case tells is left out where there is none, and counted as unscored where some have one."""
    alone = Coverage()([Note(id="a", text="t", note_type="consultation")])
    assert "facts_stated" not in alone
    assert "conditions_covered" not in alone
    assert alone["note_types_covered"].n_unscored == 0
    mixed = Coverage()([a_note("a", "condition/x", stated=1), replace(a_note("b"), case=None)])
    assert (mixed["facts_stated"].n, mixed["facts_stated"].n_unscored) == (1, 1)


def test_a_value_of_one_note_alone_widens_the_interval() -> None:
    """Coverage that hangs on single notes is less sure than the same coverage seen in each note twice."""
    fragile, sure = Seen(possible=frozenset("abcdefgh")), Seen(possible=frozenset("abcdefgh"))
    for place in range(8):
        fragile.add("abcd"[place : place + 1])
        sure.add("abcd"[place % 4])
    a, b = fragile.share(n_unscored=0), sure.share(n_unscored=0)
    assert a is not None
    assert b is not None
    assert a.value == b.value == 0.5
    assert b.low == b.high == 0.5
    assert a.low < 0.5 < a.high


@example([(0, 3)] * 3)
@example([(3, 0)] * 10)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_a_share_is_a_share(pairs: list[tuple[int, int]]) -> None:
    """Of any parts of any wholes, the share and its interval lie between 0 and 1, and the value is part over whole."""
    ratio = Ratio()
    for part, rest in pairs:
        ratio.add(part, part + rest)
    found = ratio.share()
    total = sum(part + rest for part, rest in pairs)
    assert (found is None) == (total == 0)
    if found is not None:
        assert found.value == pytest.approx(sum(part for part, _ in pairs) / total)
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_a_ratio_covers_it() -> None:
    """Intervals of ratios over clustered facts hold the true ratio about 95 times in 100; trials alone do not."""
    draw = random.Random(5)
    covered = naive = 0
    for _ in range(400):
        ratio, n_stated, n_facts = Ratio(), 0, 0
        for _ in range(40):
            n, chance = draw.randint(2, 12), draw.choice([0.2, 0.8])
            part = sum(draw.random() < chance for _ in range(n))
            ratio.add(part, n)
            n_stated, n_facts = n_stated + part, n_facts + n
        found, trials = ratio.share(), proportion(n_stated, n_facts)
        assert found is not None
        covered += found.low <= 0.5 <= found.high
        naive += trials.low <= 0.5 <= trials.high
    assert 0.91 <= covered / 400 <= 0.98
    assert naive < covered - 40
