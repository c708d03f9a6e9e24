"""`load_entities`: the recognizer of chemicals and diseases, as a spaCy pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checks.recognizing import load_recognizer

if TYPE_CHECKING:
    from spacy.language import Language


def load_entities(model: str | Path | None = None) -> "Language":
    """Load a recognizer of chemicals and diseases: a spaCy `Language` whose `doc.ents` are `CHEMICAL` and `DISEASE`.

    Args:
        model: None or "auto" for scispaCy's `en_ner_bc5cdr_md` where it is installed, else the one that ships;
            "embedded" for that one; else the name of an installed package of spaCy's, or a folder.

    Raises:
        MissingError: There is no such recognizer on this machine; the message says what to do.
    """
    return load_recognizer(model)
