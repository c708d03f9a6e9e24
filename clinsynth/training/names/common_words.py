"""A table of common words: what is written in small letters time and again is rarely a name.

The recognizer sees it as static vectors, which spaCy saves and loads by itself: a word's vector tells how common it is,
and a word that is not in the table has none. Only hashes of words are kept. No list of names goes in.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clinsynth.data.splits import read_notes
from clinsynth.ontology.loading import load_ontology
from clinsynth.training.names.sources import pieces, training_notes

if TYPE_CHECKING:
    from spacy.vectors import Vectors

ARTICLES = "evidence-inference"
_N_ARTICLES = 1000
_LEAST_IN_NOTES, _LEAST_IN_ARTICLES = 3, 8
_SMALL = re.compile(r"(?<![\w'\u2019-])[a-z][a-z'-]*[a-z](?![\w\u2019-])")
_PARTS = re.compile(r"[a-z]+")
_BUCKETS = 8


def common_words(datasets: Iterable[str], root: Path | None, *, most: int) -> dict[str, int]:
    """Give the commonest words that notes and articles write in small letters, with their counts; the commonest first.

    Words of the ontology are among them, however rare. Names that stand in the notes are left out.

    Raises:
        MissingError: A data set is not on this machine.
    """
    in_notes = Counter(word for note in training_notes(datasets, "base", root) for word in _unmarked(note.text))
    articles = islice(read_notes(ARTICLES, "train", root), _N_ARTICLES)
    in_articles = Counter(word for article in articles for word in _SMALL.findall(article.text))
    concepts = load_ontology("core").concepts.values()
    known = {word for concept in concepts for name in (concept.name, *concept.synonyms) for word in _in_small(name)}
    kept = {
        word: in_notes[word] + in_articles[word]
        for word in sorted({*in_notes, *in_articles, *known})
        if word in known or in_notes[word] >= _LEAST_IN_NOTES or in_articles[word] >= _LEAST_IN_ARTICLES
    }
    return dict(sorted(kept.items(), key=lambda item: (-(item[1] + (item[0] in known)), item[0]))[:most])


def as_vectors(words: dict[str, int]) -> "Vectors":
    """Give the table as spaCy has static vectors: one of a few for each word, by how common it is."""
    from spacy.vectors import Vectors

    table = Vectors(data=np.eye(_BUCKETS, dtype="float32"), name="common words")
    for word, count in words.items():
        # spaCy does not save that a table is of lower-case forms, so that each form is looked up by itself.
        for form in (word, word.capitalize(), word.upper()):
            table.add(form, row=min(_BUCKETS - 1, int(math.log2(count + 1) / 2)))
    return table


def _unmarked(text: str) -> Iterator[str]:
    for piece in pieces(text):
        if not piece.label:
            yield from _SMALL.findall(piece.text)


def _in_small(name: str) -> Iterator[str]:
    """Give the words of a concept's name, those of eponyms ("Crohn disease") left out."""
    return (word for word in name.split() if _PARTS.fullmatch(word))
