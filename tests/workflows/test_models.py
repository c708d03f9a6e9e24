"""Listing the models of this machine."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from model_folders import facts, weights

from clinsynth.errors import InputError, MissingError
from clinsynth.training.model_card import write_card
from clinsynth.workflows import models
from clinsynth.workflows.hashing import content_hash
from clinsynth.workflows.models import count_parameters, list_models, show_model


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a local models folder, and no model that ships."""
    monkeypatch.setattr(models, "SHIPPED_DIR", tmp_path / "shipped")
    monkeypatch.setenv("CLINSYNTH_MODELS", str(tmp_path / "local"))
    (tmp_path / "local").mkdir()
    return tmp_path / "local"


def test_counts_what_the_library_loads(checkpoint: Callable[[str], Path]) -> None:
    """The count from the header of a saved model is the number of parameters that the library finds in it."""
    from safetensors import safe_open

    (path,) = checkpoint("llama").glob("*.safetensors")
    with safe_open(path, framework="pt") as file:
        expected = sum(file.get_tensor(name).numel() for name in file.keys())  # noqa: SIM118 - it is no mapping
    assert count_parameters(path) == expected


def test_lists_what_ships_before_what_is_local(local: Path) -> None:
    """Shipped models come first, and are meant by a name that both have."""
    weights(local / "lm")
    weights(local / "other", shape=(1, 1))
    weights(models.SHIPPED_DIR / "lm", shape=(5, 5))
    assert [(model.name, model.n_parameters) for model in list_models()] == [("lm", 25), ("lm", 12), ("other", 1)]
    assert show_model("lm").model.origin == "shipped"


def test_shows_card_and_hash(local: Path) -> None:
    """A shown model has its card and the hash of its files, which any changed byte changes."""
    path = weights(local / "lm")
    (local / "lm" / "README.md").write_text("# A small model\n")
    shown = show_model("lm")
    assert "# A small model" in str(shown)
    assert shown.sha256 in str(shown)
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert show_model("lm").sha256 != shown.sha256


def test_the_list_tells_kind_size_and_headline(local: Path) -> None:
    """A line has kind, parameters, size, the share of the room for its kind where it ships, and the first score."""
    for folder in (local / "mine", models.SHIPPED_DIR / "lm"):
        weights(folder)
        write_card(folder, facts(name=folder.name))
    shipped, mine = map(str, list_models())
    for told in ("lm", "language model", "0.0 M parameters", "0 % of 20 MB", "shipped", "1.10 [1.00, 1.20]", "2.00"):
        assert told in shipped.replace("%", " %"), told
    assert "of 20 MB" not in mine


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a spaCy pipeline with one trained component and one that has no weights."""
    import spacy

    folder = tmp_path_factory.mktemp("pipeline") / "entities"
    made = spacy.blank("en")
    made.add_pipe("ner").add_label("DISEASE")
    made.add_pipe("sentencizer")
    made.initialize()
    made.to_disk(folder)
    return folder


def test_a_spacy_pipeline_is_a_model(local: Path, pipeline: Path) -> None:
    """A pipeline without safetensors is listed; its parameters are those that its card tells."""
    shutil.copytree(pipeline, local / "entities")
    assert [(model.name, model.n_parameters) for model in list_models()] == [("entities", None)]
    write_card(local / "entities", facts(name="entities", kind="entities"))
    assert list_models()[0].n_parameters == facts()["n_parameters"]


@pytest.mark.parametrize("damage", ["cut", "empty", "absent", "pointer"])
def test_a_damaged_pipeline_is_said_to_be(local: Path, pipeline: Path, damage: str) -> None:
    """A component whose weights break off, or are not there, is one line with the folder."""
    shutil.copytree(pipeline, local / "entities")
    path = local / "entities" / "ner" / "model"
    whole = path.read_bytes()
    path.unlink()
    if damage != "absent":
        path.write_bytes({"cut": whole[:-1], "empty": b"", "pointer": b"version https://git-lfs"}[damage])
    with pytest.raises(InputError, match=r"entities.*get (it|the model) again"):
        list_models()


def test_what_others_put_in_their_folders_is_no_obstacle(local: Path) -> None:
    """Other files named meta.json or card.json, and pages in another encoding, leave a model listed and shown."""
    (local / "data").mkdir()
    (local / "data" / "meta.json").write_text("{}")
    weights(local / "foreign")
    for name, content in {"meta.json": b"{}", "card.json": b"\xff", "README.md": b"caf\xe9"}.items():
        (local / "foreign" / name).write_bytes(content)
    assert [(model.name, model.kind) for model in list_models()] == [("foreign", "unknown kind")]
    assert "caf" in str(show_model("foreign"))


def test_an_unknown_name_is_answered_with_the_nearest(local: Path) -> None:
    """A misspelt model is one line with the right name."""
    weights(local / "embedded-lm")
    with pytest.raises(MissingError, match='did you mean "embedded-lm"'):
        show_model("embeded-lm")


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "number", "list"])
def test_damaged_weights_are_said_to_be(local: Path, damage: str) -> None:
    """Weights that are cut off or no safetensors at all are one line with their path."""
    path = weights(local / "lm")
    header = {"number": b"7", "list": b"[]"}.get(damage, b"")
    content = {"cut": path.read_bytes()[:-1], "empty": b"", "text": b"version https://git-lfs.github.com/spec/v1\n"}
    path.write_bytes(content.get(damage, len(header).to_bytes(8, "little") + header))
    with pytest.raises(InputError, match=r"model\.safetensors is damaged"):
        list_models()


def test_a_folder_that_is_not_there_is_named(local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that points nowhere is an error, not an empty list."""
    monkeypatch.setenv("CLINSYNTH_MODELS", str(local / "none"))
    with pytest.raises(MissingError, match="CLINSYNTH_MODELS"):
        list_models()


def test_the_hash_of_a_file_is_the_usual_one(tmp_path: Path) -> None:
    """A file's hash is what sha256sum gives; a folder's depends on names and contents, and not on where it is."""
    (tmp_path / "a" / "x").mkdir(parents=True)
    (tmp_path / "a" / "x" / "f").write_bytes(b"text")
    assert content_hash(tmp_path / "a" / "x" / "f") == hashlib.sha256(b"text").hexdigest()
    before = content_hash(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    assert content_hash(tmp_path / "b") == before
    (tmp_path / "b" / "x" / "f").rename(tmp_path / "b" / "x" / "g")
    assert content_hash(tmp_path / "b") != before
