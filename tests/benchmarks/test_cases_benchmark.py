"""The benchmark of planned cases counts what it says it counts."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clinsynth.config import Plan
from clinsynth.data import data_root
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.spaces import load_space
from clinsynth.planning.strata import Strata
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

FOLDER = Path(__file__).parents[2] / "benchmarks" / "cases"
PARTS = ("drawn", "judged", "joint", "balance", "printed", "tables")


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """Give the modules of the benchmark, which lie beside its script and in no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in PARTS})


def a_case(number: int, *facts: tuple[str, str, str], specialty: str = "Cardiology", age: str = "64") -> Case:
    """Make a case of kinds, relations and values; what the ontology names gets its code."""
    ontology = load_ontology("core")
    listed = []
    for place, (kind, relation, value) in enumerate(facts):
        found = ontology.by_name(value, kind)
        listed.append(
            Fact(
                id=f"f{place}",
                kind=kind,
                subject="patient",
                relation=relation,
                value=value,
                code=found.id if found else None,
            )
        )
    return Case(
        id=f"case-{number}",
        note_type="consultation",
        specialty=specialty,
        attributes={"age": age, "sex": "male", "ethnicity": "White", "style": "narrative"},
        facts=tuple(listed),
    )


def test_shares_and_their_distance_are_those_of_the_counts(bench: Any) -> None:
    """Of three a and one b at equal weights a quarter is misplaced; what has no weight is misplaced as a whole."""
    found = bench.drawn.fit(["a", "a", "a", "b"], {"a": 1, "b": 1}, seed=1)
    assert found["observed"] == {"a": 0.75, "b": 0.25}
    assert found["expected"] == {"a": 0.5, "b": 0.5}
    assert found["total variation"] == pytest.approx(0.25)
    assert found["chance"].low <= found["chance"].value <= found["chance"].high
    assert bench.drawn.fit(["c"], {"a": 1}, seed=1)["total variation"] == 1


def test_the_main_condition_is_the_first_that_is_present(bench: Any) -> None:
    """Past, denied and relatives' conditions are passed over; a case may have none."""
    ontology = load_ontology("core")
    one = a_case(0, ("condition", "had", "hypertension"), ("condition", "has", "asthma"), ("condition", "has", "gout"))
    assert bench.drawn.main_condition(one, ontology).name == "asthma"
    denied = replace(one, facts=tuple(replace(fact, negated=True) for fact in one.facts))
    assert bench.drawn.main_condition(denied, ontology) is None


def test_counts_by_prevalence(bench: Any) -> None:
    """Each prevalence has its share of cases, of its conditions and of the drugs that treat nothing more common."""
    ontology = load_ontology("core")
    kinds = {kind.id: kind.attributes["prevalence"] for kind in ontology.of_kind("condition")}
    common, rare = (
        next(kind for kind in ontology.of_kind("condition") if kinds[kind.id] == band) for band in ("common", "rare")
    )
    cases = [a_case(i, ("condition", "has", kind.name)) for i, kind in enumerate((common, common, rare, common))]
    found = bench.drawn.by_prevalence(cases, ontology)
    assert (found["common"]["cases"].value, found["rare"]["cases"].value) == (0.75, 0.25)
    assert found["rare"]["conditions"].value == 1 / list(kinds.values()).count("rare")
    assert found["common"]["drugs"].value == 0
    drug = ontology.related(common.id, "treated_by")[0]
    named = bench.drawn.by_prevalence(
        [replace(cases[0], facts=a_case(0, ("medication", "takes", drug.name)).facts)] * 2, ontology
    )
    assert named["common"]["drugs"].value == pytest.approx(1 / named["common"]["drugs"].n)


@pytest.mark.parametrize("sampling", ["stratified", "independent"])
def test_strata_are_those_of_the_planner(sampling: str) -> None:
    """The strata that the benchmark draws without cases are those of which the planner draws the cases."""
    ontology, space, plan = load_ontology("core"), load_space("attributes/general.yaml"), Plan(sampling=sampling)
    planner = Planner(ontology=ontology, space=space, seed=5, plan=plan)
    strata = Strata(knowledge=Knowledge(ontology=ontology), space=space, plan=plan)
    for i in range(30):
        stratum, case = strata.at(5, i, generator(5, "case", i).random()), planner.case(i)
        assert (stratum.form, stratum.specialty) == (case.note_type, case.specialty)


def test_exchange_moves_facts_within_a_specialty(bench: Any) -> None:
    """Each case gets the drugs of another of its specialty and keeps the rest; the drugs are the same in all."""
    drugs = ("aspirin", "metformin", "lisinopril", "warfarin")
    cases = [
        a_case(
            i,
            ("condition", "has", "gout"),
            ("medication", "takes", drug),
            specialty="Cardiology" if i < 3 else "Urology",
        )
        for i, drug in enumerate(drugs)
    ]
    found = {case.id: case for case in bench.judged.exchanged(cases, bench.judged.DRUGS, seed=2)}
    given = [found[case.id].facts[1].value for case in cases]
    assert sorted(given) == sorted(drugs)
    assert all(one != other for one, other in zip(given[:3], drugs[:3], strict=True))
    assert given[3] == "warfarin"
    assert all(case.facts[0].value == "gout" for case in found.values())


