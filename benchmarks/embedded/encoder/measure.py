"""Is the embedded encoder worth its pretraining? Classifiers on it, on the same shape with random weights, on words.

    python benchmarks/embedded/encoder/measure.py fit TASK ARM --seeds 2 --work DIR --data-dir DATA
    python benchmarks/embedded/encoder/measure.py compare --work DIR --out benchmarks/embedded/encoder/results.json

Tasks: ddi (training part, documents parted by hash into training and dev), chemprot (official training and dev split),
pubmedqa (its 500 training questions, five folds). All test parts stay unread. All arms of a task are fitted to the same
examples. `--choose` fits and scores within the training examples instead: there learning rates were chosen.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from clinsynth import extras
from clinsynth.learners import Learner, Predictor
from clinsynth.learners.constant import MajorityLearner
from clinsynth.learners.encoder import EncoderLearner
from clinsynth.learners.features import blinded
from clinsynth.learners.linear import LinearLearner
from clinsynth.records import Example
from clinsynth.seeds import derive_seed
from clinsynth.storage import write_json
from clinsynth.tasks import TASKS, Task
from clinsynth.tasks.comparison import Comparison, Run
from clinsynth.tasks.scoring import score as scored
from clinsynth.training.card_record import Measuring, Score, score
from clinsynth.training.model_card import add_scores

SEED = 7
FOLDS = 5
DEV_SHARE = 0.2
N_TRAIN = {"ddi": 3000, "chemprot": 3000}
N_DEV = {"ddi": 2500, "chemprot": 2500}
DATA = {
    "ddi": "DDI-2013, documents kept out of its training part",
    "chemprot": "ChemProt, development split",
    "pubmedqa": "PubMedQA, five folds of its training questions",
}
COMMAND = "python benchmarks/embedded/encoder/measure.py fit"
SHIPPED = Path("clinsynth/embedded/encoder")
PRETRAINED, RANDOM, FROZEN, RANDOM_FROZEN = "pretrained", "random weights", "pretrained, frozen", "random, frozen"
WORDS, TFIDF, MAJORITY = "words, linear", "tf-idf", "majority"
ARMS = (PRETRAINED, RANDOM, FROZEN, RANDOM_FROZEN, WORDS, TFIDF, MAJORITY)
QUESTIONS = (
    (PRETRAINED, RANDOM),
    (PRETRAINED, TFIDF),
    (PRETRAINED, WORDS),
    (FROZEN, RANDOM_FROZEN),
    (FROZEN, TFIDF),
    (FROZEN, WORDS),
)
# Chosen within the training examples (--choose), for each arm by itself.
TUNED = {
    "ddi": {"max_tokens": 128, "epochs": 3, "class_weight": "none", "batch_size": 16},
    "chemprot": {"max_tokens": 128, "epochs": 3, "class_weight": "none", "batch_size": 16},
    "pubmedqa": {"max_tokens": 192, "epochs": 3, "class_weight": "none", "batch_size": 16},
}
RATES = {PRETRAINED: 1e-3, RANDOM: 1e-3}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is fitted, and what is then predicted."""

    train: list[Example] = field(repr=False)
    dev: list[Example] = field(repr=False)


def main() -> None:
    """Fit an arm, or compare all that were fitted."""
    options = parse()
    if options.command == "fit":
        fit(options)
    else:
        write_json(options.out, compare(options))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    fitting, comparing = commands.add_parser("fit"), commands.add_parser("compare")
    fitting.add_argument("task", choices=["ddi", "chemprot", "pubmedqa"])
    fitting.add_argument("arm", choices=ARMS)
    fitting.add_argument("--encoder", type=Path, default=SHIPPED)
    fitting.add_argument("--seeds", type=int, default=2)
    fitting.add_argument("--name", help="what the results call this arm")
    fitting.add_argument("--choose", action="store_true")
    fitting.add_argument("--set", action="append", default=[], help="an option of the learner, name=value")
    fitting.add_argument("--limit", type=int, help="examples trained on and predicted, to try this out")
    comparing.add_argument("--out", type=Path, required=True)
    comparing.add_argument("--card", type=Path, help="the folder of the encoder, whose card takes the scores")
    for command in (fitting, comparing):
        command.add_argument("--work", type=Path, required=True)
        command.add_argument("--data-dir")
    return parser.parse_args()


