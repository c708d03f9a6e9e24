"""How words are written by notes and articles: what is often in small letters is rarely a name."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinsynth.ontology.loading import load_ontology
from clinsynth.training.names.sources import pieces

_LONGEST = 30
_WORD = re.compile(r"(?<![\w'\u2019-])[A-Za-z][A-Za-z'-]*[A-Za-z](?![\w\u2019-])")
_SMALL = re.compile(r"(?<![\w'\u2019-])[a-z][a-z'-]*[a-z](?![\w\u2019-])")
_CAPITAL_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z][a-z'-]*[a-z](?![\w\u2019-])")
_PARTS = re.compile(r"[a-z]+")
_ARTICLE_BANDS = (2, 6, 31, 300)
_NOTE_BANDS = (1, 4, 20)
_OFTEN_WITH_CAPITAL = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses:
    """How many texts write each word; words are told in small letters.

    Attributes:
        articles: Articles that write it in small letters.
        capitals: Articles that write it with a capital within a sentence.
        notes: Notes that have it, however written, but not as a name.
        small: Notes that have it in small letters.
        known: Words of the ontology, however rare; not those of eponyms.
    """

    articles: Counter[str]
    capitals: Counter[str]
    notes: Counter[str]
    small: Counter[str]
    known: frozenset[str]

    def words(self, *, apart: int) -> list[str]:
        """Give the words that are no names, in order.

        Args:
            apart: 1 for the words as one of the counted notes finds them, by all the others; 0 as any other text does.
                Trained with 1 and used with 0, a word that no text had is as likely an ordinary one as it was.
        """
        every = {*self.articles, *self.notes, *self.known}
        return sorted(word for word in every if len(word) < _LONGEST and self._is_kept(word, apart))

    def _is_kept(self, word: str, apart: int) -> bool:
        n_notes = self.notes[word] - apart
        if word in self.known or self.articles[word]:
            return True
        return n_notes > 1 or (n_notes == 1 and word in self.small)

    def bands(self, word: str, *, apart: int) -> tuple[float, ...]:
        """Tell how common a word is, and how it is written: numbers of 0 and 1, as many for each word."""
        small, notes = self.articles[word], self.notes[word] - apart
        capital = self.capitals[word]
        told = [
            *(small >= least for least in _ARTICLE_BANDS),
            *(notes >= least for least in _NOTE_BANDS),
            bool(small) and capital / (capital + small) >= _OFTEN_WITH_CAPITAL,
            word in self.known,
            True,
        ]
        return tuple(map(float, told))


def count(notes: Iterable[str], articles: Iterable[str], *, ontology: str = "core") -> Uses:
    """Count in how many notes and articles words are; names that stand in the notes are left out."""
    in_notes, small_in_notes, small, capitals = (Counter[str]() for _ in range(4))
    for note in notes:
        unmarked = [piece.text for piece in pieces(note) if not piece.label]
        in_notes.update({word.lower() for text in unmarked for word in _WORD.findall(text)})
        small_in_notes.update({word for text in unmarked for word in _SMALL.findall(text)})
    for article in articles:
        small.update(set(_SMALL.findall(article)))
        capitals.update({word.lower() for word in _CAPITAL_INSIDE.findall(article)})
    concepts = load_ontology(ontology).concepts.values()
    known = (word for concept in concepts for name in (concept.name, *concept.synonyms) for word in _in_small(name))
    return Uses(articles=small, capitals=capitals, notes=in_notes, small=small_in_notes, known=frozenset(known))


def _in_small(name: str) -> Iterator[str]:
    """Give the words of a concept's name, those of eponyms ("Crohn disease") left out."""
    return (word for word in name.split() if _PARTS.fullmatch(word))