def test_a_contradiction_is_counted_once_a_case_and_by_code(bench: Any) -> None:
    """Of a man with a condition of women and one without, half have a conflict."""
    cases = [a_case(0, ("condition", "has", "endometriosis")), a_case(1, ("condition", "has", "gout"))]
    found = bench.judged.judged(cases, load_ontology("core"))
    assert found["with a conflict"].value == 0.5
    assert found["by code"]["wrong-sex"] == 1
    assert found["cases"] == ["case-0"]


def test_divergence_tells_alike_from_apart(bench: Any) -> None:
    """Cases drawn as the notes are lie as near as the notes themselves; those that share no cell a bit away."""
    real = [("consultation", (str(i % 3),)) for i in range(120)]
    alike = bench.joint.compared(real, real * 3, seed=1)["divergence"]
    assert alike["planned"].value == pytest.approx(alike["real"].value, abs=0.01)
    assert alike["even and independent"].value < 0.05
    apart = bench.joint.compared(real, [("consultation", ("9",))] * 50, seed=1)
    assert apart["divergence"]["planned"].value == pytest.approx(1)
    assert apart["largest differences"][0] == {"cell": "9", "real": 0.0, "planned": 1.0}


def test_matches_note_types(bench: Any) -> None:
    """Where only the mix of note types differs, cases of the same types lie as near as other notes."""
    real = [("a", ("x",))] * 90 + [("b", ("y",))] * 10
    planned = [("a", ("x",))] * 10 + [("b", ("y",))] * 90
    found = bench.joint.compared(real, planned, seed=1)["divergence"]
    assert found["planned, same note types"].value == pytest.approx(found["real"].value, abs=0.005)
    assert found["planned"].value > 0.3


def test_leaves_out_other_ages_only(bench: Any) -> None:
    """A child is left out, a note without an age stays; facts of the family and of before are not counted."""
    space = load_space("attributes/general.yaml")
    cases = [a_case(i, age=age) for i, age in enumerate(("7", "64", "", "93"))]
    left, counts = bench.joint.of_adults(cases, space)
    assert [case.id for case in left] == ["case-1", "case-2"]
    assert counts == {"notes": 4, "of another age": 2, "left": 2, "left with an age": 1}
    case = a_case(
        0, ("condition", "has", "gout"), ("condition", "had", "asthma"), ("condition", "runs_in_family", "gout")
    )
    assert bench.joint.number(case, "condition") == "2"


def test_prints_what_a_case_says(bench: Any) -> None:
    """Facts stand in groups: regimens with their drug, results with their side and what they were before."""
    case = a_case(0, ("condition", "has", "gout"), ("symptom", "has", "fever"), ("medication", "starts", "colchicine"))
    potassium = Fact(
        id="g1", kind="lab", subject="potassium", relation="measured", value="6.1 mmol/L", code="lab/potassium"
    )
    case = replace(
        case,
        facts=(
            case.facts[0],
            replace(case.facts[1], negated=True),
            case.facts[2],
            Fact(id="g0", kind="dose", subject="colchicine", relation="dose", value="0.6 mg"),
            potassium,
            replace(potassium, id="g2", relation="measured_before", value="4.4 mmol/L"),
        ),
    )
    assert bench.printed.described(case, load_ontology("core")) == [
        "64-year-old male, White, narrative.",
        "",
        "- **Conditions**: gout",
        "- **Symptoms**: *no fever*",
        "- **Drugs**: colchicine 0.6 mg (starts)",
        "- **Labs**: potassium 6.1 mmol/L (high), before 4.4 mmol/L",
    ]


def test_printed_cases_are_of_each_note_type(bench: Any) -> None:
    """The seed decides which; each type of note there is comes first."""
    cases = [replace(a_case(i), note_type=f"type-{i % 4}") for i in range(40)]
    found = bench.printed.chosen(cases, seed=3)
    assert len(found) == len({case.id for case in found}) == 9
    assert {case.note_type for case in found[:4]} == {f"type-{i}" for i in range(4)}
    assert found == bench.printed.chosen(cases, seed=3)
    assert found != bench.printed.chosen(cases, seed=4)


@pytest.mark.slow
def test_runs_from_end_to_end(bench: Any, tmp_path: Path) -> None:
    """A small run writes numbers, the tables of the README and ten cases; planned cases do not conflict."""
    if not (data_root() / "notes" / "mtsamples.csv.gz").exists():
        pytest.skip("MTSamples and aci-bench are not on this machine")
    begin, end = bench.tables.BEGIN, bench.tables.END
    (tmp_path / "README.md").write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    script = [sys.executable, str(FOLDER / "measure.py"), "--n", "24", "--seed", "3"]
    subprocess.run([*script, "--data-dir", str(data_root()), "--out", str(tmp_path)], check=True)
    results = json.loads((tmp_path / "results.json").read_text())
    assert set(results) == {"balance", "contradictions", "cost", "coverage", "joint", "settings", "versions"}
    assert results["contradictions"]["single"]["by code"] == {}
    assert results["contradictions"]["longitudinal"]["with a conflict"]["n"] == 24
    assert results["balance"]["pairs"]["ethnicity"]["facts that stay"]["value"] == 1
    assert results["joint"]["aci-bench"]["counts"]["notes"] == 87
    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith(f"before\n{begin}\n24 cases")
    assert readme.endswith(f"{end}\nafter\n")
    assert "old" not in readme.split("\n")
    printed = (tmp_path / "cases.md").read_text()
    assert printed.count("\n## ") == 10
    assert printed.count("\n### Day ") == 4
