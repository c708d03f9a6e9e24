"""The words that clinical text is made of, so that what a small model misspells is told from them.

    python -m clinsynth.workflows.known_words --data DATA --out configs/prompts/words.txt

Read are the notes of the base split and the articles that the embedded models are trained on. A word counts that stands
in small letters in two clusters of near-duplicate notes, or in twenty articles; one that is only ever written with a
capital (MRI, Foley) in ten clusters, and never behind "Dr." or another title. What stands in fewer may be a slip of a
pen, or somebody's name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from clinsynth.data.splits import note_clusters
from clinsynth.extras import data_dir
from clinsynth.ontology import load_ontology
from clinsynth.recipes import Source
from clinsynth.training.sources import ARTICLES, NOTES, Corpus, base_split
from clinsynth.workflows.counted_tables import write_table

FILE = "prompts/words.txt"
MIN_CLUSTERS = 2
MIN_CLUSTERS_OF_CAPITALS = 10
MIN_ARTICLES = 20
_WORD = re.compile(r"(?<![^\W_])[A-Za-z]{3,}(?![^\W_])")
_TITLED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Doctor|Nurse)\b\.?\s{1,3}([A-Za-z]{3,})", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """Give the words of a text in lower case: three letters or more, without a digit among them.

    >>> words_of("The T12 level of Mr. O'Brien")
    ['the', 'level', 'brien']
    """
    return [match[0].lower() for match in _WORD.finditer(text)]


@lru_cache(maxsize=4)
def known_words(ontology: str) -> frozenset[str]:
    """Give the words that ship and those of the names of an ontology.

    Raises:
        ConfigError: There is no such ontology.
    """
    listed = (data_dir("configs") / FILE).read_text(encoding="utf-8").split()
    names = (name for concept in load_ontology(ontology).concepts.values() for name in concept.names)
    return frozenset(listed) | {word for name in names for word in words_of(name)}


def counted(texts: Iterable[tuple[int, str]]) -> tuple[Counter[str], Counter[str]]:
    """Count in how many clusters a word stands in small letters, and in how many in any; texts are (cluster, text)."""
    small: set[tuple[int, str]] = set()
    any_case: set[tuple[int, str]] = set()
    for cluster, text in texts:
        for match in _WORD.finditer(text):
            any_case.add((cluster, match[0].lower()))
            if match[0].islower():
                small.add((cluster, match[0]))
    return Counter(word for _, word in small), Counter(word for _, word in any_case)


def words_of_notes(texts: Sequence[tuple[int, str]]) -> set[str]:
    """Give the words that enough clusters of notes hold, and that name nobody."""
    small, any_case = counted(texts)
    titled = {match[1].lower() for _, text in texts for match in _TITLED.finditer(text)}
    # Some surnames are words as well ("Dr. Brown"); those are met in many notes.
    ordinary = {
        word for word, n in small.items() if n >= (MIN_CLUSTERS_OF_CAPITALS if word in titled else MIN_CLUSTERS)
    }
    return ordinary | {word for word, n in any_case.items() if n >= MIN_CLUSTERS_OF_CAPITALS and word not in titled}


def collect(root: Path) -> list[str]:
    """Give the words of the texts that embedded models are trained on, in order.

    Raises:
        MissingError: A data set is not on this machine.
    """
    cluster_of = note_clusters(root)
    notes = (note for name in sorted(NOTES) for note in Corpus(source=base_split(name), root=root).training())
    sources = (Source(dataset=name, split="train") for name in sorted(ARTICLES))
    articles = (article for source in sources for article in Corpus(source=source, root=root).training())
    small, _ = counted((number, article.text) for number, article in enumerate(articles))
    of_articles = {word for word, n in small.items() if n >= MIN_ARTICLES}
    return sorted(words_of_notes([(cluster_of[note.id], note.text) for note in notes]) | of_articles)


if __name__ == "__main__":
    write_table("known_words", collect)
