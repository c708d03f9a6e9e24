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


@functools.cache
def hashes_of(dataset: str, split: str, k: int) -> Hashes:
    """All runs of the notes of a split; of a section, without its heading, which is ours."""
    texts = (
        note.text.partition("\n")[2] if dataset == "mts-dialog" else note.text for note in notes_of(dataset, split)
    )
    return np.unique(np.concatenate([np.empty(0, dtype=np.uint64), *(runs(text, k).hashes for text in texts)]))


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
    whole = ("mtsamples", "aci-bench")
    seen = {split: np.union1d(*(hashes_of(name, split, NOTE_RUN) for name in whole)) for split in SHARES}
    for a in SHARES:
        for b in SHARES:
            assert a == b or len(np.intersect1d(seen[a], seen[b])) == 0


@needs_data
@pytest.mark.slow
def test_sections_follow_their_source() -> None:
    """No run of twelve words is shared by a section of MTS-Dialog and a note of MTSamples in another split."""
    for split in SHARES:
        for other in SHARES:
            sections, notes = hashes_of("mts-dialog", split, SECTION_RUN), hashes_of("mtsamples", other, SECTION_RUN)
            assert (len(np.intersect1d(sections, notes)) == 0) == (split != other)


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
