"""The tokens of the recognizer: scispaCy's, parted also inside words that join a name to something else."""

import re
from typing import TYPE_CHECKING

from clinsynth.checks.parsing import blank

if TYPE_CHECKING:
    from spacy.language import Language

# scispaCy keeps "cocaine-induced", "5-HT/NA" and "[3H]-naloxone" whole: on BC5CDR dev one in ten marked names ends
# inside such a token, and could never be found. With these marks as tokens of their own it is one in two hundred.
_PARTED_AT = (
    r"(?<=\w)[-/](?=\w)",
    r"(?<=\w)-(?=[(\[])",
    r"(?<=[)\]])-(?=\w)",
    r"[()\[\]]",
    r"(?<=[A-Za-z])\+",
    r"(?<=\w)/(?=\W)",
)


def tokenizing() -> "Language":
    """Make a pipeline that only tokenises; saved to disk, its rules go with it and it loads in plain spaCy."""
    pipeline = blank()
    pattern = pipeline.tokenizer.infix_finditer.__self__.pattern
    pipeline.tokenizer.infix_finditer = re.compile("|".join([pattern, *_PARTED_AT])).finditer
    return pipeline
