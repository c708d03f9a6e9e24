"""Recognizers of chemicals and diseases: spaCy pipelines, of scispaCy or our own, found on this machine."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clinsynth.checks.parsing import MAX_CHARACTERS, load_pipeline, readable, tokens
from clinsynth.errors import MissingError, nearest
from clinsynth.records import Span

if TYPE_CHECKING:
    from spacy.language import Language

EMBEDDED = "embedded"
AUTO = "auto"
SCISPACY = "en_ner_bc5cdr_md"
_SHIPPED = Path(__file__).resolve().parent.parent / "embedded" / "entities"


def find_recognizer(model: str | Path | None = None) -> str | Path:
    """Say which recognizer is meant: the name of an installed package of spaCy's, or a folder; nothing is loaded.

    Args:
        model: "embedded" for the one that ships; None or "auto" for scispaCy's `en_ner_bc5cdr_md` where it is
            installed, else the one that ships; else a name or a folder.

    Raises:
        MissingError: There is no such recognizer on this machine.
    """
    from spacy.util import get_installed_models, is_package

    if model is None or model == AUTO:
        return SCISPACY if is_package(SCISPACY) else find_recognizer(EMBEDDED)
    if model == EMBEDDED:
        return _pipeline_in(_SHIPPED, "install clinsynth again from its wheel, or clinsynth models train entities")
    if isinstance(model, str) and is_package(model):
        return model
    if Path(model).is_dir():
        return _pipeline_in(Path(model), "name the folder that spaCy wrote")
    known = [EMBEDDED, *get_installed_models()]
    raise MissingError(
        f'the recognizer "{model}" is neither an installed package nor a folder; {nearest(str(model), known)}; '
        "install it by pip, or give the folder of a spaCy pipeline"
    )


def _pipeline_in(folder: Path, advice: str) -> Path:
    if not (folder / "config.cfg").is_file() or not (folder / "meta.json").is_file():
        raise MissingError(f"{folder} holds no spaCy pipeline; {advice}")
    return folder


def load_recognizer(model: str | Path | None = None) -> "Language":
    """Load a recognizer; `find_recognizer` says which.

    Raises:
        MissingError: There is no such recognizer on this machine.
    """
    pipeline = load_pipeline(find_recognizer(model))
    pipeline.max_length = MAX_CHARACTERS
    return pipeline


@cache
def recognizer(model: str) -> "Language":
    """Give a recognizer, loaded once a process."""
    return load_recognizer(model)


def recognized(model: str, text: str) -> Iterator[tuple[Span, str]]:
    """Yield what a recognizer finds in a text, with its type, in the order of the text."""
    pipeline = recognizer(model)
    doc = tokens(pipeline, readable(text))
    for _, component in pipeline.pipeline:
        doc = component(doc)
    for entity in doc.ents:
        yield Span(start=entity.start_char, end=entity.end_char), entity.label_
