"""Which notes may train what: one assignment over MTSamples, MTS-Dialog and aci-bench, by near-duplicate cluster.

- base: may train the weights that ship;
- adapt: trains adapters only, so that what an adapter learns can be told from what its base model knew;
- non-member: trains nothing, drawn like the others: what a membership attack compares with;
- eval: trains nothing, and measures.

`configs/splits.json` holds ids and names of splits, no text; `clinsynth data split --out FILE` makes it again.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from clinsynth.data import DATASETS
from clinsynth.errors import InputError, nearest
from clinsynth.extras import data_dir
from clinsynth.records import Note
from clinsynth.seeds import generator
from clinsynth.shingles import among, clusters, runs, shared_runs, words
from clinsynth.storage import write_text

SEED = 7
SHARES: Mapping[str, float] = {"base": 0.45, "adapt": 0.30, "non-member": 0.12, "eval": 0.13}

NOTE_RUN = 20  # words in a row that two whole notes share by copying, hardly by chance
SECTION_RUN = 12  # for the sections of MTS-Dialog, which are short and slightly edited
GIANT = 8  # a cluster of so many notes is a template rather than copies of a note: of no use to measure with

_ACI_TRAIN = ("base", "adapt")


@dataclass(frozen=True, kw_only=True)
class Splits:
    """Who is where.

    Attributes:
        members: Data set to split to the ids of its notes.
        n_clusters: Groups of notes that share text and were kept together.
        largest_cluster: The notes and sections in the largest of them.
    """

    seed: int
    members: Mapping[str, Mapping[str, tuple[str, ...]]]
    n_clusters: int
    largest_cluster: int

    def split_of(self, dataset: str) -> dict[str, str]:
        """Give the split of each note of a data set, by its id."""
        return {note_id: split for split, ids in self.members[dataset].items() for note_id in ids}


@lru_cache(maxsize=1)
def load_splits() -> Splits:
    """Read the assignment that ships.

    Raises:
        InputError: The file is damaged.
    """
    path = data_dir("configs") / "splits.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        members = {
            dataset: {split: tuple(f"{dataset}-{short}" for short in ids.split()) for split, ids in given.items()}
            for dataset, given in content["members"].items()
        }
        return Splits(
            seed=content["seed"],
            members=members,
            n_clusters=content["n_clusters"],
            largest_cluster=content["largest_cluster"],
        )
    except (OSError, ValueError, KeyError, AttributeError):
        raise InputError(f"{path} is damaged; make it again: clinsynth data split --out {path}") from None


def write_splits(path: Path, splits: Splits) -> None:
    """Write an assignment: one line for each split of each data set, its ids without the name of the data set."""
    members = {
        dataset: {split: " ".join(i.removeprefix(f"{dataset}-") for i in ids) for split, ids in given.items()}
        for dataset, given in splits.members.items()
    }
    content = {
        "seed": splits.seed,
        "n_clusters": splits.n_clusters,
        "largest_cluster": splits.largest_cluster,
        "members": members,
    }
    write_text(path, json.dumps(content, indent=1) + "\n")


def read_notes(dataset: str, split: str, root: str | Path | None = None) -> Iterator[Note]:
    """Stream the notes of a data set that are in a split: one of ours, or its own where we do not split it.

    Raises:
        ConfigError: There is no such data set.
        InputError: It has no such split, holds no notes, or is another edition than the one that was split.
        MissingError: It is not on this machine.
    """
    reader = DATASETS.build(dataset, root=Path(root) if root is not None else None)
    if dataset not in load_splits().members:
        return _only_notes(dataset, reader.read(split))
    if split not in SHARES:
        raise InputError(f'{dataset} has no split "{split}"; {nearest(split, SHARES)}')
    return _members(dataset, split, _all_notes(dataset, root))


def _only_notes(dataset: str, records: Iterable[object]) -> Iterator[Note]:
    for record in records:
        if not isinstance(record, Note):
            raise InputError(f"{dataset} holds labelled examples, not notes; known: {', '.join(load_splits().members)}")
        yield record


def _members(dataset: str, split: str, notes: Iterable[Note]) -> Iterator[Note]:
    splits = load_splits().split_of(dataset)
    for note in notes:
        if note.id not in splits:
            raise InputError(f"{note.source} is in no split: this is another edition of {dataset} than the one split")
        if splits[note.id] == split:
            yield note


def _all_notes(dataset: str, root: str | Path | None) -> Iterator[Note]:
    reader = DATASETS.build(dataset, root=Path(root) if root is not None else None)
    for own_split in reader.splits:
        yield from _only_notes(dataset, reader.read(own_split))


def make_splits(root: str | Path | None = None, seed: int = SEED) -> Splits:
    """Assign every note of the three data sets to a split, whole clusters together.

    Notes that share a run of `NOTE_RUN` words are one cluster; a section of MTS-Dialog joins the cluster of every note
    or section with which it shares a run of `SECTION_RUN` words. Sections too short for one are clustered by their
    whole text. aci-bench's valid notes, and what shares text with them, go to eval, its train notes to base and adapt.

    Raises:
        MissingError: One of the data sets is not on this machine.
    """
    notes, groups = _clustered(root)
    held = {note.id for note in DATASETS.build("aci-bench", root=Path(root) if root else None).read("valid")}
    chosen = _assign(groups, held=held, seed=seed)
    members = {
        name: {split: tuple(note.id for note in group if chosen[note.id] == split) for split in SHARES}
        for name, group in notes.items()
    }
    return Splits(seed=seed, members=members, n_clusters=len(groups), largest_cluster=max(map(len, groups)))


def note_clusters(root: str | Path | None = None) -> dict[str, int]:
    """Give the number of the cluster of each note of the three data sets, by its id.

    Raises:
        MissingError: One of the data sets is not on this machine.
    """
    _, groups = _clustered(root)
    return {note.id: number for number, group in enumerate(groups) for note in group}


def _clustered(root: str | Path | None) -> tuple[dict[str, list[Note]], list[list[Note]]]:
    """Give the notes of each data set, and all of them by cluster."""
    notes = {name: list(_all_notes(name, root)) for name in ("mtsamples", "mts-dialog", "aci-bench")}
    pool = [note for group in notes.values() for note in group]
    return notes, [[pool[i] for i in group] for group in clusters(len(pool), _links(notes))]


def _links(notes: Mapping[str, Sequence[Note]]) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions, over the data sets one after the other, that share text."""
    samples, sections, visits = notes["mtsamples"], notes["mts-dialog"], notes["aci-bench"]
    after = len(samples) + len(sections)
    whole = [*range(len(samples)), *range(after, after + len(visits))]
    for a, b in shared_runs([runs(note.text, NOTE_RUN).hashes for note in (*samples, *visits)]):
        yield whole[a], whole[b]
    bodies = [note.text.partition("\n")[2] for note in sections]
    yield from _section_links([note.text for note in samples], bodies)
    same: dict[str, int] = {}
    for position, body in enumerate(bodies, start=len(samples)):
        yield same.setdefault(" ".join(word for word, _ in words(body)), position), position


