"""The parts that the encoder's benchmark fits and predicts."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from examples import questions, relations

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "embedded" / "encoder" / "measure.py"


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    """Load the script."""
    spec = importlib.util.spec_from_file_location("encoder_measure", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_each_question_is_predicted_once_by_what_never_saw_it(measure: ModuleType) -> None:
    """Folds part the questions, each with its share of every answer."""
    given = questions(40)
    parts = measure.folds(given)
    predicted = [example.id for part in parts for example in part.dev]
    assert sorted(predicted) == sorted(example.id for example in given)
    for part in parts:
        assert not {example.id for example in part.train} & {example.id for example in part.dev}
        assert len(part.train) + len(part.dev) == len(given)
        assert [sum(example.label == label for example in part.dev) for label in ("yes", "no")] == [4, 4]


def test_documents_are_taken_whole_and_in_the_same_order(measure: ModuleType) -> None:
    """Of a document all examples are taken or none, and a larger cap adds documents to those of a smaller one."""
    given = [replace(example, group=f"document {i // 3}") for i, example in enumerate(relations(60))]
    few, more = measure.some(given, 10), measure.some(given, 25)
    assert 10 <= len(few) < 13
    assert few == more[: len(few)]
    taken = {example.group for example in more}
    assert [example for example in given if example.group in taken] == sorted(more, key=given.index)


def test_the_results_name_the_examples_they_rest_on(measure: ModuleType) -> None:
    """Another training or dev example gives another hash."""
    part = measure.Part(train=relations(6), dev=relations(3, start=9))
    other = measure.Part(train=relations(6), dev=relations(4, start=9))
    assert measure.ids_hash([part]) != measure.ids_hash([other])
