"""How well names are found, by token and by name, label, frame and case; how often eponyms are taken for names."""

import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np

from clinsynth.checks.parsing import blank
from clinsynth.data.splits import read_notes
from clinsynth.estimates import Estimate, bootstrap, proportion
from clinsynth.seeds import generator
from clinsynth.training.names.filling import Filling
from clinsynth.training.names.frames import families
from clinsynth.training.names.injecting import Doses, Injector
from clinsynth.training.names.lists import eponyms, name_lists
from clinsynth.training.names.marking import LABELS, Marked, Piece, assemble

Name = tuple[int, int, str]  # start, end (half-open code points), label
Finder = Callable[[Sequence[str]], Sequence[Sequence[Name]]]
S = TypeVar("S", Name, tuple[int, int, str, str])
EVERY = "all"
_MEASURED = Doses(untouched=0.0, swapped=0.35, sentences=2.0, lines=0.4, cases=(0.7, 0.15, 0.15), kept=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What was right in one text, by what it is counted for ("all", a label, "family: header", "case: lower").

    Attributes:
        found: Tokens (or names) that are marked and were found.
        marked: Those that are marked.
        given: Those that were found, marked or not; only for "all" and labels.
    """

    found: Counter[str]
    marked: Counter[str]
    given: Counter[str]


def held_out_texts(datasets: Iterable[str], *, seed: int, root: Path | None = None) -> Iterator[Marked]:
    """Put names of the measuring lists, by the measuring frames, into the whole notes of the eval split."""
    injector = Injector("test", generator(seed, "names", "measure"), doses=_MEASURED)
    for dataset in datasets:
        for note in read_notes(dataset, "eval", root):
            yield injector.inject(note.id, note.text)


def by_token(texts: Sequence[Marked], found: Sequence[Sequence[Name]]) -> list[Tally]:
    """Compare token by token; a token counts for a name if they share a character, and white space counts for none."""
    pipeline = blank()
    return [
        _tokens(marked, names, [(token.idx, token.idx + len(token)) for token in doc if not token.is_space])
        for marked, names, doc in zip(texts, found, pipeline.pipe(marked.text for marked in texts), strict=True)
    ]


def _tokens(marked: Marked, names: Sequence[Name], places: Sequence[tuple[int, int]]) -> Tally:
    tally = Tally(found=Counter(), marked=Counter(), given=Counter())
    gold = _laid(places, marked.spans)
    ours = _laid(places, names)
    for at in range(len(places)):
        right, said = gold.get(at), ours.get(at)
        if said is not None:
            tally.given.update((EVERY, said[2]))
        if right is None:
            continue
        keys = (EVERY, f"family: {right[3]}", f"case: {marked.case}")
        tally.marked.update((*keys, right[2]))
        if said is not None:
            tally.found.update(keys)
            tally.found.update([right[2]] if said[2] == right[2] else [])
    return tally


def _laid(places: Sequence[tuple[int, int]], spans: Sequence[S]) -> dict[int, S]:
    """Give the span over each token, by the token's number."""
    starts = [start for start, _ in places]
    over: dict[int, S] = {}
    for span in spans:
        first = max(0, bisect.bisect_right(starts, span[0]) - 1)
        for at in range(first, len(places)):
            if places[at][0] >= span[1]:
                break
            if span[0] < places[at][1]:
                over[at] = span
    return over


def by_name(texts: Sequence[Marked], found: Sequence[Sequence[Name]]) -> list[Tally]:
    """Compare name by name: bounds and label must be the same."""
    tallies = []
    for marked, names in zip(texts, found, strict=True):
        gold = {(start, end, label) for start, end, label, _ in marked.spans}
        right = gold & set(names)
        tallies.append(Tally(found=_by_label(right), marked=_by_label(gold), given=_by_label(names)))
    return tallies


def _by_label(names: Iterable[Name]) -> Counter[str]:
    return Counter(key for _, _, label in names for key in (EVERY, label))


def recall(tallies: Sequence[Tally], key: str, *, seed: int) -> Estimate | None:
    """Give the share of what is marked that was found; None where nothing is marked."""
    return _share([(tally.found[key], tally.marked[key]) for tally in tallies], seed)


def precision(tallies: Sequence[Tally], key: str, *, seed: int) -> Estimate | None:
    """Give the share of what was found that is marked; None where nothing was found."""
    return _share([(tally.found[key], tally.given[key]) for tally in tallies], seed)


def _share(counts: Sequence[tuple[int, int]], seed: int) -> Estimate | None:
    """Give a ratio of sums over texts, with its bootstrap interval; n are texts that have any."""
    rows = np.array([pair for pair in counts if pair[1]], dtype=float)
    if not len(rows):
        return None
    return bootstrap(lambda at: float(rows[at, 0].sum() / rows[at, 1].sum()), len(rows), seed=seed)


def keys(tallies: Sequence[Tally]) -> list[str]:
    """Give all that was counted for, in order."""
    return sorted({key for tally in tallies for key in tally.marked})


def eponym_texts(names: Mapping[str, tuple[str, ...]], *, seed: int) -> list[Marked]:
    """Put each thing of each eponym into a measuring frame for things."""
    random = generator(seed, "names", "eponyms")
    frames = [frame for family in families("test") if family.name == "eponym" for frame in family.frames]
    return [
        assemble(f"{name}/{number}", _filled(name, thing, random.choice(frames), random))
        for name, things in names.items()
        for number, thing in enumerate(things)
    ]


def _filled(name: str, thing: str, frame: str, random: Random) -> list[Piece]:
    lists = replace(name_lists("test"), eponyms={name: (thing,)})
    return Filling(lists, random).fill(frame, "eponym")


def unseen_eponyms(text_of_training: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Part the eponyms into those that no training text can have held, and the others.

    Args:
        text_of_training: The notes of the base split.
    """
    words = {word for text in text_of_training for word in text.casefold().replace("-", " ").split()}
    measured = name_lists("test").eponyms
    unseen = {
        name: things
        for name, things in measured.items()
        if not any(word.startswith(part) for part in name.casefold().replace("-", " ").split() for word in words)
    }
    return unseen, {name: things for name, things in eponyms().items() if name not in measured}


def eponyms_mistaken(texts: Sequence[Marked], found: Sequence[Sequence[Name]]) -> Estimate:
    """Give the share of names of things that were found to be names of people, places or organisations."""
    mistaken = [
        any(start < name[1] and name[0] < end for name in names)
        for marked, names in zip(texts, found, strict=True)
        for start, end in marked.eponyms
    ]
    return proportion(sum(mistaken), len(mistaken))


def label_counts(found: Sequence[Sequence[Name]]) -> dict[str, int]:
    """Count what was found, by label."""
    counts = Counter(label for names in found for _, _, label in names)
    return {label: counts[label] for label in LABELS}