def _section_links(texts: Sequence[str], bodies: Sequence[str]) -> Iterator[tuple[int, int]]:
    of_bodies = [runs(body, SECTION_RUN).hashes for body in bodies]
    in_sections = np.unique(np.concatenate(of_bodies))
    # What only whole notes share is left out: they are compared by longer runs.
    of_texts = [hashes[among(hashes, in_sections)] for hashes in (runs(text, SECTION_RUN).hashes for text in texts)]
    yield from shared_runs([*of_texts, *of_bodies])


def _assign(groups: Sequence[Sequence[Note]], *, held: AbstractSet[str], seed: int) -> dict[str, str]:
    """Give each note the split of its cluster: drawn within strata, so that every split has notes of every sort."""
    random = generator(seed, "splits")
    drawn = sorted(groups, key=lambda group: (_stratum(group), random.random()))
    taken: dict[tuple[str, ...], Counter[str]] = {}
    chosen: dict[str, str] = {}
    for group in drawn:
        allowed = _allowed(group, held)
        counts = taken.setdefault(allowed, Counter())
        split = max(allowed, key=lambda name: (counts.total() + 1) * _share(name, allowed) - counts[name])
        counts[split] += 1
        chosen |= dict.fromkeys((note.id for note in group), split)
    return chosen


# The splits were made before operations, images and letters were told apart; to tell them here would move notes of
# models that ship from one split to another.
_DOCUMENTS = frozenset({"clinic_letter", "operative_note", "radiology_report"})


def _stratum(group: Sequence[Note]) -> tuple[str, str, int]:
    """Sort a cluster by its first note's data set and type, and by its size: 1, 2, 3 or more."""
    first = group[0]
    note_type = "" if first.note_type in _DOCUMENTS else first.note_type
    return first.source.partition(":")[0], note_type, min(len(group), 3)


def _allowed(group: Sequence[Note], held: AbstractSet[str]) -> tuple[str, ...]:
    if any(note.id in held for note in group):
        return ("eval",)
    if len(group) >= GIANT:
        return ("base",)
    return _ACI_TRAIN if all(note.id.startswith("aci-bench-") for note in group) else tuple(SHARES)


def _share(split: str, allowed: Sequence[str]) -> float:
    return SHARES[split] / sum(SHARES[name] for name in allowed)
