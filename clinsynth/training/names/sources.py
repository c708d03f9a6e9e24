"""Real notes with the names that already stand in them marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from clinsynth.config import read_yaml
from clinsynth.data import DATASETS
from clinsynth.data.splits import read_notes
from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir
from clinsynth.records import Note
from clinsynth.training.names.marking import LABELS, PERSON, Piece

DATASETS_USED = ("mtsamples", "mts-dialog", "aci-bench")
_TITLE = r"\b(?:Dr|Drs|Mr|Mrs|Ms|Miss|DR|MR|MRS|MS)\b\.?[ \t]{1,2}"
# "Dr. X. His wife" ends a sentence; "Dr. J. Hill" does not.
_NO_NAME = (
    r"(?!(?:He|His|She|Her|The|This|That|They|There|We|It|In|If|At|On|For|After|Patient|Please|Once|Also|Will)\b)"
)
_WORD = rf"{_NO_NAME}(?:Mc|Mac|O')?[A-Z][a-z]{{2,}}"
_NAME = rf"(?:[A-W]\.[ \t]?){{0,2}}{_WORD}(?:[ \t](?:[A-W]\.[ \t])?{_WORD}){{0,2}}"
_CAPITALS = r"[A-Z]{3,}"
_WORDS_IN_A_CHUNK = 90


def training_notes(datasets: Iterable[str], split: str, root: Path | None) -> Iterator[Note]:
    """Read the notes of a split.

    Raises:
        ConfigError: A data set must not train what ships, or the split is not the one that may.
    """
    if split != "base":
        raise ConfigError(f'names are trained on the split "base" only; "{split}" measures or is held out')
    for dataset in datasets:
        if DATASETS.kind(dataset).use != "train":
            raise ConfigError(f"{dataset} must not train weights that ship; see clinsynth data list")
        yield from read_notes(dataset, split, root)


def pieces(text: str) -> list[Piece]:
    """Part a note at the names that stand in it: those known, and those behind a title."""
    found, at = [], 0
    for match in _known().finditer(text):
        start, end = match.span(match.lastgroup or 0)
        if start < at:
            continue
        label = PERSON if match.lastgroup == "TITLED" else str(match.lastgroup)
        if label == PERSON and _is_placeholder(text[start:end]):
            continue
        found += [Piece(text[at:start]), Piece(text[start:end], label)]
        at = end
    return [piece for piece in (*found, Piece(text[at:])) if piece.text]


def chunks(text: str) -> Iterator[str]:
    """Part a note into stretches of whole lines, about as long as a paragraph."""
    held: list[str] = []
    for line in _lines(text):
        held.append(line)
        if sum(len(each.split()) for each in held) >= _WORDS_IN_A_CHUNK:
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        words = line.split(" ")
        if len(words) <= 2 * _WORDS_IN_A_CHUNK:
            yield line
            continue
        sentences, held = re.split(r"(?<=[.!?] )", line), ""
        for sentence in sentences:
            held += sentence
            if len(held.split()) >= _WORDS_IN_A_CHUNK:
                yield held.strip()
                held = ""
        if held.strip():
            yield held.strip()


@cache
def _known() -> re.Pattern[str]:
    content = read_yaml(data_dir("configs") / "names" / "mentions.yaml")
    of_label = (
        rf"\b(?P<{label}>{'|'.join(map(re.escape, _longest_first(content[label])))})\b(?!-|['\u2019 ]*Sci)"
        for label in LABELS
    )
    return re.compile(rf"{_TITLE}(?P<TITLED>{_NAME}|{_CAPITALS})|{'|'.join(of_label)}")


def _longest_first(lines: Sequence[str]) -> list[str]:
    return sorted((name for line in lines for name in line.split("|")), key=len, reverse=True)


@cache
def _placeholders() -> frozenset[str]:
    content = read_yaml(data_dir("configs") / "names" / "mentions.yaml")
    return frozenset(_longest_first(content["placeholders"]))


def _is_placeholder(name: str) -> bool:
    return bool(name in _placeholders() or (name.isupper() and set(name) <= set("ABCDXYZ")))
