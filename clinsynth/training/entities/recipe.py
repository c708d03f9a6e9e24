"""The stages of training the recognizer: each is whole on disk or made again."""

import contextlib
import io
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinsynth.config import find_config
from clinsynth.data.entities import Sentence
from clinsynth.errors import ConfigError
from clinsynth.ontology import load_ontology
from clinsynth.recipes import EntitiesRecipe
from clinsynth.seeds import derive_seed
from clinsynth.storage import read_rows, write_json, write_rows
from clinsynth.training import checkpoints
from clinsynth.training.checkpoints import WORK
from clinsynth.training.entities import card, vectors
from clinsynth.training.entities.corpora import Alignment, annotated, passages, write_corpus
from clinsynth.training.entities.export import export
from clinsynth.training.entities.marked import MARKED, TYPES, Marked, Share, check_dataset, places_of, words_marked
from clinsynth.training.entities.names import check_kinds, names_of
from clinsynth.training.entities.tokenizing import tokenizing

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
_STAGES = ("text", "vectors", "corpora", "choose", "ship", "export")
_SEEN = 100  # passages that the last training is evaluated on: it has seen them, and only its loss tells anything


@dataclass(frozen=True, kw_only=True)
class EntitiesTraining:
    """One training of the recognizer: its recipe, its seed, where the data is and where it writes."""

    config: EntitiesRecipe
    seed: int
    out: Path
    root: Path
    ontology: str = "core"

    @property
    def recipe(self) -> str:
        """The hash of all that decides the pipeline, spaCy's configuration and the names included: 64 hex digits."""
        names = [f"{type_}:{name}" for name, type_ in names_of(load_ontology(self.ontology), self.config.names)]
        update = {"pipeline": find_config(self.config.pipeline).read_text("utf-8"), "names": tuple(names)}
        return checkpoints.recipe_hash(self.config.model_copy(update=update), seed=self.seed)

    @property
    def work(self) -> Path:
        """The folder of what only training needs."""
        return self.out / WORK

    @cached_property
    def marked(self) -> Marked:
        """The marked sentences."""
        return Marked(self.root)


def train(training: EntitiesTraining, *, progress: Progress) -> Path:
    """Train the recognizer, or go on with it, and give its folder.

    A killed training goes on with the stage it was in: spaCy cannot go on within a run, so a run that was broken off is
    made again from its start, with the same seed. The same recipe, data and machine give the same weights.

    Raises:
        ConfigError: A data set must not be trained on, or spaCy's configuration is wrong.
        MissingError: A data set, or floret, is not on this machine.
        OutputError: The folder holds another training, or the pipeline is larger than what may ship.
    """
    for name in training.config.datasets:
        check_dataset(name)
    check_kinds(training.config.names)
    if training.config.vectors.sources and not (training.work / "start").is_dir():
        vectors.floret()
    checkpoints.claim(training.out, training.recipe)
    stages: Sequence[Callable[[EntitiesTraining], None]] = (_text, _vectors, _corpora, _choose, _ship, _export)
    for done, (name, stage) in enumerate(zip(_STAGES, stages, strict=True)):
        progress(name, done, len(stages))
        stage(training)
    progress(_STAGES[-1], len(stages), len(stages))
    return training.out


def _text(training: EntitiesTraining) -> None:
    path, sources = training.work / "text.txt", training.config.vectors.sources
    if path.is_file() or not sources:
        return
    measured = (
        sentence.text for name in MARKED for split in ("dev", "test") for sentence in training.marked.read(name, split)
    )
    n_left_out = vectors.write_text(path, sources, training.root, tokenizing(), measured)
    write_json(training.work / "text.json", {"n_texts_left_out": n_left_out})


def _vectors(training: EntitiesTraining) -> None:
    """Make the pipeline that the runs start from: the tokenizer, and the vectors if there are any."""
    with _whole(training.work / "start") as folder:
        if folder is None:
            return
        pipeline = tokenizing()
        if training.config.vectors.sources:
            table = folder.with_name("vectors.txt")
            vectors.fit(training.work / "text.txt", table, training.config.vectors)
            vectors.put(table, pipeline)
        pipeline.to_disk(folder)


def _corpora(training: EntitiesTraining) -> None:
    with _whole(training.work / "corpora") as folder:
        if folder is None:
            return
        config, marked = training.config, training.marked
        pipeline = tokenizing()
        choose = marked.to_choose(config.datasets, share=config.share, seed=training.seed)
        ship = marked.to_ship(config.datasets, share=config.share, seed=training.seed)
        told = {
            "choose": _write(training, folder / "train.spacy", choose, pipeline),
            "ship": _write(training, folder / "all.spacy", ship, pipeline),
        }
        dev, seen = Alignment(), Alignment()
        first = config.datasets[0]
        sentences = marked.read(first, "dev")
        write_corpus(folder / "dev.spacy", _docs(sentences, pipeline, dev))
        write_corpus(folder / "seen.spacy", _docs(sentences[:_SEEN], pipeline, seen))
        write_json(folder / "counts.json", {**told, "dev": asdict(dev)})


