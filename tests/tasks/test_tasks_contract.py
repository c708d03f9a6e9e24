"""What every task promises."""

from dataclasses import replace
from pathlib import Path

import pytest
from examples import questions, relations, saved

from clinsynth.data import data_root
from clinsynth.errors import InputError, MissingError
from clinsynth.tasks import TASKS, Task
from clinsynth.tasks.scoring import score

OFFICIAL = {
    "chemprot": ("relations/chemprot-snli/chemprot-data_SPINN.zip", 16_498, 14_382),
    "ddi": ("relations/ddi-2013/DDICorpus-2013.zip", 27_791, 5_716),
    "pubmedqa": ("questions/pubmedqa/ori_pqal.json", 500, 500),
}
# What the labels of the written relations are called in a task whose labels are its own.
LABELS = {"chemprot": {"effect": "CPR:3", "mechanism": "CPR:4"}}


@pytest.fixture(params=list(TASKS))
def task(request: pytest.FixtureRequest, tmp_path: Path) -> Task:
    """Each task of the catalog, on files."""
    kind = TASKS.kind(request.param)(test="").kind  # type: ignore[call-arg]
    train, test = (
        (relations(9), relations(6, start=30)) if kind == "relations" else (questions(6), questions(4, start=9))
    )
    called = LABELS.get(request.param, {})
    train, test = ([replace(row, label=called.get(row.label, row.label)) for row in rows] for rows in (train, test))
    return TASKS.build(
        request.param,
        real=str(saved(tmp_path, "real.jsonl", train)),
        test=str(saved(tmp_path, "test.jsonl", test)),
    )


def test_labels_of_the_examples_are_labels_of_the_task(task: Task) -> None:
    """Each label that occurs is one of the task's, and none is listed twice."""
    for split in ("train", "test"):
        assert {example.label for example in task.read(split)} <= set(task.labels)
    assert len(set(task.labels)) == len(task.labels)


def test_reading_repeats(task: Task) -> None:
    """The splits are the same each time, and have no example in common."""
    splits = [[example.id for example in task.read(split)] for split in ("train", "test", "train", "test")]
    assert splits[:2] == splits[2:]
    assert splits[0] != splits[1]


def test_what_is_all_right_scores_1_and_what_is_all_wrong_0(task: Task) -> None:
    """Every metric is 1 for the gold labels, and the main one 0 for a label that nothing has."""
    gold = [example.label for example in task.read("test")]
    scored = {metric.name: score(metric, gold, gold) for metric in task.metrics}
    assert scored[task.metrics[0].name] == 1.0
    assert score(task.metrics[0], gold, ["other"] * len(gold)) == 0.0


def test_a_folder_of_written_examples_is_read(tmp_path: Path) -> None:
    """A folder stands for the examples.jsonl in it."""
    saved(tmp_path, "examples.jsonl", relations(6))
    assert len(list(TASKS.build("relations", test=str(tmp_path)).read("test"))) == 6


def test_labels_of_a_file_task_are_those_of_its_training_file(tmp_path: Path) -> None:
    """The negative label comes first and does not count; the test file adds no label."""
    odd = [replace(example, label="Negative") if example.label == "none" else example for example in relations(6)]
    real, test = saved(tmp_path, "real.jsonl", odd), saved(tmp_path, "test.jsonl", relations(6))
    task = TASKS.build("relations", real=str(real), test=str(test))
    assert task.labels == ("Negative", "effect", "mechanism")
    assert score(task.metrics[0], ["Negative"], ["Negative"]) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", OFFICIAL)
def test_official_splits_are_complete(name: str) -> None:
    """The official splits have as many examples as published, less one pair of DDI and 39 of ChemProt."""
    file, n_train, n_test = OFFICIAL[name]
    if not (data_root() / file).exists():
        pytest.skip(f"{file} is not in the data folder")
    task = TASKS.build(name)
    assert [sum(1 for _ in task.read(split)) for split in ("train", "test")] == [n_train, n_test]


@pytest.mark.parametrize("name", OFFICIAL)
def test_absent_data_is_said(name: str, tmp_path: Path) -> None:
    """Without the files, one line says how to get them."""
    with pytest.raises(MissingError, match="not on this machine"):
        list(TASKS.build(name, root=str(tmp_path)).read("test"))


def test_an_unreadable_row_is_named(tmp_path: Path) -> None:
    """The message names file and line."""
    (tmp_path / "bad.jsonl").write_text('{"id": "1", "text": "a", "label": "x"}\n')
    with pytest.raises(InputError, match=r"bad\.jsonl:1"):
        list(TASKS.build("relations", test=str(tmp_path / "bad.jsonl")).read("test"))
