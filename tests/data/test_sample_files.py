"""The sample data that ships in place of real data."""

import json
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from clinsynth.extras import data_dir
from clinsynth.ontology import MentionFinder, load_ontology

SAMPLE = data_dir("configs") / "sample"
Row = dict[str, Any]


def _rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def test_notes_are_short_varied_and_of_five_types() -> None:
    """Forty notes of 120 to 205 words, eight of each type, with distinct ids and texts, under headings of their own."""
    notes = _rows("notes.jsonl")
    assert len(notes) == len({note["id"] for note in notes}) == len({note["text"] for note in notes}) == 40
    assert set(Counter(note["note_type"] for note in notes).values()) == {8}
    assert len({note["specialty"] for note in notes}) >= 12
    for note in notes:
        assert 120 <= len(note["text"].split()) <= 205
        headings = [line for line in note["text"].splitlines() if line.isupper() and line.endswith(":")]
        assert len(headings) >= 5


def test_notes_speak_of_what_the_core_ontology_knows() -> None:
    """Each note names a condition, two symptoms, a lab, a drug, and something that is absent."""
    finder = MentionFinder(load_ontology("core"))
    for note in _rows("notes.jsonl"):
        mentions = finder(note["text"])
        kinds = Counter(mention.concept.kind for mention in mentions)
        assert kinds["condition"] >= 1
        assert kinds["symptom"] >= 2
        assert kinds["lab"] >= 1
        assert kinds["medication"] >= 1
        assert any(mention.negated for mention in mentions)


def test_relations_mark_the_drugs_and_share_no_text() -> None:
    """The marked ranges are two different names within the text, whole words; labels are those of DDI-2013."""
    train, test = _rows("relations-train.jsonl"), _rows("relations-test.jsonl")
    assert len(train) == len(test) == 120
    assert len({row["id"] for row in train + test}) == len({row["text"] for row in train + test}) == 240
    for row in train + test:
        text, names = row["text"], []
        for side in (row["head"], row["tail"]):
            ((start, end),) = side["mentions"]
            assert 0 <= start < end <= len(text)
            assert not text[start - 1 : start].isalnum()
            assert not text[end : end + 1].isalnum()
            assert text[start:end] == text[start:end].strip()
            assert side["type"] in {"drug", "brand", "group"}
            names.append(text[start:end].casefold())
        assert names[0] != names[1]
    for rows in (train, test):
        counts = Counter(row["label"] for row in rows)
        assert set(counts) == {"none", "mechanism", "effect", "advise", "int"}
        assert counts["none"] == max(counts.values())


def test_questions_have_answers_and_share_no_text() -> None:
    """Sixty questions each with a context of their own, answered yes, no or maybe."""
    train, test = _rows("questions-train.jsonl"), _rows("questions-test.jsonl")
    assert len(train) == len(test) == 60
    for field in ("id", "question", "context"):
        assert len({row[field] for row in train + test}) == 120
    for rows in (train, test):
        assert set(Counter(row["label"] for row in rows)) == {"yes", "no", "maybe"}
    assert all(row["question"].endswith("?") for row in train + test)


@pytest.mark.parametrize(
    ("name", "field"),
    [("relations-{}.jsonl", "text"), ("questions-{}.jsonl", "context"), ("questions-{}.jsonl", "question")],
)
def test_no_text_is_another_with_a_word_changed(name: str, field: str) -> None:
    """Any two texts differ in most of their words: they are no templates filled again and again."""
    texts = [_words(row[field]) for split in ("train", "test") for row in _rows(name.format(split))]
    for one, other in combinations(texts, 2):
        assert len(one & other) / len(one | other) < 0.5
