"""Real notes as what an adapter is fitted to: a document of prompt and text for each section."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.errors import ConfigError, InputError
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.exchanging import Exchange
from clinsynth.planning.extract import extract
from clinsynth.planning.sections import mixed_prompts, section_prompts
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.training.faithful import faithful_to
from clinsynth.training.packing import Document

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_MIN_NOTES = 2
_MIN_TEXT_TOKENS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoder:
    """Turns a pair into tokens as a backbone does: prompts by the tokenizer's own rules, texts as continuations.

    Attributes:
        context: Longer documents lose the end of their text.
        chat: Whether a prompt is one user turn of the chat template; None: if there is one.
    """

    tokenizer: "PreTrainedTokenizerBase" = field(repr=False)
    context: int
    chat: bool | None = None

    def __call__(self, prompt: str, text: str) -> Document | None:
        """Give the document of a pair, or None where the prompt leaves no room for a text worth learning."""
        before = self._prompt(prompt)
        after = [*self.tokenizer(text, add_special_tokens=False).input_ids, self.end]
        room = self.context - len(before)
        if room < min(_MIN_TEXT_TOKENS, len(after)):
            return None
        return Document(tokens=np.array([*before, *after[:room]], dtype=np.int32), n_prompt=len(before))

    @property
    def end(self) -> int:
        """The token that ends a text.

        Raises:
            ConfigError: The tokenizer has none: a model could not learn to stop.
        """
        if self.tokenizer.eos_token_id is None:
            raise ConfigError("the model's tokenizer has no end token, so it cannot be adapted; choose another model")
        return int(self.tokenizer.eos_token_id)

    def _prompt(self, prompt: str) -> list[int]:
        chats = self.tokenizer.chat_template is not None if self.chat is None else self.chat
        if not chats:
            tokens: list[int] = self.tokenizer(prompt).input_ids
            return tokens
        turn = [{"role": "user", "content": prompt}]
        text = self.tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
        wrapped: list[int] = self.tokenizer(text, add_special_tokens=False).input_ids
        return wrapped


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """Documents to fit to, and those of other notes to validate on, by note."""

    train: tuple[tuple[Document, ...], ...] = field(repr=False)
    validation: tuple[tuple[Document, ...], ...] = field(repr=False)

    @property
    def documents(self) -> list[Document]:
        """All documents to fit to."""
        return [document for note in self.train for document in note]

    @property
    def held_out(self) -> list[Document]:
        """All documents to validate on."""
        return [document for note in self.validation for document in note]


Texts = Iterable[tuple[str, Iterable[tuple[str, str]]]]


def note_texts(
    notes: Iterable[Note], *, ontology: str, seed: int, faithful: bool = False, form: str = "told"
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give each note's id with its pairs of prompt and text, conditioned on what the note itself states.

    Args:
        notes: Real notes.
        ontology: Whose names are read.
        seed: Of how facts are put.
        faithful: Leave out sections that say more than their prompt; see `clinsynth.training.faithful`.
        form: "told", "slots" or "mixed"; see `clinsynth.planning.sections`.
    """
    known = load_ontology(ontology)
    finder = MentionFinder(known)
    is_kept = faithful_to(ontology) if faithful else None
    extracted: Iterable[Note] = (extract(note, finder=finder) for note in notes)
    pairs_of = partial(section_prompts, slots=form == "slots")
    if form == "mixed":
        # Other facts are drawn from those of all notes, so these are held at once; in other forms one after the other.
        extracted = list(extracted)
        pairs_of = partial(mixed_prompts, exchange=Exchange.of(extracted, known))
    for note in extracted:
        yield note.id, [pair for pair in pairs_of(note, seed=seed) if is_kept is None or is_kept(*pair)]


def parted(texts: Texts, encoder: Encoder, *, validation_share: float, seed: int) -> Pairs:
    """Encode pairs and part them by the notes, or examples, that they are of.

    Args:
        texts: Id, and pairs of prompt and text.
        encoder: Makes documents of them.
        validation_share: Of the notes, at least one.
        seed: Of which notes validate.

    Raises:
        InputError: There are fewer than two notes with text to learn from.
    """
    by_note = {note_id: documents for note_id, found in texts if (documents := tuple(_encoded(found, encoder)))}
    if len(by_note) < _MIN_NOTES:
        raise InputError(
            f"{len(by_note)} notes have sections to learn from; {_MIN_NOTES} are needed, one of them to validate"
        )
    order = sorted(by_note, key=lambda note_id: derive_seed(seed, "validation", note_id))
    n_validation = min(max(1, round(validation_share * len(order))), len(order) - 1)
    held = set(order[:n_validation])
    return Pairs(
        train=tuple(documents for note_id, documents in by_note.items() if note_id not in held),
        validation=tuple(by_note[note_id] for note_id in order[:n_validation]),
    )


def _encoded(pairs: Iterable[tuple[str, str]], encoder: Encoder) -> Iterator[Document]:
    for prompt, text in pairs:
        document = encoder(prompt, text)
        if document is not None:
            yield document


def n_tokens(documents: Sequence[Document]) -> int:
    """Count the tokens of documents."""
    return sum(map(len, documents))
