"""Laws of `clinsynth data`."""

from pathlib import Path

import pytest

from clinsynth.data import DATASETS, data_root
from clinsynth.errors import ConfigError, MissingError
from clinsynth.workflows.data import list_data, show_data, split_data


def test_every_reader_is_listed_and_what_has_none_says_so() -> None:
    """The list holds each data set with a reader, and marks the others."""
    listed = {item.name: item for item in list_data()}
    assert {name for name, item in listed.items() if item.has_reader} == set(DATASETS)
    assert len(listed) > len(set(DATASETS))
    assert all(("no reader yet" in str(item)) != item.has_reader for item in listed.values())
    assert {item.use for item in listed.values()} == {"train", "measure", "build"}


def test_what_is_missing_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    """Every missing file is named, with its home and the folder it was looked for in."""
    shown = show_data("mts-dialog", tmp_path)
    assert not shown.data_set.present
    assert shown.splits == {}
    assert all(text in str(shown) for text in (*DATASETS.kind("mts-dialog").files, shown.data_set.home, str(tmp_path)))


def test_a_data_set_is_counted_as_it_is_read() -> None:
    """The numbers shown are those of its splits, and of ours."""
    if not all((data_root() / file).is_file() for file in DATASETS.kind("aci-bench").files):
        pytest.skip("needs aci-bench below $CLINSYNTH_DATA")
    shown = show_data("aci-bench")
    assert shown.splits == {"train": 67, "valid": 20}
    assert sum(shown.our_splits.values()) == 87


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """A misspelt data set is an error of the command."""
    with pytest.raises(ConfigError, match='did you mean "mtsamples"'):
        show_data("mtsample")


def test_splitting_without_the_data_writes_nothing(tmp_path: Path) -> None:
    """A missing data set is said, and no file appears."""
    with pytest.raises(MissingError):
        split_data(tmp_path / "out" / "splits.json", data_dir=tmp_path)
    assert not (tmp_path / "out").exists()
