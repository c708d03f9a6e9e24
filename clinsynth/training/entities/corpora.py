"""Corpora in spaCy's own format, from sentences with marked entities."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.data.entities import Entity, Sentence
from clinsynth.records import Span
from clinsynth.seeds import generator
from clinsynth.storage import replacing

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Sentences in a row as one text, with their entities, and the places of which nothing is known."""

    text: str = field(repr=False)
    entities: tuple[Entity, ...] = field(repr=False)
    unknown: tuple[Span, ...] = field(default=(), repr=False)


def said(sentence: Sentence) -> str:
    """Give the words of a sentence, in small letters: two sentences that say the same are equal in it."""
    return " ".join(_WORD.findall(sentence.text.casefold()))


def without(sentences: Iterable[Sentence], apart: Collection[str]) -> tuple[list[Sentence], int]:
    """Leave out the sentences that are `said` in what is kept apart; give the others, and how many were left out."""
    given = list(sentences)
    kept = [sentence for sentence in given if said(sentence) not in apart]
    return kept, len(given) - len(kept)


def passages(
    sentences: Sequence[Sentence],
    *,
    longest: int,
    seed: int,
    unknown: Callable[[Sentence], Sequence[Span]] = lambda _: (),
) -> Iterator[Passage]:
    """Put one to `longest` sentences in a row into a passage, so that not every name stands near an end of its text.

    Args:
        sentences: In their order.
        longest: Sentences of a passage.
        seed: Of the draw of their numbers.
        unknown: Gives the places of a sentence where it is not known whether something is named.
    """
    random = generator(seed, "passages")
    start = 0
    while start < len(sentences):
        end = start + random.randint(1, longest)
        yield _together(sentences[start:end], unknown)
        start = end


def _together(sentences: Sequence[Sentence], unknown: Callable[[Sentence], Sequence[Span]]) -> Passage:
    entities: list[Entity] = []
    places: list[Span] = []
    length = 0
    for sentence in sentences:
        entities += [Entity(span=_moved(each.span, length), type=each.type) for each in sentence.entities]
        places += [_moved(place, length) for place in unknown(sentence)]
        length += len(sentence.text) + 1
    text = " ".join(sentence.text for sentence in sentences)
    return Passage(text=text, entities=tuple(entities), unknown=tuple(places))


def _moved(span: Span, by: int) -> Span:
    return Span(start=span.start + by, end=span.end + by)


@dataclass(kw_only=True)
class Alignment:
    """How many entities could be put on tokens, and how many end inside one."""

    n_aligned: int = 0
    n_unaligned: int = 0


def annotated(passage: Passage, pipeline: "Language", alignment: Alignment) -> "Doc":
    """Tokenise a passage and mark its entities.

    Where an entity ends inside a token, and in places of which nothing is known, the recognizer is taught neither that
    something is named there nor that nothing is.

    Args:
        passage: The text with its entities.
        pipeline: Makes the tokens.
        alignment: Counts on.
    """
    doc = pipeline.make_doc(passage.text)
    marked = [span for each in passage.entities if (span := doc.char_span(each.span.start, each.span.end, each.type))]
    alignment.n_aligned += len(marked)
    alignment.n_unaligned += len(passage.entities) - len(marked)
    taken = {token.i for span in marked for token in span}
    # All entities and not only those that were lost: what was marked is taken out again.
    open_places = (*passage.unknown, *(each.span for each in passage.entities))
    covers = (doc.char_span(place.start, place.end, alignment_mode="expand") for place in open_places)
    unknown = sorted({token.i for span in covers for token in span} - taken)
    doc.set_ents(marked, missing=[doc[index : index + 1] for index in unknown], default="outside")
    return doc


def write_corpus(path: Path, docs: Iterable["Doc"]) -> int:
    """Write Docs as spaCy's `DocBin`, whole or not at all; give their number."""
    from spacy.tokens import DocBin

    corpus = DocBin(attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"], docs=docs)
    with replacing(path) as file:
        file.write(corpus.to_bytes())
    return len(corpus)
