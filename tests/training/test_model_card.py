"""The card of a model: checked facts, a page that agrees, scores that are added later."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from clinsynth.errors import InputError, MissingError
from clinsynth.estimates import Estimate
from clinsynth.training.model_card import (
    Measuring,
    Score,
    add_scores,
    page_of,
    read_card,
    render_model_card,
    score,
    trained_on,
    write_card,
)

HOW = Measuring(data="aci-bench, valid", seed=7, command="python benchmarks/embedded/lm/measure.py bits")


def facts(**changes: Any) -> dict[str, Any]:
    """Give the facts of a small model."""
    return {
        "name": "lm",
        "kind": "language model",
        "title": "A small model",
        "data": [trained_on("mtsamples", "base").model_dump()],
        "recipe_sha256": "0" * 64,
        "seed": 7,
        "machine": "x86_64, 2 cores, no accelerator",
        "versions": {"torch": "2.13.0"},
        "n_parameters": 6_800_000,
        "trained": {"n_tokens": 9_793_536, "stages": ["keyed", "sections"]},
        "limits": ["It knows no medicine."],
    } | changes


def bits(value: float, *, data: str = HOW.data) -> Score:
    """Give a score beside its baseline."""
    found = Estimate(value=value, low=value - 0.1, high=value + 0.1, n=20, n_unscored=3)
    how = Measuring(data=data, seed=HOW.seed, command=HOW.command)
    return score("bits a character", found, how, baseline=("5-gram", Estimate(value=2.0, low=1.9, high=2.1, n=20)))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """A card that was written is the same when it is read, and its page is the one that belongs to it."""
    written = write_card(tmp_path, facts(scores=[bits(1.1).model_dump()]))
    assert read_card(tmp_path) == written
    assert (tmp_path / "README.md").read_text() == page_of(tmp_path, written)


def test_the_page_tells_all_that_is_known() -> None:
    """Interval, n, data, seed, command and baseline of each score, hashes, licences and limits stand on the page."""
    page = render_model_card(facts(scores=[bits(1.1).model_dump()], base={"name": "big", "sha256": "a" * 64}))
    for told in ("1.100 [1.000, 1.200]", "| 20 |", HOW.data, HOW.command, "5-gram: 2.000 [1.900, 2.100]", "0" * 64,
                 "a" * 64, "CC0", "knows no medicine", "9,793,536", "6,800,000", "torch 2.13.0"):  # fmt: skip
        assert told in page, told


def test_the_header_is_one_of_the_hub() -> None:
    """The page begins with YAML that names licence, library, task and tags."""
    header = yaml.safe_load(render_model_card(facts(kind="entities")).split("---")[1])
    assert header["license"] == "apache-2.0"
    assert (header["library_name"], header["pipeline_tag"]) == ("spacy", "token-classification")
    assert "clinsynth" in header["tags"]


def test_a_score_measured_again_replaces_the_old_one(tmp_path: Path) -> None:
    """Of one name, data and baseline there is one score, in its old place; others come behind; the page agrees."""
    before = [bits(1.1).model_dump(), bits(1.2, data="mtsamples, eval").model_dump()]
    write_card(tmp_path, facts(scores=before, memorisation={"strings_kept": 3}))
    card = add_scores(tmp_path, [bits(1.0), bits(1.3, data="mts-dialog, eval")], memorisation={"longest_run": 14})
    assert [(each.data, each.value) for each in card.scores] == [
        (HOW.data, 1.0),
        ("mtsamples, eval", 1.2),
        ("mts-dialog, eval", 1.3),
    ]
    page = (tmp_path / "README.md").read_text()
    assert "longest run: 14" in page
    assert "strings kept: 3" in page
    assert "1.300 [1.200, 1.400]" in page
    assert read_card(tmp_path) == card


def test_samples_stand_below_the_page(tmp_path: Path) -> None:
    """Notes picked by seed that lie in the folder are part of the page, and stay when scores are added."""
    (tmp_path / "samples.md").write_text("## Notes picked by seed 7\n\nStable.\n")
    write_card(tmp_path, facts())
    add_scores(tmp_path, [bits(1.1)])
    assert (tmp_path / "README.md").read_text().endswith("## Notes picked by seed 7\n\nStable.\n")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "robot"}, "kind"),
        ({"limits": []}, "limits"),
        ({"recipe_sha256": "abc"}, "recipe_sha256"),
        ({"scores": [bits(1.1).model_dump(exclude={"baseline"})]}, "scores.0.baseline"),
        ({"scores": [bits(1.1).model_dump() | {"low": 9.0}]}, "scores.0"),
        ({"extra": 1}, "extra"),
    ],
)
def test_facts_that_are_wrong_are_named(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    """A card without a baseline, a limit or a known kind is not written; the message names the field."""
    with pytest.raises(InputError, match=field):
        write_card(tmp_path, facts(**changes))
    assert not list(tmp_path.iterdir())


def test_what_is_no_card_is_said_to_be(tmp_path: Path) -> None:
    """A folder without a card, and a card that is damaged, are one line each."""
    with pytest.raises(MissingError, match="has no card"):
        read_card(tmp_path)
    for content in ("{", "[]", json.dumps({"name": "lm"})):
        (tmp_path / "card.json").write_text(content)
        with pytest.raises(InputError, match=r"card\.json"):
            read_card(tmp_path)
