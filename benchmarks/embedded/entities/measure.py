"""Measure the recognizer of chemicals and diseases; each part is a command, and its numbers go to results.json.

    python benchmarks/embedded/entities/measure.py test [--model embedded] [--as shipped]
    python benchmarks/embedded/entities/measure.py dictionary
    python benchmarks/embedded/entities/measure.py notes [--model embedded]
    python benchmarks/embedded/entities/measure.py speed [--model embedded]
    python benchmarks/embedded/entities/measure.py card --card clinsynth/embedded/entities

README.md says what each part measures.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clinsynth.checks.entities import EntitiesCheck
from clinsynth.checks.parsing import blank, parsed
from clinsynth.checks.recognizing import load_recognizer
from clinsynth.data import data_root
from clinsynth.data.entities import Entity, Sentence
from clinsynth.data.splits import read_notes
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.records import Note
from clinsynth.storage import write_json
from clinsynth.training.entities.dictionary import by_names, named
from clinsynth.training.entities.marked import TYPES, Marked
from clinsynth.training.entities.names import COMPONENT
from clinsynth.training.entities.scoring import Finder, Match, entities_of, matches, on_text, on_words
from clinsynth.training.model_card import Measuring, Score, add_scores, score
from clinsynth.workflows.shipped import SHIPPED_DIR

RESULTS = Path(__file__).with_name("results.json")
COMMAND = "python benchmarks/embedded/entities/measure.py"
SEED = 7
TESTS: Mapping[str, Sequence[str]] = {"bc5cdr-entities": TYPES, "ncbi-disease": ("DISEASE",)}
TITLES = {"bc5cdr-entities": "BC5CDR test", "ncbi-disease": "NCBI-disease test"}
NOTES = "eval split of MTSamples, names of the ontology as silver labels"
BASELINE = "names of the ontology, as written"
ROUNDS = 7
TIMED_NOTES = 60


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one part and keep its numbers, or put what is kept on a card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "card"])
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--as", dest="name", default="shipped", help="under which name the numbers are kept")
    parser.add_argument("--card", type=Path, default=SHIPPED_DIR / "entities")
    options = parser.parse_args(arguments)
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    if options.part == "card":
        add_scores(options.card, (each for part in CARDS.values() for each in part(results)))
        return
    found = PARTS[options.part](options.model)
    key = options.part if options.name == "shipped" else f"{options.part} {options.name}"
    results[key] = found
    write_json(RESULTS, results)


def measured_test(model: str) -> dict[str, Any]:
    """Compare with the marks of the test parts, in natural text and in the words of the data set."""
    pipeline = load_recognizer(model)
    ways: Mapping[str, Callable[..., Finder]] = {"text": on_text, "words": on_words}
    return {
        way: {name: _matches(name, finder(pipeline, types)) for name, types in TESTS.items()}
        for way, finder in ways.items()
    }


def measured_dictionary(_: str) -> dict[str, Any]:
    """Compare the names of the ontology with the marks of the test parts."""
    finder = MentionFinder(load_ontology("core"))
    return {"text": {name: _matches(name, by_names(finder, types)) for name, types in TESTS.items()}}


def _matches(dataset: str, find: Finder) -> dict[str, Any]:
    sentences: list[Sentence] = Marked(data_root()).read(dataset, "test")
    found: Mapping[str, Match] = matches(sentences, find, TESTS[dataset], seed=SEED)
    return {name: asdict(match) for name, match in found.items()}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One note: what the recognizer finds, and what the ontology names in it."""

    found: frozenset[Entity]
    named: frozenset[Entity]

    def touched(self) -> tuple[int, int]:
        """Count what is found of what is named, and named of what is found, where one overlaps the other."""
        return _overlapping(self.named, self.found), _overlapping(self.found, self.named)


def _overlapping(those: frozenset[Entity], others: frozenset[Entity]) -> int:
    return sum(any(one.type == two.type and one.span.overlaps(two.span) for two in others) for one in those)


def measured_notes(model: str) -> dict[str, Any]:
    """Compare with the ontology's names in real notes, and count what the check would report."""
    notes = list(read_notes("mtsamples", "eval"))
    seen = list(_seen(notes, model))
    exact = [(len(each.found & each.named), len(each.found), len(each.named)) for each in seen]
    loose = [each.touched() for each in seen]

    def ratio(part: Sequence[int], whole: Sequence[int]) -> dict[str, Any]:
        return asdict(
            bootstrap(
                lambda rows: sum(part[row] for row in rows) / max(1, sum(whole[row] for row in rows)),
                len(notes),
                seed=SEED,
            )
        )

    right, n_found, n_named = (list(column) for column in zip(*exact, strict=True))
    unknown = _unknown(notes, model)
    n_words = [len(note.text.split()) for note in notes]
    return {
        "exact": {
            "f1": ratio([2 * each for each in right], [a + b for a, b in zip(n_found, n_named, strict=True)]),
            "recall": ratio(right, n_named),
            "precision": ratio(right, n_found),
        },
        "overlapping": {
            "recall": ratio([each[0] for each in loose], n_named),
            "precision": ratio([each[1] for each in loose], n_found),
        },
        "unknown mentions": {
            "for 1,000 words": ratio([1000 * len(each) for each in unknown], n_words),
            "by type": Counter(code for each in unknown for code in each),
        },
        "n_notes": len(notes),
    }


