"""Where the text of a base model comes from, and what must not be part of it."""

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from clinsynth.data import DATASETS
from clinsynth.data.notes_input import read_input
from clinsynth.data.splits import read_notes
from clinsynth.errors import ConfigError, nearest
from clinsynth.recipes import Source
from clinsynth.records import Example, Note
from clinsynth.seeds import generator
from clinsynth.training.keyed import title_of

log = logging.getLogger(__name__)

ARTICLES = frozenset({"craft", "evidence-inference"})
NOTES = frozenset({"aci-bench", "mts-dialog", "mtsamples"})
HELD_OUT_SHARE = 0.01


def check_source(source: Source) -> None:
    """Refuse text that a base model must never see.

    Raises:
        ConfigError: The data set is for measuring, holds no running text, or its split is kept for something else.
    """
    if (source.dataset is None) == (source.file is None):
        raise ConfigError("pretrain: a source has either a dataset or a file")
    if source.dataset is None:
        return
    if source.dataset not in ARTICLES | NOTES:
        raise ConfigError(f'pretrain: "{source.dataset}" holds no text to pretrain on; {_nearest(source.dataset)}')
    if DATASETS.kind(source.dataset).use != "train":
        raise ConfigError(f"pretrain: {source.dataset} is for measuring only; no model may be trained on it")
    allowed = "train" if source.dataset in ARTICLES else "base"
    if source.split != allowed:
        raise ConfigError(
            f'pretrain: {source.dataset} is read from its split "{allowed}", not "{source.split}": '
            "the others are kept for adapters and for measuring"
        )


def _nearest(dataset: str) -> str:
    return nearest(dataset, ARTICLES | NOTES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """What one source gives: the notes or articles to train on, and those held out to measure on."""

    source: Source
    root: Path

    @property
    def is_articles(self) -> bool:
        """Say whether its texts are articles, not notes."""
        return self.source.dataset in ARTICLES

    def training(self) -> Iterator[Note]:
        """Stream what a base model is trained on."""
        return (note for note in self._read(self.source.split) if not self._is_held_out(note))

    def held_out(self) -> Iterator[Note]:
        """Stream what it is measured on: the eval split of notes that have one, else a share kept out of training."""
        if self.source.dataset in NOTES:
            return self._read("eval")
        return (note for note in self._read(self.source.split) if self._is_held_out(note))

    def _is_held_out(self, note: Note) -> bool:
        # By its id alone: what one stage, or one run, holds out no other trains on.
        return self.source.dataset not in NOTES and generator(0, "held-out", note.id).random() < HELD_OUT_SHARE

    def _read(self, split: str) -> Iterator[Note]:
        if self.source.file is not None:
            return iter(read_input(Path(self.source.file)))
        if self.source.dataset in NOTES:
            return read_notes(str(self.source.dataset), split, self.root)
        return read_articles(str(self.source.dataset), self.root)


def base_split(dataset: str) -> Source:
    """Give a data set of notes as language models are trained on it."""
    return Source(dataset=dataset, split="base")


def title_key(title: str) -> str:
    """Reduce a title to its letters and digits, so that punctuation and case do not part two that are the same.

    >>> title_key("Does aspirin help? A trial.")
    'does aspirin help a trial'
    """
    return re.sub(r"[^a-z0-9]+", " ", title.casefold()).strip()


def measured_titles(root: Path) -> frozenset[str]:
    """Give the questions of the PubMedQA test items, with which the titles of their articles begin, by `title_key`."""
    test = DATASETS.build("pubmedqa", root=root).read("test")
    return frozenset(title_key(item.question or "") for item in test if isinstance(item, Example))


def _is_measured(title: str, measured: Collection[str]) -> bool:
    """Say whether a title is a question of the test, or begins with one ("Does it help? A randomised trial")."""
    return title in measured or any(title.startswith(f"{question} ") for question in measured)


def read_articles(dataset: str, root: Path) -> Iterator[Note]:
    """Stream the articles of a data set, less those that a PubMedQA test item was made from; log how many those are."""
    measured = measured_titles(root)
    n_dropped = 0
    for article in DATASETS.build(dataset, root=root).read("train"):
        if not isinstance(article, Note):
            raise ConfigError(f"{dataset} holds labelled examples, no articles")
        if _is_measured(title_key(title_of(article)), measured):
            n_dropped += 1
            continue
        yield article
    log.info("%s: %d articles left out, for their titles are PubMedQA test questions", dataset, n_dropped)
