"""Measure the embedded language model; each part is a command, and its scores go to one file and, if wanted, to a card.

    python benchmarks/embedded/lm/measure.py bits [--model lm] [--n 200]
    python benchmarks/embedded/lm/measure.py run RUN
    python benchmarks/embedded/lm/measure.py copies RUN
    python benchmarks/embedded/lm/measure.py variety RUN
    python benchmarks/embedded/lm/measure.py notes RUN [RUN ...] --samples FILE.md

RUN is the folder of a `clinsynth run`, its `work` folder included. README.md says what each part measures.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median

import facts
from bits import BARE, PROMPTED, UNTOLD, scored
from copies import K, Training, training_of
from kneser_ney import fit
from pydantic import JsonValue
from results_page import write_tables
from runs import Run, paired
from texts import MEASURED, fewest, measured_notes, read_documents, told
from variety import matched

from clinsynth import extras
from clinsynth.checkpoints import context_length, load_model, load_tokenizer
from clinsynth.checks import CHECKS
from clinsynth.config import load_config, needed
from clinsynth.data import data_root
from clinsynth.data.splits import note_clusters, read_notes
from clinsynth.estimates import Estimate, mean, proportion
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.prompts.framing import note_type_title
from clinsynth.records import Note
from clinsynth.seeds import derive_seed
from clinsynth.storage import write_json, write_text
from clinsynth.training.model_card import Measuring, Score, add_scores, score
from clinsynth.workflows.shipped import SHIPPED_DIR

RESULTS = Path(__file__).with_name("results.json")
SCRIPT = "benchmarks/embedded/lm/measure.py"
N_CONTROLS = 20
N_PLANTED_WORDS = 60
REAL = "real notes of the eval split"
COPIED = f"notes with a run of {K} words that one training cluster alone holds"
LONGEST = "longest run of words that a note has in common with a training note"
_NOTHING = Estimate(value=0.0, low=0.0, high=0.0, n=1)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A part that is asked for, and how."""

    options: argparse.Namespace
    root: Path
    seed: int
    command: str

    def how(self, data: str) -> Measuring:
        """Say what a score is measured on."""
        return Measuring(data=data, seed=self.seed, command=self.command)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a part measured; `memorisation` in words."""

    scores: list[Score]
    memorisation: dict[str, JsonValue] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure a part, keep its scores, and show them."""
    options = parse(arguments)
    job = Job(
        options=options,
        root=data_root(options.data_dir),
        seed=options.seed,
        command=command_of(sys.argv[1:] if arguments is None else arguments),
    )
    found = PARTS[options.part](job)
    if found.scores:
        keep(options.out, found)
    for folder in options.card:
        add_scores(folder, found.scores, memorisation=found.memorisation)
    for each in found.scores:
        print(f"{each.name} | {each.data} | {each.estimate} | {each.baseline.name}: {each.baseline.value:.3f}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    for name in PARTS:
        part = parts.add_parser(name)
        if name != "bits":
            part.add_argument("runs", nargs="+", type=Path, metavar="RUN")
        part.add_argument("--seed", type=int, default=7)
        part.add_argument("--data-dir", type=Path)
        part.add_argument("--out", type=Path, default=RESULTS)
        part.add_argument(
            "--card", type=Path, action="append", default=[], help="the folder of a model whose card takes the scores"
        )
        if name == "bits":
            part.add_argument("--model", default="lm", help="a folder, or a model that ships")
            part.add_argument("--recipe", default="pretrain.yaml", help="what the model was trained by")
            part.add_argument("--n", type=int, default=200, help="notes of each data set")
            part.add_argument("--gram-tokens", type=int, help="at most so many for the n-gram models")
        if name in {"copies", "variety"}:
            part.add_argument("--trained-on", nargs="+", default=["base"], help="splits of the notes that were read")
        if name == "notes":
            part.add_argument("--n", type=int, default=20)
            part.add_argument("--samples", type=Path, required=True)
    return parser.parse_args(arguments)


def command_of(arguments: Sequence[str]) -> str:
    """Give the command without the places of this machine: of a path only its name."""
    hidden = {"--data-dir", "--out", "--card", "--samples"}
    words: list[str] = []
    for place, word in enumerate(arguments):
        if word.partition("=")[0] in hidden or (place and arguments[place - 1] in hidden):
            continue
        words.append(Path(word).name if "/" in word else word)
    return shlex.join(["python", SCRIPT, *words])


def keep(path: Path, found: Found) -> None:
    """Put scores in the file of results and in the tables beside it; one of the same name, data and baseline goes."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"scores": [], "memorisation": {}}
    known = {_key(each): each for each in (*before["scores"], *(each.model_dump(mode="json") for each in found.scores))}
    memorisation = before["memorisation"] | found.memorisation
    scores = list(known.values())
    write_json(path, {"scores": scores, "memorisation": memorisation, "versions": extras.versions()})
    write_tables(path.with_name("README.md"), scores, memorisation)


def _key(row: dict[str, object]) -> tuple[object, ...]:
    baseline = row["baseline"]
    return row["name"], row["data"], baseline["name"] if isinstance(baseline, dict) else baseline


def bits(job: Job) -> Found:
    """Measure bits a character on notes that nothing was trained on."""
    return Found(scores=list(_bits(job)))


def _bits(job: Job) -> Iterator[Score]:
    folder = SHIPPED_DIR / job.options.model
    name = str(folder if folder.is_dir() else job.options.model)
    model, tokenizer = load_model(name, dtype="float32"), load_tokenizer(name)
    config = load_config(job.options.recipe)
    recipe = needed(config.pretrain, name="pretrain", command="pretrain")
    start = int(tokenizer.eos_token_id)
    read = read_documents(recipe, tokenizer, root=job.root, seed=config.seed, start=start)
    of_notes = fewest(read["notes"], job.options.gram_tokens)
    of_both = [*of_notes, *fewest(read["articles"], job.options.gram_tokens)]
    grams = {
        "5-gram Kneser-Ney on its notes": fit(of_notes, vocabulary=len(tokenizer)),
        "5-gram Kneser-Ney on its notes and articles": fit(of_both, vocabulary=len(tokenizer)),
    }
    for dataset in MEASURED:
        notes = measured_notes(dataset, root=job.root, n=job.options.n, seed=job.seed)
        sections = list(told(notes, seed=job.seed))
        found = scored(sections, model, tokenizer, grams, context=context_length(model) or recipe.context)
        how = job.how(f"{dataset}, {'official valid' if dataset == 'aci-bench' else 'eval split'}")
        for way, against in _compared(tuple(grams)):
            beside = (against, found.bits(against, seed=job.seed))
            yield score(f"bits a character, {way}", found.bits(way, seed=job.seed), how, baseline=beside)
            change = found.difference(way, against, seed=job.seed)
            yield score(f"bits a character, {way}, less those {against}", change, how, baseline=("none", _NOTHING))


def _compared(grams: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield PROMPTED, UNTOLD
    yield PROMPTED, BARE
    for gram in grams:
        yield PROMPTED, gram
        yield UNTOLD, gram


def run(job: Job) -> Found:
    """Measure facts stated and made up before filtering, and the yield after it."""
    return Found(scores=[each for folder in job.options.runs for each in _run(job, Run(folder))])


def _run(job: Job, run: Run) -> Iterator[Score]:
    finder = MentionFinder(load_ontology(run.config.ontology))
    how = job.how(run.described())
    own, chance = facts.shares_stated(run, finder, seed=job.seed)
    yield score("facts stated by the model, before filtering", own, how, baseline=("facts of another case", chance))
    check = CHECKS.build("entities", ontology=run.config.ontology)
    for kind, (own, chance) in facts.made_up(paired(run.first), check, seed=job.seed).items():
        name = f"{kind}s made up in a note, before filtering"
        yield score(name, own, how, baseline=("judged by another case", chance))
    for within in sorted({1, run.config.writing.attempts}):
        words = f"within {within} attempt{'s' if within > 1 else ''}"
        name = f"cases of {facts.N_FACTS} facts or more accepted {words} with {facts.N_NARRATED} of them in narrative"
        for counting, with_age_and_sex in {"": True, ", age and sex not counted": False}.items():
            own = facts.yielded(run, within, with_age_and_sex=with_age_and_sex)
            chance = facts.yielded_by_chance(run, within, finder, with_age_and_sex=with_age_and_sex)
            yield score(f"{name}{counting}", own, how, baseline=("facts of another case", chance))
    last, first = facts.accepted(run, run.config.writing.attempts), facts.accepted(run, 1)
    name = f"cases accepted within {run.config.writing.attempts} attempts"
    yield score(name, last, how, baseline=("within 1 attempt", first))


def copies(job: Job) -> Found:
    """Look for training notes in what was written, before filtering and after, with controls both ways."""
    trained = [
        note for split in job.options.trained_on for name in MEASURED for note in read_notes(name, split, job.root)
    ]
    training = training_of(trained, note_clusters(job.root))
    real = [note.text for note in read_notes("mtsamples", "eval", job.root)]
    copying = _Copying(job=job, training=training, real=real)
    scores: list[Score] = []
    words: dict[str, JsonValue] = {}
    for folder in job.options.runs:
        made = Run(folder)
        before = [item.note for item in made.first]
        kept = list(made.accepted(made.config.writing.attempts).values())
        for which, listed in {"before filtering": before, "accepted": kept}.items():
            if listed:
                found = copying.of([note.text for note in listed], data=f"{made.described()}; {which}")
                scores += found.scores
                words |= found.memorisation
        whole = [note for note in trained if len(note.text.split()) > N_PLANTED_WORDS]
        scores.append(copying.control(before, _chosen(whole, N_CONTROLS, job.seed), data=made.described()))
    return Found(scores=scores, memorisation=words)


@dataclass(frozen=True, kw_only=True)
class _Copying:
    """What was trained on, and real notes that were not."""

    job: Job
    training: Training
    real: Sequence[str]

    @cached_property
    def _longest_of_real(self) -> list[int]:
        return self.training.longest(self.real)

    def _share(self, texts: Sequence[str]) -> Estimate:
        return proportion(sum(self.training.n_copied(text) > 0 for text in texts), len(texts))

    def of(self, texts: Sequence[str], *, data: str) -> Found:
        """Measure what notes copy, beside what unseen real notes have in common with those trained on."""
        how, seed = self.job.how(data), self.job.seed
        longest, of_real = self.training.longest(texts), self._longest_of_real
        scores = [
            score(COPIED, self._share(texts), how, baseline=(REAL, self._share(self.real))),
            score(LONGEST, mean(longest, seed=seed), how, baseline=(REAL, mean(of_real, seed=seed))),
        ]
        said = f"median {median(longest):g}, at most {max(longest)} (real notes: {median(of_real):g}, {max(of_real)})"
        return Found(scores=scores, memorisation={f"{LONGEST}, {data}": said})

    def control(self, notes: Sequence[Note], planted: Sequence[Note], *, data: str) -> Score:
        """Look for training notes that were put below what was written: they have to be found."""
        texts = [f"{notes[place % len(notes)].text}\n\n{note.text}" for place, note in enumerate(planted)]
        how = self.job.how(f"{data}; a training note put below each of {len(planted)}")
        return score(COPIED, self._share(texts), how, baseline=(REAL, self._share(self.real)))


def variety(job: Job) -> Found:
    """Measure distinct-n and self-BLEU of accepted notes beside real ones."""
    return Found(scores=list(_variety(job)))


def _variety(job: Job) -> Iterator[Score]:
    real = list(read_notes("mtsamples", "eval", job.root))
    for folder in job.options.runs:
        made = Run(folder)
        notes = made.accepted(made.config.writing.attempts).values()
        pairs = matched(notes, real, seed=job.seed)
        lengths = {"whole notes": pairs, "cut to the same words": pairs.cut()}
        for length, each in lengths.items():
            how = job.how(f"{made.described()}; accepted, matched by type, {length}")
            for name, (ours, theirs) in each.diversity(seed=job.seed).items():
                yield score(name, ours, how, baseline=(REAL, theirs))
            change = each.self_bleu_difference(seed=job.seed)
            yield score("self_bleu_4 less that of real notes", change, how, baseline=("none", _NOTHING))


def notes(job: Job) -> Found:
    """Write notes picked by seed to a page; there is nothing to score."""
    made = [Run(folder) for folder in job.options.runs]
    pages = [f"## Notes picked by seed {job.seed}\n\nAll were accepted; nobody chose among them."]
    for place, each in enumerate(made):
        share = (job.options.n + place) // len(made)
        kept = list(each.accepted(each.config.writing.attempts).values())
        pages += [_page(note, each.config.name) for note in _chosen(kept, share, job.seed)]
    write_text(job.options.samples, "\n\n".join(pages) + "\n")
    return Found(scores=[])


def _page(note: Note, run: str) -> str:
    heading = f"### {run} {note.id}: {note_type_title(note.note_type)}, {note.specialty}"
    return f"{heading}\n\n```\n{note.text.strip()}\n```"


def _chosen(listed: Sequence[Note], n: int, seed: int) -> list[Note]:
    return sorted(listed, key=lambda note: derive_seed(seed, "card", note.id))[:n]


PARTS: dict[str, Callable[[Job], Found]] = {
    "bits": bits,
    "run": run,
    "copies": copies,
    "variety": variety,
    "notes": notes,
}

if __name__ == "__main__":
    main()