def fit(options: argparse.Namespace) -> None:
    """Fit one arm of a task for each seed, and keep what it predicts."""
    task = task_of(options.task, options.data_dir)
    parts = [shortened(part, options.limit) for part in parts_of(options.task, task, choose=options.choose)]
    for index in range(options.seeds):
        name = options.name or options.arm
        path = options.work / options.task / f"{name}-{index}.json"
        if path.is_file() and not options.choose:
            continue
        started = time.monotonic()
        predicted = [
            label
            for number, part in enumerate(parts)
            for label in learner_of(options, index).fit(part.train, seed=derive_seed(SEED, index, number))(part.dev)
        ]
        gold = [example.label for part in parts for example in part.dev]
        found = {metric.name: round(scored(metric, gold, predicted), 4) for metric in task.metrics}
        print(options.task, name, options.set, index, found, f"{time.monotonic() - started:.0f} s", flush=True)
        if not options.choose:
            settings = {"set": options.set, "encoder": encoder_hash(options), "n_train": len(parts[0].train)}
            write_json(path, {"predicted": predicted, "ids": ids_hash(parts), **settings, "scores": found})


def task_of(name: str, data_dir: str | None) -> Task:
    """Give a task on the public data."""
    return TASKS.build(name, **({"root": data_dir} if data_dir else {}))


def parts_of(name: str, task: Task, *, choose: bool) -> list[Part]:
    """Give the parts of a task; to choose on, the first is parted again and its dev examples are left out."""
    parts = folds(list(task.read("train"))) if name == "pubmedqa" else [relations(name, task)]
    if not choose:
        return parts
    train = parts[0].train
    inner = [example for example in train if share(example, "choose") < DEV_SHARE]
    left = [example for example in train if share(example, "choose") >= DEV_SHARE]
    return [Part(train=left, dev=inner)]


def relations(name: str, task: Task) -> Part:
    """Part a relation task by document."""
    train = list(task.read("train"))
    if name == "chemprot":
        dev = list(task.read("dev"))
    else:
        dev = [example for example in train if share(example, "dev") < DEV_SHARE]
        train = [example for example in train if share(example, "dev") >= DEV_SHARE]
    return Part(train=some(train, N_TRAIN[name]), dev=some(dev, N_DEV[name]))


def folds(examples: Sequence[Example]) -> list[Part]:
    """Part questions into folds, each with its share of every answer."""
    seen: Counter[str] = Counter()
    numbers = {}
    for example in sorted(examples, key=lambda example: share(example, "fold")):
        numbers[example.id] = seen[example.label] % FOLDS
        seen[example.label] += 1
    return [
        Part(
            train=[example for example in examples if numbers[example.id] != fold],
            dev=[example for example in examples if numbers[example.id] == fold],
        )
        for fold in range(FOLDS)
    ]


def share(example: Example, purpose: str) -> float:
    """Draw a number from 0 to 1 for the document of an example, the same each time."""
    drawn = hashlib.sha256(f"{purpose} {example.group or example.id}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") / 2**64


def some(examples: Sequence[Example], n: int) -> list[Example]:
    """Take whole documents until there are n examples."""
    taken: list[Example] = []
    by_document: dict[str, list[Example]] = {}
    for example in examples:
        by_document.setdefault(example.group, []).append(example)
    for document in sorted(by_document, key=lambda name: share(by_document[name][0], "some")):
        if len(taken) >= n:
            break
        taken += by_document[document]
    return taken


def shortened(part: Part, limit: int | None) -> Part:
    """Leave a few examples of a part, to try this out."""
    return Part(train=part.train[:limit], dev=part.dev[:limit])


def learner_of(options: argparse.Namespace, index: int) -> Learner:
    """Build the learner of an arm."""
    given = {name: json.loads(value) for name, _, value in (item.partition("=") for item in options.set)}
    tuned = {**TUNED[options.task], **given}
    frozen = {"max_tokens": 256, **given}
    if options.arm == PRETRAINED:
        return EncoderLearner(
            **{"model": str(options.encoder), "learning_rate": RATES[PRETRAINED], **tuned}, fine_tune=True
        )
    if options.arm == RANDOM:
        model = str(random_like(options.encoder, options.work / f"random-{index}", seed=index))
        return EncoderLearner(**{"model": model, "learning_rate": RATES[RANDOM], **tuned}, fine_tune=True)
    if options.arm == FROZEN:
        return EncoderLearner(model=str(options.encoder), **frozen)
    if options.arm == RANDOM_FROZEN:
        return EncoderLearner(
            model=str(random_like(options.encoder, options.work / f"random-{index}", seed=index)), **frozen
        )
    return {WORDS: LinearLearner(**given), TFIDF: TfidfLearner(**given), MAJORITY: MajorityLearner()}[options.arm]


