"""Laws of how the recognizer of chemicals and diseases is trained and measured."""

import gzip
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.data import DATASETS, data_root
from clinsynth.data.entities import Entity, Sentence, joined
from clinsynth.errors import ConfigError, MissingError, OutputError
from clinsynth.ontology import load_ontology
from clinsynth.records import Span
from clinsynth.storage import digest, read_rows
from clinsynth.training.entities import vectors
from clinsynth.training.entities.corpora import Alignment, annotated, passages, said, without
from clinsynth.training.entities.export import MAX_BYTES, kept_words, size
from clinsynth.training.entities.marked import MARKED, Marked, Share, check_dataset, places_of, words_marked
from clinsynth.training.entities.names import add_names, check_kinds
from clinsynth.training.entities.scoring import matches
from clinsynth.training.entities.tokenizing import tokenizing
from clinsynth.training.model_card import read_card
from clinsynth.workflows.train_entities import train_entities


def sentence(marked: str, number: int = 1) -> Sentence:
    """Make a sentence of words parted by blanks; "[" and "]" stand around an entity, its type after a slash."""
    words: list[str] = []
    places: list[tuple[int, int, str]] = []
    start = 0
    for word in marked.split():
        if word == "[":
            start = len(words)
        elif word.startswith("]"):
            places.append((start, len(words), word[2:]))
        else:
            words.append(word)
    text, spans = joined(words)
    entities = tuple(
        Entity(span=Span(start=spans[first].start, end=spans[end - 1].end), type=type_) for first, end, type_ in places
    )
    return Sentence(id=f"s{number}", text=text, words=spans, entities=entities)


ACUTE = sentence("Acute [ kidney failure ]/DISEASE after [ cisplatin ]/CHEMICAL .")
SENTENCES = (ACUTE, sentence("No names here ."), sentence("[ Lithium ]/CHEMICAL caused [ nausea ]/DISEASE ."))


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12), st.integers(1, 4), st.integers(0, 99))
def test_passages_hold_all_sentences_and_all_entities(given_: list[Sentence], longest: int, seed: int) -> None:
    """Nothing is lost, moved or repeated when sentences are put together."""
    made = list(passages(given_, longest=longest, seed=seed))
    assert " ".join(passage.text for passage in made) == " ".join(each.text for each in given_)
    named = [passage.text[e.span.start : e.span.end] for passage in made for e in passage.entities]
    assert named == [each.text[e.span.start : e.span.end] for each in given_ for e in each.entities]


def test_tokens_end_where_names_end_and_load_in_plain_spacy(tmp_path: Path) -> None:
    """Names joined to something else are tokens of their own, also in a pipeline that was saved and loaded."""
    text = "Cocaine-induced (TMP/SMX) fits, [3H]-naloxone."
    tokenizing().to_disk(tmp_path / "saved")
    for pipeline in (tokenizing(), spacy.load(tmp_path / "saved")):
        doc = pipeline(text)
        for name in ("Cocaine", "TMP", "SMX", "naloxone"):
            assert doc.char_span(text.index(name), text.index(name) + len(name)) is not None, name
        assert doc.text == text


def test_what_is_not_known_is_not_taught() -> None:
    """An entity that ends inside a token, and a place of which nothing is known, are neither named nor unnamed."""
    text = "Sodium123 and aspirin in sepsis."
    whole = Sentence(
        id="s",
        text=text,
        words=(Span(start=0, end=9), Span(start=14, end=21)),
        entities=(
            Entity(span=Span(start=0, end=6), type="CHEMICAL"),
            Entity(span=Span(start=25, end=31), type="DISEASE"),
        ),
    )
    alignment = Alignment()
    (passage,) = passages([whole], longest=1, seed=1, unknown=lambda each: places_of(frozenset({"aspirin"}), each))
    doc = annotated(passage, tokenizing(), alignment)
    assert [(token.text, token.ent_iob_) for token in doc] == [
        ("Sodium123", ""),
        ("and", "O"),
        ("aspirin", ""),
        ("in", "O"),
        ("sepsis", "B"),
        (".", "O"),
    ]
    assert (alignment.n_aligned, alignment.n_unaligned) == (1, 1)


def test_sentences_that_say_the_same_are_left_out_and_counted() -> None:
    """Case and punctuation do not make another sentence."""
    same = sentence("acute kidney failure after cisplatin !")
    kept, n_left_out = without([ACUTE, SENTENCES[1]], {said(same)})
    assert (kept, n_left_out) == ([SENTENCES[1]], 1)


@pytest.mark.parametrize("name", ["anatem", "ddi", "bc5cdr", "mtsamples"])
def test_only_marked_chemicals_and_diseases_may_train(name: str) -> None:
    """Other types, relations, notes and what is for measuring only are refused."""
    with pytest.raises(ConfigError, match=name):
        check_dataset(name)


def test_weights_that_ship_see_only_what_is_for_training() -> None:
    """Every data set that may train them is marked so."""
    assert {DATASETS.kind(name).use for name in ("bc5cdr-entities", "ncbi-disease")} == {"train"}


@pytest.mark.slow
def test_no_sentence_of_a_test_part_is_trained_on() -> None:
    """Nothing that any test part says is in what ships; nothing that dev says is in what dev chooses."""
    for name in MARKED:
        for file in DATASETS.kind(name).files:
            if not (data_root() / file).is_file():
                pytest.skip(f"needs {file} below $CLINSYNTH_DATA")
    marked, datasets = Marked(data_root()), ("bc5cdr-entities", "ncbi-disease")
    test, dev = marked.apart(MARKED, "test"), marked.apart(datasets, "dev")
    choose = [said(each) for share in marked.to_choose(datasets, share=1.0, seed=1) for each in share.sentences]
    ship = [said(each) for share in marked.to_ship(datasets, share=1.0, seed=1) for each in share.sentences]
    assert not (test | dev) & set(choose)
    assert not test & set(ship)
    assert len(ship) > 1.4 * len(choose)
    half = marked.to_choose(datasets, share=0.5, seed=1)
    assert abs(sum(len(share.sentences) for share in half) - len(choose) / 2) <= len(datasets)


