"""The one place where notes are tokenised: scispaCy's rules on a blank spaCy pipeline, one Doc a note.

No model is needed: tokens, sentences (by punctuation) and abbreviations defined in the text (Schwartz and Hearst, 2003,
as scispaCy has it) come from rules.
"""

import re
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checks import Parsed
from clinsynth.records import Note

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# What is looked at of one note, in code points. Real notes end below 30,000; the check of form reports what is longer.
MAX_CHARACTERS = 1_000_000
# The rules for punctuation try every position of a word anew: a run longer than any word is one token, unopened.
_UNBROKEN = re.compile(r"\S{256,}")


_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """Give what is looked at of a text: its first `MAX_CHARACTERS` code points, positions kept.

    Halves of surrogate pairs, which no library that encodes text accepts, become U+FFFD.
    """
    return _SURROGATE.sub("\ufffd", text[:MAX_CHARACTERS])


def parse(text: str) -> "Doc":
    """Tokenise what is `readable` of a text; positions in the Doc are those of the text."""
    pipeline = _pipeline()
    doc = tokens(pipeline, readable(text))
    with warnings.catch_warnings():
        # scispaCy's matcher complains of a text that defines no abbreviation.
        warnings.filterwarnings("ignore", message=r"\[W036\]", category=UserWarning)
        for _, component in pipeline.pipeline:
            doc = component(doc)
    return doc


def parsed(note: Note) -> Parsed:
    """Put a note on its way through the checks."""
    return Parsed(note, parse)


def tokens(pipeline: "Language", text: str) -> "Doc":
    """Tokenise a text by the rules of a pipeline, and take a run longer than any word as one token."""
    from spacy.tokens import Doc

    pieces, end = [], 0
    for run in _UNBROKEN.finditer(text):
        if run.start() > end:
            pieces.append(pipeline.make_doc(text[end : run.start()]))
        pieces.append(Doc(pipeline.vocab, words=[run[0]], spaces=[False]))
        end = run.end()
    if not pieces:
        return pipeline.make_doc(text)
    if end < len(text):
        pieces.append(pipeline.make_doc(text[end:]))
    joined = Doc.from_docs(pieces, ensure_whitespace=False)
    return joined if joined is not None else pipeline.make_doc("")


def load_pipeline(place: str | Path) -> "Language":
    """Load a pipeline of spaCy's from its folder, or by the name of its package; raises what spaCy raises."""
    import spacy

    with warnings.catch_warnings():
        # The tokenizer's patterns are compiled as they are loaded, and newer versions of `re` warn about them.
        warnings.simplefilter("ignore", FutureWarning)
        return spacy.load(place)


def blank() -> "Language":
    """Make a pipeline that only tokenises, by scispaCy's rules; saved to disk, it loads without scispaCy."""
    with warnings.catch_warnings():
        # Their import compiles patterns that newer versions of `re` warn about.
        warnings.simplefilter("ignore", FutureWarning)
        import spacy
        from scispacy.custom_tokenizer import combined_rule_tokenizer

        pipeline = spacy.blank("en")
        pipeline.tokenizer = combined_rule_tokenizer(pipeline)
    pipeline.max_length = MAX_CHARACTERS
    return pipeline


@cache
def _pipeline() -> "Language":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from scispacy import abbreviation  # noqa: F401 - it makes the component known to spaCy
    pipeline = blank()
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("abbreviation_detector")
    return pipeline