def random_like(folder: Path, out: Path, *, seed: int) -> Path:
    """Make an encoder of the same shape and tokenizer with weights that nothing was learnt by."""
    if (out / "config.json").is_file():
        return out
    import torch
    from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer

    with torch.random.fork_rng():
        torch.manual_seed(derive_seed(SEED, "random", seed))
        AutoModelForMaskedLM.from_config(AutoConfig.from_pretrained(folder)).save_pretrained(out)
    AutoTokenizer.from_pretrained(folder).save_pretrained(out)
    return out


@dataclass(frozen=True, kw_only=True)
class TfidfLearner:
    """A linear support vector machine on tf-idf of words and pairs of words, the arguments of a relation blinded."""

    inverse_penalty: float = 1.0
    class_weight: str = "balanced"

    def fit(self, examples: Sequence[Example], *, seed: int) -> Predictor:
        """Fit a classifier."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        weight = None if self.class_weight == "none" else self.class_weight
        classifier = LinearSVC(C=self.inverse_penalty, class_weight=weight, random_state=seed % 2**32)
        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), classifier)
        model.fit([plain(example) for example in examples], [example.label for example in examples])
        return lambda given: [str(label) for label in model.predict([plain(example) for example in given])]


def plain(example: Example) -> str:
    """Give the text of an example for a model of words."""
    return f"{example.question} {example.text}" if example.question is not None else blinded(example)


def encoder_hash(options: argparse.Namespace) -> str:
    """Give the hash of the encoder's weights, for the results."""
    weights = options.encoder / "model.safetensors"
    return hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else ""


def ids_hash(parts: Sequence[Part]) -> str:
    """Give the hash of the examples that were fitted and predicted."""
    ids = [example.id for part in parts for example in (*part.train, *part.dev)]
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


def compare(options: argparse.Namespace) -> dict[str, object]:
    """Compare the arms of every task that was fitted."""
    results: dict[str, object] = {}
    scores: list[Score] = []
    for folder in sorted(path for path in options.work.iterdir() if path.name in TASKS):
        task = task_of(folder.name, options.data_dir)
        parts = parts_of(folder.name, task, choose=False)
        runs = list(runs_of(folder, ids_hash(parts)))
        dev = [example for part in parts for example in part.dev]
        found = Comparison(runs=runs, test=dev, metrics=task.metrics, seed=SEED, questions=QUESTIONS)
        results[folder.name] = {
            "n_train": len(parts[0].train),
            "n_dev": len(dev),
            "rows": [asdict(row) for row in found.rows],
            "contrasts": [{**asdict(contrast), "words": contrast.words} for contrast in found.contrasts],
        }
        tell(folder.name, found)
        scores += scores_of(folder.name, found)
    if options.card:
        add_scores(options.card, scores)
    return {"tasks": results, "rates": RATES, "tuned": TUNED, "versions": extras.versions()}


def runs_of(folder: Path, ids: str) -> Iterator[Run]:
    """Read what the arms of a task predicted, for the same examples."""
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["ids"] != ids:
            sys.exit(f"{path} was fitted to other examples; remove it and fit again")
        arm, _, index = path.stem.rpartition("-")
        yield Run(
            setting=arm,
            learner=arm,
            seed=int(index),
            predicted=tuple(kept["predicted"]),
            n_train=kept["n_train"],
            rows_hash=ids,
        )


def scores_of(name: str, found: Comparison) -> Iterator[Score]:
    """Put the main metric of the encoder's arms for its card, each beside what it has to beat."""
    rows = {row.setting: row.estimate for row in found.rows if row.seed is None and row.metric == found.metrics[0].name}
    for arm, against in QUESTIONS:
        if arm in rows and against in rows:
            told = "frozen" if arm == FROZEN else "fine-tuned"
            how = Measuring(data=DATA[name], seed=SEED, command=f'{COMMAND} {name} "{arm}" --work DIR')
            yield score(f"{found.metrics[0].name}, {told}", rows[arm], how, baseline=(against, rows[against]))


def tell(name: str, found: Comparison) -> None:
    """Print the table of a task."""
    for row in found.rows:
        if row.seed is None:
            found_here = row.estimate
            interval = f"[{found_here.low:.3f}, {found_here.high:.3f}]"
            print(f"{name} | {row.setting} | {row.metric} | {found_here.value:.3f} {interval}")
    for contrast in found.contrasts:
        print(f"{name} | {contrast.words}")


if __name__ == "__main__":
    main()
