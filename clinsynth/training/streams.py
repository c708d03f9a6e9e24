"""From a stage of the recipe to the documents that a base model reads."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.errors import InputError
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.exchanging import Exchange
from clinsynth.planning.extract import extract
from clinsynth.planning.sections import mixed_prompts, section_prompts
from clinsynth.prompts import frame, split_sections
from clinsynth.recipes import Source, Stage
from clinsynth.records import Note
from clinsynth.seeds import derive_seed, generator
from clinsynth.training.held_out import Measured, measured
from clinsynth.training.keyed import Piece, Rarity, keyed_prompt, pieces, rarity
from clinsynth.training.packing import Document
from clinsynth.training.sources import Corpus
from clinsynth.training.tokens import END

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

TOKENIZER_CHARACTERS = 6_000_000
_BATCH = 512
_MIN_SECTION_CHARACTERS = 40

Pair = tuple[str, str]  # prompt, text
Epoch = Callable[[int], Iterable[Pair]]


def tokenizer_texts(sources: Sequence[Source], *, root: Path, seed: int) -> Iterator[str]:
    """Stream the text that a tokenizer is trained on: as much of each source, so that articles do not drown notes."""
    for source in sources:
        corpus = Corpus(source=source, root=root)
        n_characters = 0
        for note in corpus.training():
            texts = [piece.text for piece in pieces(note, seed=seed)] if corpus.is_articles else [note.text]
            yield from texts
            n_characters += sum(map(len, texts))
            if n_characters >= TOKENIZER_CHARACTERS:
                break


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Where text comes from, and how it becomes tokens.

    Attributes:
        root: The folder of the public data sets.
        ontology: What facts of notes are found by.
    """

    tokenizer: "PreTrainedTokenizerFast" = field(repr=False)
    root: Path
    ontology: str = "core"

    def stage(self, stage: Stage, *, n_tokens: int, seed: int) -> list[Document]:
        """Give the documents of a stage in the order they are read: at least `n_tokens` tokens of them.

        Each source is repeated until its share is reached; a repetition draws the order of facts anew.

        Raises:
            InputError: A source holds no text that can be used.
        """
        whole = sum(source.share for source in stage.sources)
        documents: list[Document] = []
        for index, source in enumerate(stage.sources):
            corpus = Corpus(source=source, root=self.root)
            epoch = self._epochs(corpus, corpus.training(), stage.form, derive_seed(seed, "source", index))
            quota = int(n_tokens * source.share / whole) + 1
            documents.extend(_filled(epoch, quota, self.tokenizer, where=str(source.dataset or source.file)))
        generator(seed, "order").shuffle(documents)
        return documents

    def held_out(self, stage: Stage, *, n_notes: int, seed: int) -> Iterator[Measured]:
        """Give the documents of up to `n_notes` held-out notes or articles of each source, in the form of a stage.

        What is measured of a mixture are its sections as they are, with the facts that they state.
        """
        form = "sections" if stage.form == "mixed" else stage.form
        for source in stage.sources:
            corpus = Corpus(source=source, root=self.root)
            notes = sorted(corpus.held_out(), key=lambda note: derive_seed(seed, note.id))[:n_notes]
            # Rarity is counted over all of them: in one article alone no word is rare.
            known = _rarity(notes, seed) if corpus.is_articles and form != "text" else None
            for number, note in enumerate(notes):
                epoch = self._epochs(corpus, [note], form, seed, known)
                for document in encode(epoch(0), self.tokenizer):
                    yield measured(str(source.dataset or source.file), number, document, self.tokenizer)

    def _epochs(
        self, corpus: Corpus, texts: Iterable[Note], form: str, seed: int, known: Rarity | None = None
    ) -> Epoch:
        if not corpus.is_articles:
            return _note_pairs(texts, form, self.ontology, seed)
        return _article_pairs(list(texts), seed, known) if form != "text" else _article_texts(list(texts), seed)


