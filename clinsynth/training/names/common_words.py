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
class WordCounts:
    """In how many texts each word stands, by how it is written there; the words are kept in small letters.

    Attributes:
        articles_small: Articles that write it in small letters.
        articles_capital: Articles that write it with a capital within a sentence.
        notes: Notes that have it, however written, but not as a name.
        notes_small: Notes that have it in small letters.
        known: Words of the ontology, however rare; not those of eponyms.
    """

    articles_small: Counter[str]
    articles_capital: Counter[str]
    notes: Counter[str]
    notes_small: Counter[str]
    known: frozenset[str]

    def words(self, *, leave_one_out: bool) -> list[str]:
        """Give the words that are no names, in order.

        Args:
            leave_one_out: Whether to judge each word as a counted note that has it finds it, by all the other notes;
                otherwise as a text finds it that was not counted. A recognizer is trained on counted notes, so it is
                trained with this: a word of its own that no other note has is new to it, as words of a new text are.
        """
        every = {*self.articles_small, *self.notes, *self.known}
        return sorted(
            word for word in every if len(word) < _LONGEST and self._is_kept(word, leave_one_out=leave_one_out)
        )

    def _is_kept(self, word: str, *, leave_one_out: bool) -> bool:
        if word in self.known or self.articles_small[word]:
            return True
        n_notes = self._n_notes(word, leave_one_out=leave_one_out)
        return n_notes > 1 or (n_notes == 1 and word in self.notes_small)

    def _n_notes(self, word: str, *, leave_one_out: bool) -> int:
        return self.notes[word] - (1 if leave_one_out else 0)

    def bands(self, word: str, *, leave_one_out: bool) -> tuple[float, ...]:
        """Tell how common a word is, and how it is written: numbers of 0 and 1, as many for each word.

        Args:
            word: In small letters.
            leave_one_out: As in `words`.
        """
        small, capital = self.articles_small[word], self.articles_capital[word]
        n_notes = self._n_notes(word, leave_one_out=leave_one_out)
        told = [
            *(small >= least for least in _ARTICLE_BANDS),
            *(n_notes >= least for least in _NOTE_BANDS),
            bool(small) and capital / (capital + small) >= _OFTEN_WITH_CAPITAL,
            word in self.known,
            True,
        ]
        return tuple(map(float, told))


def count(notes: Iterable[str], articles: Iterable[str], *, ontology: str = "core") -> WordCounts:
    """Count in how many notes and articles words are; names that stand in the notes are left out."""
    notes_any, notes_small, articles_small, articles_capital = (Counter[str]() for _ in range(4))
    for note in notes:
        unmarked = [piece.text for piece in pieces(note) if not piece.label]
        notes_any.update({word.lower() for text in unmarked for word in _WORD.findall(text)})
        notes_small.update({word for text in unmarked for word in _SMALL.findall(text)})
    for article in articles:
        articles_small.update(set(_SMALL.findall(article)))
        articles_capital.update({word.lower() for word in _CAPITAL_INSIDE.findall(article)})
    concepts = load_ontology(ontology).concepts.values()
    known = (word for concept in concepts for name in (concept.name, *concept.synonyms) for word in _in_small(name))
    return WordCounts(
        articles_small=articles_small,
        articles_capital=articles_capital,
        notes=notes_any,
        notes_small=notes_small,
        known=frozenset(known),
    )


def _in_small(name: str) -> Iterator[str]:
    """Give the words of a concept's name, those of eponyms ("Crohn disease") left out."""
    return (word for word in name.split() if _PARTS.fullmatch(word))
