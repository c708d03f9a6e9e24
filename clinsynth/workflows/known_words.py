"""The words that clinical text is made of, so that what a small model misspells is told from them.

    python -m clinsynth.workflows.known_words --data DATA --out configs/prompts/words.txt

Read are the notes of the base split and the articles that the embedded models are trained on: a word counts that stands
in two notes or in ten articles, in lower case. What stands in fewer may be a slip of a pen or somebody's name.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from clinsynth.config import find_config
from clinsynth.data import data_root
from clinsynth.errors import ClinsynthError
from clinsynth.ontology import load_ontology
from clinsynth.recipes import Source
from clinsynth.records import Note
from clinsynth.storage import write_text
from clinsynth.training.sources import ARTICLES, NOTES, Corpus, base_split

FILE = "prompts/words.txt"
MIN_NOTES = 2
MIN_ARTICLES = 10
_WORD = re.compile(r"(?<![^\W_])[A-Za-z]{3,40}(?![^\W_])")


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
    listed = find_config(FILE).read_text(encoding="utf-8").split()
    names = (name for concept in load_ontology(ontology).concepts.values() for name in concept.names)
    return frozenset(listed) | {word for name in names for word in words_of(name)}


def common(texts: Iterable[Note], *, at_least: int) -> set[str]:
    """Give the words that stand in so many of the texts."""
    counts = Counter(word for text in texts for word in set(words_of(text.text)))
    return {word for word, n in counts.items() if n >= at_least}


def collect(root: Path) -> list[str]:
    """Give the words of the texts that embedded models are trained on, in order.

    Raises:
        MissingError: A data set is not on this machine.
    """
    notes = (note for name in sorted(NOTES) for note in Corpus(source=base_split(name), root=root).training())
    sources = (Source(dataset=name, split="train") for name in sorted(ARTICLES))
    articles = (article for source in sources for article in Corpus(source=source, root=root).training())
    return sorted(common(notes, at_least=MIN_NOTES) | common(articles, at_least=MIN_ARTICLES))


def main(arguments: list[str] | None = None) -> None:
    """Collect, and write the file: a word a line."""
    parser = argparse.ArgumentParser(prog="python -m clinsynth.workflows.known_words")
    parser.add_argument("--data", type=Path, help="where the data sets are, if CLINSYNTH_DATA does not say it")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    given = parser.parse_args(arguments)
    try:
        write_text(given.out, "\n".join(collect(data_root(given.data))) + "\n")
    except ClinsynthError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
