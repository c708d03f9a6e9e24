"""Marked text as spaCy documents, written once and read by `spacy train`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checks.parsing import blank
from clinsynth.recipes import NamesRecipe
from clinsynth.records import Note
from clinsynth.seeds import derive_seed, generator
from clinsynth.storage import replacing
from clinsynth.training.names.drawing import happens
from clinsynth.training.names.injecting import Doses, Injector
from clinsynth.training.names.marking import Marked
from clinsynth.training.names.sources import chunks, training_notes

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

_DEV_DRAWS = 1_000_000
_CHOOSING = Doses(untouched=0.2, sentences=2.0, lines=0.2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What was written."""

    n_texts: int
    n_tokens: int
    n_names: int


def examples(recipe: NamesRecipe, part: str, *, seed: int, root: Path | None) -> Iterator[Marked]:
    """Make the marked texts of "train" or "dev": of notes, lists and frames that the other does not have."""
    notes = list(notes_of(recipe, part, seed=seed, root=root))
    training = Doses(cases=(1 - recipe.lower - recipe.upper, recipe.lower, recipe.upper), invented=recipe.invented)
    for taken in range(recipe.passes if part == "train" else 1):
        injector = Injector(
            part,
            generator(seed, "names", part, taken),
            doses=_CHOOSING if part == "dev" else training,
        )
        chosen = generator(seed, "names", part, taken, "chunks")
        for note in notes:
            for number, chunk in enumerate(chunks(note.text)):
                if not happens(chosen, recipe.share):
                    continue
                yield injector.inject(f"{note.id}/{taken}/{number}", chunk)


def notes_of(recipe: NamesRecipe, part: str, *, seed: int, root: Path | None) -> Iterator[Note]:
    """Read the notes of "train" or "dev"."""
    return (note for note in training_notes(recipe.datasets, "base", root) if _part(note, recipe, seed) == part)


def write_documents(path: Path, texts: Iterable[Marked]) -> Counts:
    """Write marked texts as a DocBin."""
    from spacy.tokens import DocBin

    pipeline, store = blank(), DocBin(attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"])
    n_tokens = n_names = 0
    for marked in texts:
        doc = document(pipeline, marked)
        store.add(doc)
        n_tokens += len(doc)
        n_names += len(doc.ents)
    with replacing(path) as file:
        file.write(store.to_bytes())
    return Counts(n_texts=len(store), n_tokens=n_tokens, n_names=n_names)


def document(pipeline: "Language", marked: Marked) -> "Doc":
    """Tokenise a marked text; a name that a token only begins or ends in takes the whole token."""
    doc = pipeline.make_doc(marked.text)
    doc.ents = _apart(
        doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label, _ in marked.spans
    )
    return doc


def _apart(spans: "Iterable[Span | None]") -> "list[Span]":
    from spacy.util import filter_spans

    kept: list[Span] = filter_spans([span for span in spans if span is not None])
    return kept


def _part(note: Note, recipe: NamesRecipe, seed: int) -> str:
    drawn = derive_seed(seed, "names", "note", note.id) % _DEV_DRAWS
    return "dev" if drawn < recipe.dev_share * _DEV_DRAWS else "train"
