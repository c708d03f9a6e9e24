"""The spaCy pipeline: its configuration, its training by spaCy, and what of it ships."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinsynth.checks.parsing import blank
from clinsynth.recipes import NamesRecipe
from clinsynth.seeds import derive_seed
from clinsynth.storage import write_json, write_rows
from clinsynth.training.names.marking import LABELS

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.vectors import Vectors

_FEATURES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
_ENDINGS, _LETTER_WIDTH = 500, 12
_LOGGER = "clinsynth.JsonLines.v1"
_SEEDS = 2**31
Progress = Callable[[str, int, int], None]


def configuration(recipe: NamesRecipe, *, train: Path, dev: Path, vectors: Path, seed: int) -> dict[str, Any]:
    """Give the configuration that `spacy train` takes."""
    return {
        "paths": {"train": str(train), "dev": str(dev)},
        "system": {"seed": derive_seed(seed, "names", "spacy") % _SEEDS, "gpu_allocator": None},
        "nlp": {"lang": "en", "pipeline": ["ner"], "batch_size": 64},
        "components": {"ner": {"factory": "ner", "model": _network(recipe)}},
        "corpora": {
            part: {"@readers": "spacy.Corpus.v1", "path": f"${{paths.{part}}}", "max_length": 0}
            for part in ("train", "dev")
        },
        "training": _training(recipe),
        "initialize": {"vectors": str(vectors)},
    }


def _network(recipe: NamesRecipe) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": _embedding(recipe),
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": recipe.width,
                "depth": recipe.depth,
                "window_size": 1,
                "maxout_pieces": recipe.pieces,
            },
        },
    }


def _embedding(recipe: NamesRecipe) -> dict[str, Any]:
    """Give what a token is told by: what word it is, and beside it its first and last letters."""
    words = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": recipe.width - recipe.letters_width,
        "attrs": list(_FEATURES),
        "rows": list(recipe.rows),
        "include_static_vectors": True,
    }
    letters = {
        "@architectures": "spacy.CharacterEmbed.v2",
        "width": recipe.letters_width,
        "rows": _ENDINGS,
        "nM": _LETTER_WIDTH,
        "nC": recipe.letters,
        "include_static_vectors": False,
        "feature": "SUFFIX",
    }
    return {"@layers": "concatenate.v1", "*": {"words": words, "letters": letters}}


def _training(recipe: NamesRecipe) -> dict[str, Any]:
    return {
        "train_corpus": "corpora.train",
        "dev_corpus": "corpora.dev",
        "seed": "${system.seed}",
        "gpu_allocator": "${system.gpu_allocator}",
        "dropout": recipe.dropout,
        "patience": 0,
        "max_epochs": 0,
        "max_steps": recipe.max_steps,
        "eval_frequency": recipe.evaluate_every,
        "optimizer": {
            "@optimizers": "Adam.v1",
            "L2_is_weight_decay": True,
            "L2": 0.01,
            "grad_clip": 1.0,
            "use_averages": True,
            "learn_rate": {
                "@schedules": "warmup_linear.v1",
                "warmup_steps": recipe.warmup_steps,
                "total_steps": recipe.decay_steps,
                "initial_rate": recipe.learning_rate,
            },
        },
        "batcher": {
            "@batchers": "spacy.batch_by_words.v1",
            "size": recipe.batch_words,
            "tolerance": 0.2,
            "discard_oversize": False,
        },
        "logger": {"@loggers": _LOGGER},
        "score_weights": {"ents_f": 1 - recipe.recall_weight, "ents_r": recipe.recall_weight, "ents_p": 0.0},
    }


def _rules() -> bytes:
    """Give the tokenizer's rules; its vocabulary would take the place of one with vectors."""
    rules: bytes = blank().tokenizer.to_bytes(exclude=["vocab"])
    return rules