def test_only_the_right_ends_and_type_count() -> None:
    """A shifted end or another type is found and not right; what is missed counts against recall alone."""
    right = ACUTE.entities
    shifted = Entity(span=Span(start=right[0].span.start, end=right[0].span.end - 1), type="DISEASE")
    renamed = Entity(span=right[1].span, type="DISEASE")
    types = ("CHEMICAL", "DISEASE")

    def f1(found: Sequence[Entity]) -> float:
        return matches([ACUTE], lambda _: [found], types, seed=1, draws=10)["all"].f1.value

    assert f1(right) == 1.0
    assert f1([shifted, renamed]) == f1([]) == 0.0
    assert f1(right[:1]) == pytest.approx(2 / 3)


def _data(root: Path) -> Path:
    """Write a data folder of a few marked sentences."""
    drugs, ills = ("aspirin", "cisplatin", "lithium", "cocaine"), ("nausea", "sepsis", "kidney failure", "seizures")
    for name, has_drugs in (("BC5CDR", True), ("NCBI-disease", False), ("AnatEM", False)):
        for part, shift in (("train", 0), ("devel", 1), ("test", 2)):
            rows: list[str] = []
            for number in range(40):
                drug, ill = drugs[(number + shift) % 4], ills[(number // 4) % 4].split()
                marks = [f"{ill[0]}\tB-Disease", *(f"{word}\tI-Disease" for word in ill[1:])]
                words = [f"{word}\tO" for word in f"Case {part} {number} had".split()]
                rows += [*words, *(marks if name != "AnatEM" else []), "after\tO"]
                rows += [f"{drug}\t{'B-Chemical' if has_drugs else 'O'}", ".\tO", ""]
            path = root / "entities" / f"{name}-IOB" / f"{part}.tsv.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return root


SETTINGS = ("entities.vectors.sources=[]", "entities.max_steps=12", "entities.evaluate_every=6")


@pytest.mark.slow
def test_training_goes_on_after_a_kill_to_the_same_weights(tmp_path: Path) -> None:
    """`spacy train` runs, what was whole is kept, what was not is made again the same; no training word ships."""
    data = _data(tmp_path / "data")
    whole = train_entities("entities.yaml", tmp_path / "whole", settings=SETTINGS, data_dir=data)
    broken = tmp_path / "broken"
    shutil.copytree(whole, broken)
    (broken / "training" / "ship").rename(broken / "training" / "ship.part")  # killed in the last run
    shutil.rmtree(broken / "ner")
    train_entities("entities.yaml", broken, settings=SETTINGS, data_dir=data)
    assert digest(broken / "ner", broken / "tok2vec") == digest(whole / "ner", whole / "tok2vec")

    words = set(json.loads((whole / "vocab" / "strings.json").read_text(encoding="utf-8")))
    assert words <= kept_words()
    assert not words & {"cisplatin", "sepsis"}
    assert size(whole) < MAX_BYTES
    assert [row["run"] for _, row in read_rows(whole / "train_log.jsonl")][-1] == "ship"
    assert {part.dataset for part in read_card(whole).data} == {"bc5cdr-entities", "ncbi-disease"}
    assert str(tmp_path) not in (whole / "config.cfg").read_text(encoding="utf-8")
    pipeline = spacy.load(whole)
    assert pipeline.get_pipe("ner").labels == ("CHEMICAL", "DISEASE")
    assert {(each.text, each.label_) for each in pipeline("Metformin 500 mg.").ents} >= {("Metformin", "CHEMICAL")}
    with pytest.raises(OutputError, match="another recipe"):
        train_entities("entities.yaml", whole, settings=[*SETTINGS, "seed=8"], data_dir=data)


def test_names_that_another_data_set_marks_are_left_open() -> None:
    """Words that are marked as a type are collected in small letters, short ones and parts of names left out."""
    share = Share(dataset="d", split="train", sentences=SENTENCES, types=("CHEMICAL", "DISEASE"), n_left_out=0)
    assert words_marked([share], "CHEMICAL") == {"cisplatin", "lithium"}
    assert words_marked([share], "DISEASE") == {"nausea"}


def test_names_of_the_ontology_stand_where_nothing_else_does() -> None:
    """In any case and whole, where nothing is marked yet; names of up to three letters are left out."""
    ontology, pipeline = load_ontology("core"), tokenizing()
    trained = pipeline.add_pipe("entity_ruler", name="trained")
    trained.add_patterns([{"label": "DISEASE", "pattern": "severe asthma"}])
    assert add_names(pipeline, ontology, ("medication", "condition")) > 1000
    doc = pipeline("METFORMIN for severe asthma, Asthma, MI; no metforminoid.")
    assert [(each.text, each.label_) for each in doc.ents] == [
        ("METFORMIN", "CHEMICAL"),
        ("severe asthma", "DISEASE"),
        ("Asthma", "DISEASE"),
    ]
    with pytest.raises(ConfigError, match='"drug"'):
        check_kinds(("drug",))


def test_without_floret_vectors_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what is missing and how to get it."""
    monkeypatch.setitem(sys.modules, "floret", None)
    with pytest.raises(MissingError, match="pip install floret"):
        vectors.floret()
