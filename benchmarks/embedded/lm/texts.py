"""The texts of this benchmark: sections of real notes to measure on, and what the language model was trained on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.data import DATASETS
from clinsynth.data.splits import read_notes
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.extract import extract
from clinsynth.planning.sections import sections_of
from clinsynth.recipes import Pretrain, Stage
from clinsynth.records import Case, Note
from clinsynth.seeds import derive_seed
from clinsynth.training.sources import ARTICLES, Corpus
from clinsynth.training.streams import Texts, encode

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MEASURED = ("aci-bench", "mtsamples", "mts-dialog")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A section of a real note in the ways that a model may be asked for it.

    Attributes:
        note: The number of its note.
        prompt: With what the section states.
        bare: The frame alone: note type, specialty and heading.
    """

    note: int
    prompt: str = field(repr=False)
    bare: str = field(repr=False)
    text: str = field(repr=False)


def measured_notes(dataset: str, *, root: Path, n: int, seed: int) -> list[Note]:
    """Draw notes that no model here has seen: the official valid part of aci-bench, of others the eval split."""
    official = DATASETS.build(dataset, root=root).read("valid") if dataset == "aci-bench" else None
    notes = [note for note in (official or read_notes(dataset, "eval", root)) if isinstance(note, Note)]
    return sorted(notes, key=lambda note: derive_seed(seed, "measured", note.id))[:n]


def told(notes: Sequence[Note], *, seed: int, ontology: str = "core") -> Iterator[Told]:
    """Give the sections of notes with their prompts."""
    finder = MentionFinder(load_ontology(ontology))
    for number, note in enumerate(notes):
        for section in sections_of(extract(note, finder=finder), seed=seed):
            prompt, text = section.told()
            yield Told(note=number, prompt=prompt, bare=section.bare()[0], text=text)


def read_documents(
    recipe: Pretrain, tokenizer: "PreTrainedTokenizerFast", *, root: Path, seed: int, start: int
) -> dict[str, list[list[int]]]:
    """Give the texts that the model was trained on, each once and without prompts, after the start token.

    "notes" are the sections of the notes, "articles" the pieces of articles that the recipe gets to. Facts that were
    exchanged and slots are left out: these are the texts as they were written.
    """
    texts = Texts(tokenizer=tokenizer, root=root)
    notes: dict[bytes, list[int]] = {}
    articles: dict[bytes, list[int]] = {}
    for number, stage in enumerate(recipe.stages):
        of_articles = tuple(source for source in stage.sources if source.dataset in ARTICLES)
        if of_articles:
            share = sum(source.share for source in of_articles) / sum(source.share for source in stage.sources)
            drawn = Stage(sources=of_articles, n_tokens=stage.n_tokens, form=stage.form, context=stage.context)
            n_tokens = int(stage.n_tokens * share)
            found = texts.stage(drawn, n_tokens=n_tokens, seed=derive_seed(seed, "stage", number))
            articles |= _distinct((document.tokens[document.n_prompt :].tolist() for document in found), start)
        for source in stage.sources:
            if source.dataset not in ARTICLES:
                notes |= _distinct(_section_tokens(Corpus(source=source, root=root).training(), tokenizer), start)
    return {"notes": list(notes.values()), "articles": list(articles.values())}


def _section_tokens(notes: Iterable[Note], tokenizer: "PreTrainedTokenizerFast") -> Iterator[list[int]]:
    # The text of a section does not depend on what is read out of it.
    empty = Case(id="", note_type="", specialty="", attributes={}, facts=())
    sections = (section for note in notes for section in sections_of(replace(note, case=empty), seed=0))
    return (document.tokens.tolist() for document in encode((("", section.text) for section in sections), tokenizer))


def _distinct(texts: Iterable[list[int]], start: int) -> dict[bytes, list[int]]:
    return {str(text).encode(): [start, *text] for text in texts}


def fewest(documents: Sequence[list[int]], n_tokens: int | None) -> list[list[int]]:
    """Keep the first documents, up to about so many tokens; all where no number is given."""
    if n_tokens is None:
        return list(documents)
    kept = 0

    def within(document: list[int]) -> bool:
        nonlocal kept
        kept += len(document)
        return kept <= n_tokens

    return [document for document in documents if within(document)] or list(islice(documents, 1))
