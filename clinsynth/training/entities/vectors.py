"""Subword vectors of running text (Bojanowski et al., 2017, doi:10.1162/tacl_a_00051), hashed into a small table.

They are what the recognizer knows of names that no marked sentence holds.
"""

import importlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clinsynth.data.splits import read_notes
from clinsynth.errors import ConfigError, MissingError
from clinsynth.recipes import Source, SubwordVectors
from clinsynth.shingles import Hashes, among, runs
from clinsynth.storage import replacing
from clinsynth.training.sources import ARTICLES, check_source, read_articles

if TYPE_CHECKING:
    from spacy.language import Language

log = logging.getLogger(__name__)

COPIED_RUN = 12  # words in a row that a text shares with a sentence by quoting it, hardly by chance
_SHORTEST_LINE = 40  # characters; shorter ones are headings, numbers of tables, authors
_HASHES = 2


def floret() -> Any:  # noqa: ANN401 - a package without types
    """Give the package that fits the vectors; only training needs it.

    Raises:
        MissingError: It is not installed.
    """
    try:
        return importlib.import_module("floret")
    except ImportError:
        raise MissingError("subword vectors are fitted by floret, which is not installed: pip install floret") from None


def write_text(path: Path, sources: Iterable[Source], root: Path, pipeline: "Language", apart: Iterable[str]) -> int:
    """Write the tokens of running text, in small letters, one paragraph a line; give the number of texts left out.

    Args:
        path: The file.
        sources: Where the text is from.
        root: The data folder.
        pipeline: Makes the tokens.
        apart: Sentences that are measured on: a text that shares a run of `COPIED_RUN` words with one is left out.

    Raises:
        ConfigError: A source must not be trained on.
    """
    known = np.unique(np.concatenate([runs(text, COPIED_RUN).hashes for text in apart]))
    n_left_out = 0
    with replacing(path) as file:
        for text in _texts(sources, root):
            if _quotes(text, known):
                n_left_out += 1
                continue
            for line in _lines(text, pipeline):
                file.write(line.encode() + b"\n")
    log.info("%d texts left out of the vectors, for they share sentences with what is measured on", n_left_out)
    return n_left_out


def _texts(sources: Iterable[Source], root: Path) -> Iterator[str]:
    for source in sources:
        check_source(source)
        if source.dataset is None:
            raise ConfigError("entities: the vectors are fitted to data sets by name, not to files")
        name = source.dataset
        notes = read_articles(name, root) if name in ARTICLES else read_notes(name, source.split, root)
        for note in notes:
            yield note.text


def _quotes(text: str, known: Hashes) -> bool:
    return bool(among(runs(text, COPIED_RUN).hashes, known).any())


def _lines(text: str, pipeline: "Language") -> Iterator[str]:
    for line in text.split("\n"):
        if len(line.strip()) >= _SHORTEST_LINE:
            doc = pipeline.make_doc(line.strip())
            yield " ".join(token.lower_ for token in doc if not token.is_space)


def fit(text: Path, table: Path, config: SubwordVectors) -> None:
    """Fit the vectors to a text, on one thread so that they repeat, and write them as floret's table.

    Raises:
        MissingError: floret is not installed.
    """
    model = floret().train_unsupervised(
        str(text),
        mode="floret",
        model="cbow",
        dim=config.width,
        bucket=config.rows,
        hashCount=_HASHES,
        minn=config.shortest,
        maxn=config.longest,
        minCount=config.min_count,
        epoch=config.epochs,
        lr=config.learning_rate,
        thread=1,
        verbose=0,
    )
    model.save_floret_vectors(str(table))


def put(table: Path, pipeline: "Language") -> None:
    """Put a table of vectors into a pipeline; they are looked up by tokens in small letters."""
    from spacy.training.initialize import convert_vectors

    convert_vectors(pipeline, table, truncate=-1, prune=-1, mode="floret", attr="LOWER")
