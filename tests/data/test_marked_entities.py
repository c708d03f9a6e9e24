"""Laws of the sentences with marked entities."""

import gzip
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.data import DATASETS, data_root
from clinsynth.data.entities import Bc5cdrEntities, Sentence, joined
from clinsynth.errors import InputError

# Sentences and entities of each part as the collection's paper and its users count them.
SIZES = {
    ("bc5cdr-entities", "train"): (4560, {"CHEMICAL": 5203, "DISEASE": 4182}),
    ("bc5cdr-entities", "dev"): (4581, {"CHEMICAL": 5347, "DISEASE": 4246}),
    ("bc5cdr-entities", "test"): (4797, {"CHEMICAL": 5385, "DISEASE": 4424}),
    ("ncbi-disease", "train"): (5424, {"DISEASE": 5134}),
    ("ncbi-disease", "dev"): (923, {"DISEASE": 787}),
    ("ncbi-disease", "test"): (940, {"DISEASE": 960}),
    ("anatem", "train"): (5861, {"ANATOMY": 6946}),
    ("anatem", "dev"): (2118, {"ANATOMY": 2139}),
    ("anatem", "test"): (3830, {"ANATOMY": 4616}),
}
WORDS = st.lists(
    st.one_of(st.text("abcXYZ019", min_size=1, max_size=5), st.sampled_from(list(".,-/()[]%:;'+=<>"))),
    min_size=1,
    max_size=30,
)


def _read(root: Path, text: str) -> list[Sentence]:
    path = root / Bc5cdrEntities.files[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))
    return list(Bc5cdrEntities(root=root).read("train"))


@given(WORDS)
def test_joining_adds_nothing_but_single_blanks(words: list[str]) -> None:
    """Each word stands where it is said to stand, in order, with at most one blank before it."""
    text, places = joined(words)
    assert [text[place.start : place.end] for place in places] == words
    assert text.replace(" ", "") == "".join(words)
    assert all(right.start - left.end in {0, 1} for left, right in itertools.pairwise(places))


@pytest.mark.parametrize(
    "text",
    [
        "Selegiline-induced postural hypotension in Parkinson's disease: a longitudinal study.",
        "It fell by 0.05 (95% CI 0.01-0.09) in 1,200 rats.",
        "Doses of 2,4-dinitrophenol, [3H]-naloxone and TMP/SMX were given.",
    ],
)
def test_text_is_put_together_as_it_was_written(text: str) -> None:
    """Parted at every mark and joined again, a sentence is what it was."""
    assert joined(re.findall(r"\w+|[^\w\s]", text))[0] == text


def test_labels_become_entities(tmp_path: Path) -> None:
    """An entity goes on while its label does; two in a row are two."""
    rows = "Lithium\tB-Chemical\ncarbonate\tI-Chemical\naspirin\tB-Chemical\nnausea\tB-Disease\n.\tO\n\nNone\tO\n"
    first, second = _read(tmp_path, rows)
    assert [(first.text[e.span.start : e.span.end], e.type) for e in first.entities] == [
        ("Lithium carbonate", "CHEMICAL"),
        ("aspirin", "CHEMICAL"),
        ("nausea", "DISEASE"),
    ]
    assert second.entities == ()
    assert [first.id, second.id] == ["bc5cdr-entities-train-00001", "bc5cdr-entities-train-00002"]


@pytest.mark.parametrize("rows", ["pain\n", "pain\tX-Disease\n", "pain\tI-Disease\n", "pain\tB-Gene\n", "\tO\n"])
def test_what_is_no_label_is_said_without_its_text(rows: str, tmp_path: Path) -> None:
    """A damaged file is named in one line that holds none of its words."""
    with pytest.raises(InputError) as caught:
        _read(tmp_path, rows)
    assert "train.tsv.gz" in str(caught.value)
    assert "pain" not in str(caught.value)


@pytest.mark.parametrize(("name", "split"), sorted(SIZES))
def test_parts_have_their_published_sizes(name: str, split: str) -> None:
    """The parts are the official ones."""
    if not all((data_root() / file).is_file() for file in DATASETS.kind(name).files):
        pytest.skip(f"needs {name} below $CLINSYNTH_DATA")
    sentences = [each for each in DATASETS.build(name).read(split) if isinstance(each, Sentence)]
    marked = Counter(entity.type for sentence in sentences for entity in sentence.entities)
    assert (len(sentences), dict(marked)) == SIZES[name, split]