def _docs(sentences: Sequence[Sentence], pipeline: "Language", alignment: Alignment) -> Iterator["Doc"]:
    return (annotated(each, pipeline, alignment) for each in passages(sentences, longest=1, seed=0))


def _write(training: EntitiesTraining, path: Path, shares: Sequence[Share], pipeline: "Language") -> dict[str, Any]:
    """Write the sentences of some data sets as one corpus; give what went into it."""
    alignment = Alignment()

    def docs() -> Iterator["Doc"]:
        for share in shares:
            lacking = [type_ for type_ in TYPES if type_ not in share.types]
            words = frozenset[str]().union(*(words_marked(shares, type_) for type_ in lacking))
            seed = derive_seed(training.seed, share.dataset, share.split)
            longest = training.config.longest_passage
            for passage in passages(share.sentences, longest=longest, seed=seed, unknown=_places(words)):
                yield annotated(passage, pipeline, alignment)

    n_passages = write_corpus(path, docs())
    parts = {
        f"{share.dataset} {share.split}": {"sentences": len(share.sentences), "left out": share.n_left_out}
        for share in shares
    }
    return {"passages": n_passages, "parts": parts, "entities": asdict(alignment)}


def _places(words: frozenset[str]) -> Callable[[Sentence], Sequence[Any]]:
    return lambda sentence: places_of(words, sentence)


def _choose(training: EntitiesTraining) -> None:
    config = training.config
    _spacy_train(training, "choose", "train.spacy", "dev.spacy", n_steps=config.max_steps)


def _ship(training: EntitiesTraining) -> None:
    _spacy_train(training, "ship", "all.spacy", "seen.spacy", n_steps=_n_steps(training))


def _n_steps(training: EntitiesTraining) -> int:
    return max(1, round(int(chosen(training)["step"]) * training.config.longer))


def chosen(training: EntitiesTraining) -> Mapping[str, Any]:
    """Give the row of the first training's log with the best score on the development part; the earliest of equals."""
    rows = [row for _, row in read_rows(training.work / "choose" / "log.jsonl")]
    return max(rows, key=lambda row: row["score"])


def _spacy_train(training: EntitiesTraining, name: str, train_part: str, dev_part: str, *, n_steps: int) -> None:
    """Run `spacy train`."""
    with _whole(training.work / name) as folder:
        if folder is None:
            return
        from spacy.cli.train import train as spacy_train

        start, corpora = training.work / "start", training.work / "corpora"
        overrides = {
            "paths.train": str(corpora / train_part),
            "paths.dev": str(corpora / dev_part),
            "paths.start": str(start),
            "paths.vectors": str(start) if training.config.vectors.sources else None,
            "paths.log": str(folder / "log.jsonl"),
            "system.seed": derive_seed(training.seed, name) % 2**31,
            "training.max_steps": n_steps,
            "training.eval_frequency": min(n_steps, training.config.evaluate_every),
            "components.tok2vec.model.embed.include_static_vectors": bool(training.config.vectors.sources),
        }
        told = io.StringIO()  # spaCy prints what it does; its log has the numbers
        try:
            with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
                spacy_train(find_config(training.config.pipeline), folder, overrides=overrides)
        except SystemExit:
            raise ConfigError(f"{training.config.pipeline} is no configuration that spaCy can train") from None
        shutil.rmtree(folder / "model-best", ignore_errors=True)


def _export(training: EntitiesTraining) -> None:
    rows = [
        {
            "run": name,
            "step": row["step"],
            "epoch": row["epoch"],
            "loss": row["losses"],
            "dev_f": row["scores"]["ents_f"],
        }
        for name in ("choose", "ship")
        for _, row in read_rows(training.work / name / "log.jsonl")
    ]
    for row in rows:
        if row["run"] == "ship":
            row["seen_f"] = row.pop("dev_f")
    write_rows(training.out / "train_log.jsonl", rows)
    export(training.work / "ship" / "model-last", training.out, load_ontology(training.ontology), training.config.names)
    told = training.work / "text.json"
    made = {
        "chosen": chosen(training),
        "steps": _n_steps(training),
        "corpora": json.loads((training.work / "corpora" / "counts.json").read_text()),
        "n_texts_left_out": json.loads(told.read_text())["n_texts_left_out"] if told.is_file() else 0,
    }
    card.write(training, made)


@contextlib.contextmanager
def _whole(folder: Path) -> Iterator[Path | None]:
    """Give a folder to write that gets its name when it is whole; None where it is there already."""
    if folder.is_dir():
        yield None
        return
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    yield part
    part.rename(folder)
