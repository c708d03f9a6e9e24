"""The benchmark of swapped attributes counts pairs, and its intervals are over cases."""

import importlib.util
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

from clinsynth.backbones.scripted import ScriptedBackbone
from clinsynth.config import Config, Plan
from clinsynth.estimates import proportion
from clinsynth.ontology import load_ontology
from clinsynth.prompts import load_template
from clinsynth.workflows.fitted import Adapters
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.stages import Writer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def swap() -> ModuleType:
    """Load the script."""
    spec = importlib.util.spec_from_file_location("attribute_swap", ROOT / "benchmarks/attribute_swap/measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(spec.name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def test_pairs_of_one_case_are_not_taken_for_independent(swap: ModuleType) -> None:
    """Four pairs that always come out alike tell as much as one: the interval is that of cases, not of pairs."""
    groups = [
        [swap.Outcome(case_id=f"c{n}", own=True, follows=n % 2 == 0, by_chance=False) for n in range(40)]
        for _ in range(4)
    ]
    follow = swap.pooled(groups, seed=7)["follow"]
    assert (follow.value, follow.n) == (0.5, 40)
    of_pairs, of_cases = (proportion(n // 2, n) for n in (160, 40))
    assert follow.high - follow.low == pytest.approx(of_cases.high - of_cases.low, rel=0.15)
    assert follow.high - follow.low > 1.6 * (of_pairs.high - of_pairs.low)


def test_a_backbone_that_says_its_prompt_follows_and_one_that_does_not_hear_it_does_not(swap: ModuleType) -> None:
    """An echo states its own values in both texts of a pair; the same words for every prompt never follow."""
    config = Config(name="small", plan=Plan(n_cases=6))
    for backbone, wanted in {
        ScriptedBackbone(echo=True): 1.0,
        ScriptedBackbone(responses=("A 64-year-old woman with asthma.",)): 0.0,
    }.items():
        writer = Writer(
            config=config,
            attempt=0,
            adapters=Adapters(),
            backbone=backbone,
            template=load_template("prompts/attribute_controlled.yaml"),
        )
        found = swap.outcomes(list(plan_cases(config)), ("age", "sex"), writer, load_ontology("core"))
        assert swap.shares(found)["follow"].value == wanted


def test_the_command_on_a_card_finds_its_configuration_and_names_no_place(swap: ModuleType) -> None:
    """A configuration of the checkout is named by its path there; of what lies elsewhere only the name is told."""
    given = Namespace(
        config=str(ROOT / "benchmarks/slotted/slotted.yaml"),
        n=9,
        adapter="/somewhere/fitted",
        set=["writing.adapters={consultation: /else/where/own}", "writing.candidates=2"],
    )
    command = swap.command_of(given, 3)
    assert "somewhere" not in command
    assert "/else" not in command
    assert command == (
        "python benchmarks/attribute_swap/measure.py benchmarks/slotted/slotted.yaml --n 9 --seed 3 --adapter fitted "
        "--set 'writing.adapters={consultation: own}' --set writing.candidates=2 --out shares.json"
    )
