"""Measure the recognizer of names on lists and frames that nothing was trained or chosen on, beside patterns.

python benchmarks/embedded/names/measure.py --out results.json [--model FOLDER] [--data-dir DATA] [--card FOLDER]
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from external import asq_phi, presidio_research

from clinsynth.checks.parsing import parsed
from clinsynth.checks.phi import PhiCheck
from clinsynth.checks.phi.trained_name import load_names
from clinsynth.config import read_yaml
from clinsynth.data.splits import read_notes
from clinsynth.estimates import Estimate
from clinsynth.records import Note
from clinsynth.storage import write_json
from clinsynth.training.model_card import Measuring, add_scores, score
from clinsynth.training.names import measuring
from clinsynth.training.names.marking import LABELS, Marked
from clinsynth.training.names.measuring import EVERY, Finder, Name

SEED = 7
DATASETS = ("mtsamples", "aci-bench")
LABEL_OF = {"phi/name": "PERSON", "phi/place": "PLACE", "phi/address": "PLACE", "phi/organisation": "ORGANISATION"}
COMMAND = "python benchmarks/embedded/names/measure.py --out results.json"
DATA = "eval split of MTSamples and aci-bench with names of unseen lists put in by unseen frames"
TITLES = {"model": "the pipeline alone", "check": "the check phi with it", "patterns": "name.py and address.py alone"}


def main() -> None:
    """Measure, write the results, and put them on the card if one is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--card", type=Path)
    parser.add_argument("--finders", nargs="+", help="some of them; what the results hold of the others stays")
    given = parser.parse_args()
    finders: dict[str, Callable[[], Finder]] = {
        "model": lambda: by_pipeline(given.model),
        "check": lambda: by_check(PhiCheck(names=given.model)),
        "patterns": lambda: by_check(PhiCheck(names=None)),
        "presidio": lambda: by_presidio,
    }
    texts = list(measuring.held_out_texts(DATASETS, seed=SEED, root=given.data_dir))
    results: dict[str, Any] = json.loads(given.out.read_text()) if given.finders and given.out.is_file() else {}
    for name in given.finders or finders:
        finder = finders[name]()
        found = [without_own(text, names) for text, names in zip(texts, finder([t.text for t in texts]), strict=True)]
        results.setdefault("held out", {})[name] = compared(texts, found)
        results.setdefault("eponyms", {})[name] = eponyms(finder, given.data_dir)
        results.setdefault("elsewhere", {})[name] = elsewhere(finder, given.data_dir)
        results.setdefault("untouched", {})[name] = untouched(finder, given.data_dir)
        write_json(given.out, results)
    if "model" in results["held out"]:
        results["speed"] = speed(given.model, given.data_dir)
    write_json(given.out, results)
    if given.card:
        put_on_card(given.card, results)


def without_own(text: Marked, names: Sequence[Name]) -> list[Name]:
    """Leave out what was found of the names that stood in the note before any were put in."""
    own = _own_names()
    return [
        name
        for name in names
        if any(start < name[1] and name[0] < end for start, end, _, _ in text.spans)
        or text.text[name[0] : name[1]].casefold() not in own
    ]


@cache
def _own_names() -> frozenset[str]:
    content = read_yaml(Path(__file__).with_name("eval_names.yaml"))
    return frozenset(name.casefold() for lines in content.values() for line in lines for name in line.split("|"))


def by_pipeline(model: str) -> Finder:
    """Find by the spaCy pipeline alone."""
    pipeline = load_names(model)

    def find(texts: Sequence[str]) -> list[list[Name]]:
        return [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in pipeline.pipe(texts)]

    return find


def by_check(check: PhiCheck) -> Finder:
    """Find by the check; what it finds besides names and places is left out."""

    def find(texts: Sequence[str]) -> list[list[Name]]:
        notes = [parsed(Note(id=str(at), text=text)) for at, text in enumerate(texts)]
        return [
            [(f.span.start, f.span.end, LABEL_OF[f.code]) for f in findings if f.span and f.code in LABEL_OF]
            for findings in check(notes)
        ]

    return find


def by_presidio(texts: Sequence[str]) -> list[list[Name]]:
    """Find by what Presidio has without a model: its default patterns, whatever they take a name for."""
    from presidio_analyzer import AnalyzerEngine

    from clinsynth.checks.phi.engine import DocEngine

    engine = AnalyzerEngine(nlp_engine=DocEngine(), supported_languages=["en"])
    return [[(r.start, r.end, r.entity_type) for r in engine.analyze(text, "en")] for text in texts]


