"""Exact matches of what a recognizer finds with what was marked by hand, with intervals."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clinsynth.data.entities import Entity, Sentence
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.records import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Sentences of one abstract are alike, and the collection does not say where one ends: BC5CDR has 9.6 to an abstract.
BLOCK = 10
Finder = Callable[[Sequence[Sentence]], Iterable[Sequence[Entity]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """How a recognizer does on some sentences, exact in both ends and in type."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    n_right: int
    n_found: int
    n_marked: int


def entities_of(doc: "Doc", types: Sequence[str]) -> tuple[Entity, ...]:
    """Give the entities of a Doc that are of some types."""
    return tuple(
        Entity(span=Span(start=each.start_char, end=each.end_char), type=each.label_)
        for each in doc.ents
        if each.label_ in types
    )


def on_text(pipeline: "Language", types: Sequence[str]) -> Finder:
    """Find entities in the text of sentences, by the tokens of the pipeline: as it is used."""

    def find(sentences: Sequence[Sentence]) -> Iterator[Sequence[Entity]]:
        for doc in pipeline.pipe(sentence.text for sentence in sentences):
            yield entities_of(doc, types)

    return find


def on_words(pipeline: "Language", types: Sequence[str]) -> Finder:
    """Find entities in the words that the data set gives, as scispaCy's published figures are measured."""
    from spacy.tokens import Doc

    def find(sentences: Sequence[Sentence]) -> Iterator[Sequence[Entity]]:
        for sentence in sentences:
            ends = [*(place.start for place in sentence.words[1:]), -1]
            doc = Doc(
                pipeline.vocab,
                words=[sentence.text[place.start : place.end] for place in sentence.words],
                spaces=[place.end < start for place, start in zip(sentence.words, ends, strict=True)],
            )
            yield entities_of(pipeline(doc), types)

    return find


def matches(
    sentences: Sequence[Sentence], find: Finder, types: Sequence[str], *, seed: int, draws: int = 1000
) -> dict[str, Match]:
    """Compare what is found with what is marked, for each type, and for "all" together.

    Intervals are by the bootstrap over blocks of `BLOCK` sentences in a row.

    Raises:
        ValueError: There are no sentences.
    """
    found = [frozenset(each) for each in find(sentences)]
    wanted: Mapping[str, Sequence[str]] = {
        "all": types,
        **({type_: (type_,) for type_ in types} if len(types) > 1 else {}),
    }
    return {name: _match(sentences, found, kept, seed=seed, draws=draws) for name, kept in wanted.items()}


def _match(
    sentences: Sequence[Sentence], found: Sequence[frozenset[Entity]], types: Sequence[str], *, seed: int, draws: int
) -> Match:
    rows = [
        _row({each for each in here if each.type in types}, {each for each in sentence.entities if each.type in types})
        for sentence, here in zip(sentences, found, strict=True)
    ]
    counts = np.add.reduceat(np.asarray(rows), np.arange(0, len(rows), BLOCK), axis=0)

    def estimate(below: Callable[[NDArray[np.int_]], float]) -> Estimate:
        def share(chosen: NDArray[np.intp]) -> float:
            total = counts[chosen].sum(axis=0)
            return float(total[0] / below(total)) if below(total) else 0.0

        return bootstrap(share, len(counts), seed=seed, draws=draws)

    right, n_found, n_marked = counts.sum(axis=0).tolist()
    return Match(
        precision=estimate(lambda total: total[1]),
        recall=estimate(lambda total: total[2]),
        f1=estimate(lambda total: (total[1] + total[2]) / 2),
        n_right=right,
        n_found=n_found,
        n_marked=n_marked,
    )


def _row(found: set[Entity], marked: set[Entity]) -> tuple[int, int, int]:
    return len(found & marked), len(found), len(marked)
