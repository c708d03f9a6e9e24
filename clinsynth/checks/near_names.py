"""The known name nearest to an unknown word, by the letters they share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer


@dataclass(frozen=True)
class NearNames:
    """Names by their character trigrams, weighted by TF-IDF; the nearest is exact, not approximate.

    For some hundred names one sparse product beats the approximate index of scispaCy, which takes minutes to build.

    Attributes:
        names: At least one.
    """

    names: Sequence[str] = field(repr=False)

    def nearest(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """Give for each word the nearest name and their cosine similarity, 0 to 1."""
        if not words:
            return []
        similarity = (self._vectorizer.transform([word.lower() for word in words]) @ self._matrix.T).toarray()
        places = similarity.argmax(axis=1)
        return [
            (self.names[place], min(1.0, float(similarity[row, place]))) for row, place in enumerate(places.tolist())
        ]

    @cached_property
    def _vectorizer(self) -> "TfidfVectorizer":
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit([name.lower() for name in self.names])

    @cached_property
    def _matrix(self) -> "csr_matrix":
        return self._vectorizer.transform([name.lower() for name in self.names]).tocsr()