def write_vectors(folder: Path, table: "Vectors") -> None:
    """Write the table of words as spaCy takes vectors: as a pipeline that has them."""
    pipeline = blank()
    pipeline.vocab.vectors = table
    save(pipeline, folder)


def save(pipeline: "Language", folder: Path) -> None:
    """Save a pipeline, and by which form of a word vectors are looked up: spaCy reads that but does not write it."""
    pipeline.to_disk(folder)
    path = folder / "vocab" / "vectors.cfg"
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**written, "attr": pipeline.vocab.vectors.attr})


def train(config: dict[str, Any], out: Path, *, log: Path, told: Progress) -> Path:
    """Train by spaCy, as `spacy train` does, and give the folder of the weights that did best on dev.

    Args:
        config: What `configuration` gives.
        out: The folder of spaCy's checkpoints; one that is there is written over.
        log: JSON lines: step, words, loss and scores on dev.
        told: Is told of each step.
    """
    from spacy import registry
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as train_by_spacy
    from thinc.api import Config

    registry.loggers.register(_LOGGER, func=lambda: _logging(log, config["training"]["max_steps"], told))
    pipeline = init_nlp(Config(config).interpolate())
    # The tokens must be those of the check that uses the weights; the saved tokenizer holds its rules.
    pipeline.tokenizer.from_bytes(_rules(), exclude=["vocab"])
    out.mkdir(parents=True, exist_ok=True)
    train_by_spacy(pipeline, out, stdout=io.StringIO(), stderr=io.StringIO())
    return out / "model-best"


def _logging(log: Path, n_steps: int, told: Progress) -> Callable[..., Any]:
    """Make what spaCy calls a logger: it is set up with a pipeline and gives (each step, the end)."""

    def set_up(*_: object) -> tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]]:
        write_rows(log, [])

        def step(info: dict[str, Any] | None) -> None:
            if info is None:
                return
            told("training", info["step"], n_steps)
            row = {
                "step": info["step"],
                "words": info["words"],
                "seconds": info["seconds"],
                "loss": float(info["losses"]["ner"]),
                **{name: info["other_scores"].get(name) for name in ("ents_p", "ents_r", "ents_f", "ents_per_type")},
            }
            with log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, sort_keys=True) + "\n")

        return step, lambda: None

    return set_up


def strip(trained: "Language", table: "Vectors") -> "Language":
    """Give the pipeline with a table of words, without the strings of its training text and paths of its training."""
    from spacy.util import load_model_from_config
    from thinc.api import Config

    kept = {name: trained.config[name] for name in ("nlp", "components")}
    bare = load_model_from_config(Config(kept), auto_fill=True)
    bare.tokenizer.from_bytes(_rules(), exclude=["vocab"])
    bare.vocab.vectors = _without_strings(table)
    recognizer = trained.get_pipe("ner")
    bare.get_pipe("ner").from_bytes(recognizer.to_bytes(exclude=["vocab"]), exclude=["vocab"])
    for label in LABELS:
        bare.vocab.strings.add(label)
    return bare


def lean(pipeline: "Language", by: float) -> None:
    """Make "no name" less likely at every token: more names are found, and more of what is none.

    Args:
        pipeline: The pipeline, changed in place.
        by: What is taken off the score of "outside", before the best move is taken; 0 leaves all as it was trained.
    """
    recognizer = pipeline.get_pipe("ner")
    moves, scoring = recognizer.moves, recognizer.model.get_ref("upper")
    outside = [moves.get_class_name(at) for at in range(moves.n_moves)].index("O")
    bias = scoring.get_param("b").copy()
    bias[outside] -= by
    scoring.set_param("b", bias)


def _without_strings(table: "Vectors") -> "Vectors":
    """Copy a table of vectors; spaCy's own brings all strings of its vocabulary along."""
    from spacy.vectors import Vectors

    copied = Vectors(data=table.data.copy(), name=table.name, attr=table.attr)
    for key, row in table.key2row.items():
        copied.add(key, row=row)
    return copied
