"""Laws of the recognizers of chemicals and diseases: which is found, and what the one that ships finds."""

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy
from marks import note, unmark

import clinsynth
from clinsynth.checks import CHECKS
from clinsynth.checks.entities import EntitiesCheck
from clinsynth.checks.parsing import blank, parsed
from clinsynth.checks.recognizing import SCISPACY, find_recognizer
from clinsynth.data import DATASETS
from clinsynth.errors import MissingError
from clinsynth.records import Case, Fact, Note
from clinsynth.training.entities.export import MAX_BYTES, kept_words
from clinsynth.training.model_card import read_card
from clinsynth.workflows.shipped import SHIPPED_DIR

SHIPPED = SHIPPED_DIR / "entities"
SENTENCES = (
    "[[x/disease:Hypotension]] was seen in patients given [[x/chemical:clonidine]].",
    "[[x/chemical:Lithium]]-induced [[x/disease:nephrotoxicity]] is rare.",
    "She was treated with [[x/chemical:cisplatin]] and [[x/chemical:dexamethasone]] for [[x/disease:breast cancer]].",
    "The meeting was held in the large room on the second floor.",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a small pipeline that knows three names."""
    pipeline = blank()
    ruler = pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    names = {"CHEMICAL": ["xyzolol", "metformin"], "DISEASE": ["zorbitis"]}
    ruler.add_patterns([{"label": label, "pattern": name} for label, each in names.items() for name in each])
    folder = tmp_path_factory.mktemp("recognizer") / "small"
    pipeline.to_disk(folder)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing reach a network."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def installed(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Install a package of scispaCy's name, as `spacy package` lays it out, around the small pipeline."""
    package = tmp_path / SCISPACY
    shutil.copytree(small, package / f"{SCISPACY}-0.1.0")
    shutil.copyfile(small / "meta.json", package / "meta.json")
    package.joinpath("meta.json").write_text('{"lang": "en", "name": "ner_bc5cdr_md", "version": "0.1.0"}')
    package.joinpath("__init__.py").write_text(
        "from pathlib import Path\nfrom spacy.util import load_model_from_init_py\n"
        "def load(**overrides):\n    return load_model_from_init_py(Path(__file__), **overrides)\n"
    )
    metadata = tmp_path / f"{SCISPACY}-0.1.0.dist-info"
    metadata.mkdir()
    metadata.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {SCISPACY}\nVersion: 0.1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield SCISPACY
    sys.modules.pop(SCISPACY, None)


def test_a_folder_is_loaded_as_it_is(small: Path) -> None:
    """A pipeline of the user's is the one that is used, by path or by its name as text."""
    for given in (small, str(small)):
        doc = clinsynth.load_entities(given)("Xyzolol for zorbitis.")
        assert [(each.text, each.label_) for each in doc.ents] == [("Xyzolol", "CHEMICAL"), ("zorbitis", "DISEASE")]


@pytest.mark.parametrize("given", [None, "auto"])
def test_without_scispacys_model_the_one_that_ships_is_taken(given: str | None) -> None:
    """Nothing needs to be installed."""
    assert find_recognizer(given) == find_recognizer("embedded") == SHIPPED


@pytest.mark.parametrize("given", [None, "auto", SCISPACY])
def test_an_installed_model_of_scispacy_is_preferred(given: str | None, installed: str) -> None:
    """Where it is installed, it is taken unless the embedded one is asked for."""
    assert find_recognizer(given) == installed
    assert [each.text for each in clinsynth.load_entities(given)("xyzolol and lithium").ents] == ["xyzolol"]
    assert find_recognizer("embedded") == SHIPPED


def test_a_missing_recognizer_is_one_line_on_what_to_do(tmp_path: Path) -> None:
    """The line names what was asked for, and what is there; a folder of something else is none."""
    with pytest.raises(MissingError, match=r'"embeded".*did you mean "embedded".*pip') as caught:
        clinsynth.load_entities("embeded")
    assert "\n" not in str(caught.value)
    with pytest.raises(MissingError, match="holds no spaCy pipeline"):
        clinsynth.load_entities(tmp_path)
    with pytest.raises(MissingError, match="embeded"):
        CHECKS.build("entities", model="embeded")


@pytest.mark.parametrize("marked", SENTENCES)
def test_the_one_that_ships_finds_what_is_marked(marked: str, offline: None) -> None:
    """In plain sentences it finds the marks: no more, no fewer; nothing is fetched."""
    text, expected = unmark(marked)
    doc = clinsynth.load_entities("embedded")(text)
    assert [(f"x/{each.label_.lower()}", each.start_char, each.end_char) for each in doc.ents] == [
        (code, span.start, span.end) for code, span in expected
    ]


def test_the_one_that_ships_fits_its_room_and_holds_no_words() -> None:
    """Its folder stays within 6 MB, knows no word but the tokenizer's, and loads in plain spaCy."""
    assert sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file()) <= MAX_BYTES
    assert set(json.loads((SHIPPED / "vocab" / "strings.json").read_text(encoding="utf-8"))) <= kept_words()
    assert spacy.load(SHIPPED).get_pipe("ner").labels == ("CHEMICAL", "DISEASE")


def test_the_one_that_ships_was_trained_on_nothing_it_is_measured_on() -> None:
    """Its card names only parts that may train; its scores are of parts that are not among them."""
    card = read_card(SHIPPED)
    trained = {(part.dataset, part.split) for part in card.data}
    assert all(DATASETS.kind(dataset).use == "train" for dataset, _ in trained)
    assert {split for _, split in trained} <= {"train", "dev", "base"}
    assert card.scores
    assert all("test" in score.data or "eval split" in score.data for score in card.scores)


def test_the_check_tells_what_neither_ontology_nor_case_knows(small: Path) -> None:
    """What the ontology or the case has a name for is no unknown mention; without a recognizer there is none."""
    text = "On metformin. Takes xyzolol for zorbitis."
    fact = Fact(id="f1", kind="condition", subject="patient", relation="has", value="acute zorbitis")
    case = Case(id="c", note_type="", specialty="", attributes={}, facts=(fact,))

    def unknown(model: str | None, given: Note) -> list[tuple[str, float]]:
        (findings,) = EntitiesCheck(model=model)([parsed(given)])
        return [
            (given.text[each.span.start : each.span.end], each.score)
            for each in findings
            if each.code == "entities/unknown-mention" and each.span
        ]

    assert unknown(str(small), note(text)) == [("xyzolol", 0.5), ("zorbitis", 0.3)]
    assert unknown(str(small), Note(id="n", text=text, case=case)) == [("xyzolol", 0.5)]
    assert unknown(None, note(text)) == []
