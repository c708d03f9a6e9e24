"""`clinsynth data`: which public data sets are known, what they may be used for, whether they are here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clinsynth.data import DATASETS, data_root
from clinsynth.data.known import Known, known, known_by_name
from clinsynth.data.splits import SEED, load_splits, make_splits, write_splits


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A known data set, as it is found on this machine.

    Attributes:
        use: "train": may train shipped weights; "measure": evaluation only; "build": ontologies are made of it.
        home: Where it comes from.
        folder: Where its files are looked for.
        missing: Its files that are not there.
        has_reader: clinsynth reads its notes or examples.
    """

    name: str
    title: str
    licence: str
    use: str
    home: str
    folder: Path
    missing: tuple[str, ...]
    has_reader: bool

    @property
    def present(self) -> bool:
        """Say whether all its files are on this machine."""
        return not self.missing

    def __str__(self) -> str:
        state = "here" if self.present else "missing"
        unread = "" if self.has_reader else "; no reader yet"
        return f"{self.name:<33} {self.use:<8} {state:<8} {self.title} ({self.licence}){unread}"


@dataclass(frozen=True, kw_only=True)
class DataSetContent:
    """A data set with what is in it.

    Attributes:
        splits: Its own splits with their numbers of notes or examples; empty where it is missing or has no reader.
        our_splits: The same for base, adapt, non-member and eval, where `configs/splits.json` assigns its notes.
    """

    data_set: DataSet
    splits: Mapping[str, int]
    our_splits: Mapping[str, int]

    def __str__(self) -> str:
        found = self.data_set
        lines = [str(found), f"  from:   {found.home}", f"  folder: {found.folder}"]
        lines += [f"  missing: {file}" for file in found.missing]
        if self.splits:
            lines.append(f"  splits: {_counts(self.splits)}")
        if self.our_splits:
            lines.append(f"  ours:   {_counts(self.our_splits)}")
        if found.missing:
            lines.append(
                "  to get it: place the missing files there, or name their folder by --data-dir or CLINSYNTH_DATA"
            )
        return "\n".join(lines)


def _counts(splits: Mapping[str, int]) -> str:
    return ", ".join(f"{split} {n:,}" for split, n in splits.items())


@dataclass(frozen=True, kw_only=True)
class SplitSummary:
    """What `split_data` wrote: notes by data set and split, and how they clustered."""

    out: Path
    counts: Mapping[str, Mapping[str, int]]
    n_clusters: int
    largest_cluster: int

    def __str__(self) -> str:
        lines = [f"{name}: {_counts(counts)}" for name, counts in self.counts.items()]
        lines.append(f"{self.n_clusters:,} clusters of notes that share text, the largest of {self.largest_cluster}")
        return "\n".join([*lines, str(self.out)])


def list_data(data_dir: str | Path | None = None) -> list[DataSet]:
    """List all known data sets, in alphabetical order; nothing is read.

    Args:
        data_dir: Where they are looked for, instead of `$CLINSYNTH_DATA` and the user's cache.
    """
    return [_found(item, data_root(data_dir)) for item in known().values()]


def show_data(name: str, data_dir: str | Path | None = None) -> DataSetContent:
    """Show one data set with its splits, counted by reading it.

    Raises:
        ConfigError: It is not known.
        InputError: A file of it is damaged.
    """
    item = known_by_name(name)
    root = data_root(data_dir)
    found = _found(item, root)
    splits: dict[str, int] = {}
    if found.present and found.has_reader:
        reader = DATASETS.build(name, root=root)
        splits = {split: sum(1 for _ in reader.read(split)) for split in item.splits}
    ours = load_splits().members.get(name, {})
    return DataSetContent(data_set=found, splits=splits, our_splits={split: len(ids) for split, ids in ours.items()})


def _found(item: Known, root: Path) -> DataSet:
    return DataSet(
        name=item.name,
        title=item.title,
        licence=item.licence,
        use=item.use,
        home=item.home,
        folder=root,
        missing=tuple(file for file in item.files if not (root / file).is_file()),
        has_reader=item.has_reader,
    )


def split_data(out: str | Path, *, data_dir: str | Path | None = None, seed: int = SEED) -> SplitSummary:
    """Assign the notes of MTSamples, MTS-Dialog and aci-bench to splits and write `configs/splits.json` again.

    Args:
        out: The file to write.
        data_dir: Where the data sets are looked for.
        seed: Of the draw; the file that ships was made with the default.

    Raises:
        MissingError: One of the three is not on this machine.
        OutputError: The file cannot be written.
    """
    splits = make_splits(data_dir, seed)
    write_splits(Path(out), splits)
    return SplitSummary(
        out=Path(out),
        counts={name: {split: len(ids) for split, ids in members.items()} for name, members in splits.members.items()},
        n_clusters=splits.n_clusters,
        largest_cluster=splits.largest_cluster,
    )
