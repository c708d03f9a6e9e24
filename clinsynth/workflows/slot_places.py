"""Where typed slots stand in real notes, so that a text is told from one that no clinician would write.

    python -m clinsynth.workflows.slot_places --data DATA --out configs/prompts/slot_places.tsv

A condition stands behind "history of", a drug behind "prescription for". For the one or two words before a slot the
file says how often slots of each type stand there, in the sections of the notes of the base split that the embedded
language model is trained on. A slot of a type that none of them has is a misfit.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from clinsynth.extras import data_dir
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.extract import extract
from clinsynth.planning.sections import sections_of
from clinsynth.records import Note
from clinsynth.training.sources import NOTES, Corpus, base_split
from clinsynth.workflows.counted_tables import write_table

FILE = "prompts/slot_places.tsv"
MIN_SLOTS = 30  # behind the same words: a type that none of them has, has hardly more than one in ten there
_SEED = 7
_TOKEN = re.compile(r"\[([A-Z]{3,10})(?:_\d{1,2})?\]|[^\W\d_][\w']*|\d+|\S")
# What an examination finds and what a patient feels stand in the same places, and findings are too few to tell.
_SAME = {"FINDING": "SYMPTOM"}
_NO_PLACE_OF_THEIR_OWN = frozenset({"AGE", "VITAL", "ALLERGEN"})


def places(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two words right before each slot of a text, or the one there is, and the type of the slot.

    >>> list(places("She has a history of [CONDITION_1]. [DRUG_1] and [DRUG_2] were started."))
    [('history of', 'CONDITION'), ('and', 'DRUG')]
    """
    tokens = [(match[1], match[0].lower()) for match in _TOKEN.finditer(text)]
    for place, (kind, _) in enumerate(tokens):
        if kind is None or kind in _NO_PLACE_OF_THEIR_OWN:
            continue
        before = [*takewhile(_is_word, reversed(tokens[max(0, place - 2) : place]))]
        if before:
            yield " ".join(word for _, word in reversed(before)), _SAME.get(kind, kind)


def _is_word(token: tuple[str | None, str]) -> bool:
    slot, text = token
    return slot is None and text[0].isalpha()


def count_places(texts: Iterable[str]) -> dict[str, Counter[str]]:
    """Count the types of slots behind the same words, where there are enough to tell."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for words, kind in places(text):
            for each in {words, _last(words)}:
                found[each][kind] += 1
    return {words: kinds for words, kinds in found.items() if kinds.total() >= MIN_SLOTS}


def n_misfits(text: str) -> int:
    """Count the slots of a text that stand where real notes only have others, by the last two words or the last."""
    known = known_places()
    kinds = ((known.get(words) or known.get(_last(words)), kind) for words, kind in places(text))
    return sum(met is not None and kind not in met for met, kind in kinds)


def _last(words: str) -> str:
    return words.rsplit(" ", maxsplit=1)[-1]


@lru_cache(maxsize=1)
def known_places() -> Mapping[str, Mapping[str, int]]:
    """Give how often slots of each type stand behind the words of the file that ships."""
    lines = (data_dir("configs") / FILE).read_text(encoding="utf-8").splitlines()[1:]
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for words, kind, n in (line.split("\t") for line in lines):
        counts[words][kind] = int(n)
    return dict(counts)


def slotted_texts(notes: Iterable[Note]) -> Iterator[str]:
    """Yield the sections of notes with slots where they state facts."""
    finder = MentionFinder(load_ontology("core"))
    for note in notes:
        for section in sections_of(extract(note, finder=finder), seed=_SEED):
            if section.facts:
                yield section.slotted()[1]


def lines_of(counts: Mapping[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of the file, in the order of the words."""
    yield "before\ttype\tn"
    for words in sorted(counts):
        for kind, n in sorted(counts[words].items(), key=lambda each: (-each[1], each[0])):
            yield f"{words}\t{kind}\t{n}"


def collect(root: Path) -> list[str]:
    """Give the lines of the file for the base split of the notes.

    Raises:
        MissingError: A data set is not on this machine.
    """
    notes = (note for name in sorted(NOTES) for note in Corpus(source=base_split(name), root=root).training())
    return list(lines_of(count_places(slotted_texts(notes))))


if __name__ == "__main__":
    write_table("slot_places", collect)