def encode(pairs: Iterable[Pair], tokenizer: "PreTrainedTokenizerFast") -> Iterator[Document]:
    """Turn pairs of prompt and text into documents; the end token follows the text."""
    end = tokenizer.convert_tokens_to_ids(END)
    iterator = iter(pairs)
    while batch := list(islice(iterator, _BATCH)):
        prompts = tokenizer([prompt for prompt, _ in batch], add_special_tokens=False)["input_ids"]
        texts = tokenizer([text for _, text in batch], add_special_tokens=False)["input_ids"]
        for prompt, text in zip(prompts, texts, strict=True):
            yield Document(tokens=np.array([*prompt, *text, end], dtype=np.uint16), n_prompt=len(prompt))


def _filled(epoch: Epoch, quota: int, tokenizer: "PreTrainedTokenizerFast", *, where: str) -> Iterator[Document]:
    """Repeat a source until it gave its quota of tokens."""
    n_given = 0
    for number in count():
        n_before = n_given
        for document in encode(epoch(number), tokenizer):
            yield document
            n_given += len(document)
            if n_given >= quota:
                return
        if n_given == n_before:
            raise InputError(f"{where} holds no text to pretrain on")


def _ordered(articles: Sequence[Note], seed: int, number: int) -> list[Piece]:
    """Put the pieces of articles in order: abstracts before bodies, for they are closest to notes, each at random."""
    cut = [piece for article in articles for piece in pieces(article, seed=derive_seed(seed, number))]
    generator(seed, "pieces", number).shuffle(cut)
    return sorted(cut, key=lambda piece: not piece.is_abstract)


def _rarity(articles: Sequence[Note], seed: int) -> Rarity:
    return rarity(piece.text for article in articles for piece in pieces(article, seed=seed))


def _article_pairs(articles: Sequence[Note], seed: int, known: Rarity | None = None) -> Epoch:
    def epoch(number: int) -> Iterator[Pair]:
        cut = _ordered(articles, seed, number)
        counted = known or rarity(piece.text for piece in cut)
        return ((keyed_prompt(piece, counted, seed=derive_seed(seed, number)), piece.text) for piece in cut)

    return epoch


def _article_texts(articles: Sequence[Note], seed: int) -> Epoch:
    def epoch(number: int) -> Iterator[Pair]:
        cut = _ordered(articles, seed, number)
        return ((frame("article", "Medicine", piece.heading, {}, []), piece.text) for piece in cut)

    return epoch


def _note_pairs(notes: Iterable[Note], form: str, ontology: str, seed: int) -> Epoch:
    if form not in {"sections", "mixed"}:
        return _plain_pairs(list(notes))
    known = load_ontology(ontology)
    finder = MentionFinder(known)
    extracted = [extract(note, finder=finder) for note in notes]
    if form == "sections":
        return _section_pairs(extracted, section_prompts, seed)
    return _section_pairs(extracted, partial(mixed_prompts, exchange=Exchange.of(extracted, known)), seed)


def _section_pairs(extracted: Sequence[Note], pairs_of: Callable[..., Iterable[Pair]], seed: int) -> Epoch:
    def epoch(number: int) -> Iterator[Pair]:
        for note in extracted:
            for prompt, text in pairs_of(note, seed=derive_seed(seed, number)):
                # Half of the sections state no fact: once read, they come every second time, for they train no copying.
                if number % 2 == 0 or "\nState: " in prompt:
                    yield prompt, text

    return epoch


def _plain_pairs(notes: Sequence[Note]) -> Epoch:
    def epoch(_: int) -> Iterator[Pair]:
        for note in notes:
            for heading, span in split_sections(note.text):
                if span.end - span.start >= _MIN_SECTION_CHARACTERS:
                    yield frame(note.note_type, note.specialty, heading, {}, []), note.text[span.start : span.end]

    return epoch
