"""The pipeline that ships: what spaCy wrote, less all that training left in it."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from clinsynth.errors import OutputError
from clinsynth.extras import version
from clinsynth.ontology.concepts import Ontology
from clinsynth.storage import write_json, write_text
from clinsynth.training.entities.marked import TYPES
from clinsynth.training.entities.names import COMPONENT, add_names
from clinsynth.training.entities.tokenizing import tokenizing

MAX_BYTES = 6_000_000
_PARTS = ("tokenizer", "vocab", "tok2vec", "ner", COMPONENT, "config.cfg", "meta.json")
_KEPT_META = ("lang", "name", "version", "spacy_version", "pipeline", "components", "labels", "vectors")


def export(trained: Path, out: Path, ontology: Ontology, kinds: Sequence[str]) -> None:
    """Write a trained pipeline to the folder of the model, with names, without its training's words, paths and scores.

    spaCy keeps every word it has seen in `vocab/strings.json`; what is kept is what a pipeline that has seen nothing
    needs, and the types. Words are hashed anew when they are met.

    Args:
        trained: The folder of what spaCy trained.
        out: The folder of the model.
        ontology: Gives the names that are added.
        kinds: Of the concepts whose names are added; none for no names.

    Raises:
        OutputError: The pipeline is larger than what may ship.
    """
    import spacy

    pipeline = spacy.load(trained)
    if kinds:
        add_names(pipeline, ontology, kinds)
    for name in _PARTS:
        shutil.rmtree(out / name, ignore_errors=True)
    pipeline.to_disk(out)
    _strip_words(out / "vocab" / "strings.json")
    _strip_paths(out / "config.cfg")
    _strip_scores(out / "meta.json")
    n_bytes = size(out)
    if n_bytes > MAX_BYTES:
        raise OutputError(
            f"the pipeline has {n_bytes:,} bytes, and at most {MAX_BYTES:,} may ship; take fewer rows for its tables"
        )


def size(folder: Path) -> int:
    """Add up the bytes of the files of a pipeline, without its training."""
    parts = (folder / name for name in _PARTS)
    files = (file for part in parts for file in (part.rglob("*") if part.is_dir() else (part,)))
    return sum(file.stat().st_size for file in files if file.is_file())


def kept_words() -> frozenset[str]:
    """Give the words that a pipeline needs before it has read anything: exceptions of the tokenizer, and types."""
    return frozenset(tokenizing().vocab.strings) | frozenset(TYPES)


def _strip_words(path: Path) -> None:
    held = json.loads(path.read_text(encoding="utf-8"))
    write_text(path, json.dumps(sorted(kept_words() & set(held) | set(TYPES)), ensure_ascii=False, indent=0) + "\n")


def _strip_paths(path: Path) -> None:
    from thinc.api import Config

    config = Config().from_disk(path, interpolate=False)
    config["paths"] = dict.fromkeys(config["paths"])
    config.to_disk(path)


def _strip_scores(path: Path) -> None:
    meta = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: meta[key] for key in _KEPT_META if key in meta}
    write_json(
        path,
        kept
        | {
            "name": "clinsynth_entities",
            "version": version("clinsynth"),
            "description": "Chemicals and diseases in biomedical and clinical text",
            "author": "The clinsynth authors",
            "license": "Apache-2.0",
        },
    )