def _seen(notes: Sequence[Note], model: str) -> Iterator[Seen]:
    pipeline, finder = load_recognizer(model), MentionFinder(load_ontology("core"))
    if COMPONENT in pipeline.pipe_names:
        pipeline.remove_pipe(COMPONENT)  # what an ontology's names find would be measured by themselves
    for note in notes:
        found = entities_of(pipeline(note.text), TYPES)
        yield Seen(found=frozenset(found), named=frozenset(named(finder, note.text)))


def _unknown(notes: Sequence[Note], model: str) -> list[list[str]]:
    findings = EntitiesCheck(model=model)([parsed(note) for note in notes])
    scored = {0.5: "CHEMICAL", 0.3: "DISEASE"}
    return [[scored[each.score] for each in here if each.code == "entities/unknown-mention"] for here in findings]


def measured_speed(model: str) -> dict[str, Any]:
    """Time the recognizer beside the tokenizer alone, in turns, on one core; words are parted by blanks."""
    texts = [note.text for note in read_notes("mtsamples", "eval")][:TIMED_NOTES]
    n_words = sum(len(text.split()) for text in texts)
    pipelines = {"recognizer": load_recognizer(model), "scispaCy's tokenizer alone": blank()}
    speeds: dict[str, list[float]] = {name: [] for name in pipelines}
    for _ in range(ROUNDS):
        for name, pipeline in pipelines.items():
            begun = time.process_time()  # of this process: the machine does other work
            for _doc in pipeline.pipe(texts):
                pass
            speeds[name].append(n_words / (time.process_time() - begun))
    return {
        name: {
            "words a second": asdict(bootstrap(_median_of(values), len(values), seed=SEED)),
            "rounds": values,
        }
        for name, values in speeds.items()
    }


def _median_of(values: Sequence[float]) -> Callable[[Any], float]:
    return lambda rows: statistics.median(values[row] for row in rows)


def _estimate(told: Mapping[str, Any]) -> Estimate:
    return Estimate(**told)


def _test_scores(results: Mapping[str, Any]) -> Iterator[Score]:
    names = {"all": "both types", "CHEMICAL": "chemicals", "DISEASE": "diseases"}
    for way, told in (("text", ""), ("words", " on the data set's own words")):
        for dataset, found in results["test"][way].items():
            for type_ in (each for each in names if each in found):
                match, what = found[type_], names[type_] if dataset == "bc5cdr-entities" else "diseases"
                how = Measuring(data=TITLES[dataset], seed=SEED, command=f"{COMMAND} test")
                other = results["dictionary"]["text"][dataset][type_]["f1"]
                yield score(
                    f"F1, {what}, exact{told}",
                    _estimate(match["f1"]),
                    how,
                    baseline=(BASELINE, _estimate(other)),
                )


def _note_scores(results: Mapping[str, Any]) -> Iterator[Score]:
    nothing = Estimate(value=0.0, low=0.0, high=0.0, n=results["notes"]["n_notes"])
    how = Measuring(data=NOTES, seed=SEED, command=f"{COMMAND} notes")
    yield score(
        "F1 with names of the ontology in notes, exact",
        _estimate(results["notes"]["exact"]["f1"]),
        how,
        baseline=("finding nothing", nothing),
    )


def _speed_scores(results: Mapping[str, Any]) -> Iterator[Score]:
    how = Measuring(data="60 notes of the eval split of MTSamples", seed=SEED, command=f"{COMMAND} speed")
    peer = "scispaCy's tokenizer alone"
    yield score(
        "words a second on one core, median",
        _estimate(results["speed"]["recognizer"]["words a second"]),
        how,
        baseline=(peer, _estimate(results["speed"][peer]["words a second"])),
    )


PARTS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "test": measured_test,
    "dictionary": measured_dictionary,
    "notes": measured_notes,
    "speed": measured_speed,
}
CARDS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Score]]] = {
    "test": _test_scores,
    "notes": _note_scores,
    "speed": _speed_scores,
}


if __name__ == "__main__":
    main()
