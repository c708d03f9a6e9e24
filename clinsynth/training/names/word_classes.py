"""Classes of words that stand in like places, and the table that tells the recognizer of each word.

The table is what spaCy calls static vectors, which it saves and loads by itself: a word's vector tells its class and
how common it is; a word that is not in the table has none. Only hashes of words are kept. No list of names goes in.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clinsynth.recipes import NamesRecipe
from clinsynth.storage import replacing
from clinsynth.training.entities.vectors import floret
from clinsynth.training.names.common_words import WordCounts

if TYPE_CHECKING:
    from spacy.vectors import Vectors

_TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d+|[^\w\s]")
_SHORTEST_LINE = 30  # characters; shorter ones are headings and numbers of tables
_LEAST = 5  # a rarer word has no class
_LENGTH = 2.0  # of a class's vector, beside bands that are 0 or 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Classes:
    """Words by class.

    Attributes:
        of: The class of each word that has one.
        centres: A vector for each class, and one of zeros for words without.
    """

    of: Mapping[str, int]
    centres: NDArray[np.float32]


def write_text(path: Path, texts: Iterable[str]) -> None:
    """Write the words of running text in small letters, a line for each of its lines; numbers are all the same."""
    with replacing(path) as file:
        for text in texts:
            for line in text.lower().split("\n"):
                if len(line) >= _SHORTEST_LINE:
                    tokens = ("0" if token[0].isdigit() else token for token in _TOKEN.findall(line))
                    file.write(" ".join(tokens).encode() + b"\n")


def fit_classes(text: Path, words: Iterable[str], *, config: NamesRecipe, seed: int) -> Classes:
    """Class words by the places they stand in: k-means of skip-gram vectors (Mikolov et al., 2013, arXiv:1301.3781).

    On one thread, so that the classes repeat.

    Raises:
        MissingError: floret is not installed.
    """
    from sklearn.cluster import MiniBatchKMeans

    model = floret().train_unsupervised(
        str(text),
        mode="fasttext",
        model="skipgram",
        dim=config.class_width,
        bucket=1,
        minn=0,
        maxn=0,
        minCount=_LEAST,
        epoch=config.class_epochs,
        neg=5,
        ws=3,
        lr=0.05,
        thread=1,
        verbose=0,
    )
    read = frozenset(model.words)
    classed = [word for word in words if word in read]
    vectors = _unit(np.array([model.get_word_vector(word) for word in classed]))
    found = MiniBatchKMeans(min(config.classes, len(classed)), random_state=seed, n_init=3, batch_size=4096).fit(
        vectors
    )
    centres = np.vstack([_unit(found.cluster_centers_) * _LENGTH, np.zeros((1, config.class_width))])
    return Classes(of=dict(zip(classed, map(int, found.labels_), strict=True)), centres=centres.astype("float32"))


def table(counts: WordCounts, classes: Classes, *, leave_one_out: bool) -> "Vectors":
    """Give the table as spaCy has static vectors, looked up by small letters.

    Args:
        counts: How common words are.
        classes: What stands in like places.
        leave_one_out: As in `WordCounts.words`: True for the table of training, False for the one that ships.
    """
    from spacy.vectors import Vectors

    without = len(classes.centres) - 1
    told = {
        word: (classes.of.get(word, without), counts.bands(word, leave_one_out=leave_one_out))
        for word in counts.words(leave_one_out=leave_one_out)
    }
    # The commonest rows first: the smaller a number, the fewer bytes it takes.
    rows = {row: number for number, (row, _) in enumerate(Counter(told.values()).most_common())}
    data = np.array([[*classes.centres[of], *bands] for of, bands in rows], dtype="float32")
    vectors = Vectors(data=data, name="words", attr="LOWER")
    for word, row in told.items():
        vectors.add(word, row=rows[row])
    return vectors


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / (lengths + 1e-9)
