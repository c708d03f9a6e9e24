"""Laws of the splits: whole clusters, everything once, the same each time."""

import functools
from pathlib import Path

import numpy as np
import pytest

from clinsynth.data import DATASETS, data_root
from clinsynth.data.splits import NOTE_RUN, SECTION_RUN, SHARES, load_splits, make_splits, read_notes, write_splits
from clinsynth.errors import InputError
from clinsynth.extras import data_dir
from clinsynth.records import Note
from clinsynth.shingles import Hashes, runs

SPLIT_SETS = ("mtsamples", "mts-dialog", "aci-bench")
FILES = [file for name in SPLIT_SETS for file in DATASETS.kind(name).files]
needs_data = pytest.mark.skipif(
    not all((data_root() / file).is_file() for file in FILES),
    reason="needs MTSamples, MTS-Dialog and aci-bench below $CLINSYNTH_DATA",
)


@functools.cache
def notes_of(dataset: str, split: str) -> list[Note]:
    return list(read_notes(dataset, split))


def hashes_of(notes: list[Note], k: int) -> Hashes:
    return np.unique(np.concatenate([runs(note.text, k).hashes for note in notes]))


def test_every_note_is_in_one_split() -> None:
    """No id is listed twice."""
    for name, members in load_splits().members.items():
        assert tuple(members) == tuple(SHARES)
        assert len(load_splits().split_of(name)) == sum(map(len, members.values())) > 80


@needs_data
@pytest.mark.slow
def test_making_the_splits_again_gives_the_file_that_ships(tmp_path: Path) -> None:
    """The command that documents the splits makes them, byte for byte."""
    write_splits(tmp_path / "again.json", make_splits())
    assert (tmp_path / "again.json").read_bytes() == (data_dir("configs") / "splits.json").read_bytes()


@needs_data
@pytest.mark.slow
def test_no_run_of_twenty_words_is_in_two_splits() -> None:
    """What trains a model holds no passage of what measures it, over MTSamples and aci-bench."""
    seen = {split: hashes_of(notes_of("mtsamples", split) + notes_of("aci-bench", split), NOTE_RUN) for split in SHARES}
    for a in SHARES:
        for b in SHARES:
            assert a == b or len(np.intersect1d(seen[a], seen[b])) == 0


@needs_data
@pytest.mark.slow
def test_sections_follow_their_source() -> None:
    """No run of twelve words is shared by a section of MTS-Dialog and a note of MTSamples in another split."""
    for split in SHARES:
        sections = [Note(id=note.id, text=note.text.partition("\n")[2]) for note in notes_of("mts-dialog", split)]
        own = hashes_of(sections, SECTION_RUN)
        for other in SHARES:
            notes = hashes_of(notes_of("mtsamples", other), SECTION_RUN)
            assert (len(np.intersect1d(own, notes)) == 0) == (split != other)


@needs_data
def test_the_notes_held_out_by_aci_bench_train_nothing() -> None:
    """aci-bench's valid part is in eval, whole."""
    splits = load_splits().split_of("aci-bench")
    assert {splits[note.id] for note in DATASETS.build("aci-bench").read("valid")} == {"eval"}


@pytest.mark.parametrize("split", ["evla", "train"])
def test_an_unknown_split_is_answered_with_the_known_ones(split: str) -> None:
    """A split that is not there is an error of the input, before any file is looked for."""
    with pytest.raises(InputError, match=r"eval"):
        read_notes("mtsamples", split, "/nowhere")