def compared(texts: Sequence[Marked], found: Sequence[Sequence[Name]]) -> dict[str, Any]:
    """Give recall and precision by token and by name."""
    tokens, names = measuring.by_token(texts, found), measuring.by_name(texts, found)
    return {
        "recall by token": {key: shown(measuring.recall(tokens, key, seed=SEED)) for key in measuring.keys(tokens)},
        "precision by token": {key: shown(measuring.precision(tokens, key, seed=SEED)) for key in (EVERY, *LABELS)},
        "recall by name": {key: shown(measuring.recall(names, key, seed=SEED)) for key in (EVERY, *LABELS)},
        "precision by name": {key: shown(measuring.precision(names, key, seed=SEED)) for key in (EVERY, *LABELS)},
        "names marked": sum(tally.marked[EVERY] for tally in names),
    }


def eponyms(finder: Finder, root: Path | None) -> dict[str, Any]:
    """Give how often names of things are taken for names, of those no training text held and of the others."""
    base = (note.text for dataset in (*DATASETS, "mts-dialog") for note in read_notes(dataset, "base", root))
    unseen, seen = measuring.unseen_eponyms(base)
    told = {}
    for name, listed in (("unseen", unseen), ("seen", seen)):
        texts = measuring.eponym_texts(listed, seed=SEED)
        told[name] = shown(measuring.eponyms_mistaken(texts, finder([text.text for text in texts])))
    return told


def untouched(finder: Finder, root: Path | None) -> dict[str, Any]:
    """Count what is flagged in the notes of the eval split as they are; what it was is told in README.md."""
    told: dict[str, Any] = {}
    for dataset in DATASETS:
        texts = [note.text for note in read_notes(dataset, "eval", root)]
        told[dataset] = {
            "notes": len(texts),
            "words": sum(len(text.split()) for text in texts),
            **measuring.label_counts(finder(texts)),
        }
    return told


def elsewhere(finder: Finder, root: Path | None) -> dict[str, Any]:
    """Give what is found in data that others wrote; it measures only."""
    told = {}
    for name, texts in (("ASQ-PHI", asq_phi(root)), ("synth_dataset_v2", presidio_research(root))):
        told[name] = compared(texts, finder([text.text for text in texts]))
    return told


def speed(model: str, root: Path | None) -> dict[str, float]:
    """Time one core: words a second of the pipeline, notes a second of the check with and without it."""
    texts = [note.text for note in read_notes("mtsamples", "eval", root)]
    n_words = sum(len(text.split()) for text in texts)
    timed = {
        "words a second, pipeline": (by_pipeline(model), n_words),
        "notes a second, check": (by_check(PhiCheck(names=model)), len(texts)),
        "notes a second, check without it": (by_check(PhiCheck(names=None)), len(texts)),
    }
    told = {}
    for name, (finder, n) in timed.items():
        finder(texts[:2])
        start = time.process_time()
        finder(texts)
        told[name] = round(n / (time.process_time() - start), 1)
    return told


def shown(found: Estimate | None) -> Mapping[str, Any] | None:
    """Give an estimate as JSON has it, rounded to what its interval bears."""
    if found is None:
        return None
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(found).items()}


def put_on_card(folder: Path, results: Mapping[str, Any]) -> None:
    """Put the headline numbers on the model's card, beside the patterns alone."""
    how = Measuring(data=DATA, seed=SEED, command=COMMAND)
    held = results["held out"]
    scores = [
        score(f"{what}: {key}", estimate(held["model"][what][key]), how, baseline=(TITLES["patterns"], other))
        for what, key in _headlines()
        for other in [estimate(held["patterns"][what][key])]
    ]
    things = Measuring(data="things named after people, in unseen frames", seed=SEED, command=COMMAND)
    mistaken = results["eponyms"]
    scores += [
        score(
            f"eponyms taken for names: {key}",
            estimate(mistaken["model"][key]),
            things,
            baseline=(TITLES["patterns"], estimate(mistaken["patterns"][key])),
        )
        for key in ("unseen", "seen")
    ]
    add_scores(folder, scores)


def _headlines() -> Iterator[tuple[str, str]]:
    for what in ("recall by token", "precision by token", "recall by name", "precision by name"):
        yield from ((what, key) for key in (EVERY, *LABELS))


def estimate(told: Mapping[str, Any] | None) -> Estimate:
    """Read an estimate back; where nothing was found, a share of nothing is told as 0 of 1."""
    return Estimate(**told) if told else Estimate(value=0.0, low=0.0, high=1.0, n=1)


if __name__ == "__main__":
    main()
    print(json.dumps({"done": True}))
