"""Does the narrative follow its prompt? Two attributes of a case are swapped, everything else stays, seeds included.

    python benchmarks/attribute_swap/measure.py CONFIG [--adapter DIR] --out benchmarks/attribute_swap/results.json

For each case and each pair of kinds (age and sex; condition and sex; condition and age; drug and condition) the
narrative sections are written twice: for the case, and for the same case with both attributes swapped. A pair follows
where each text states its own value of both attributes and neither states the other's; `own values` asks the first half
only. The control scores each text against the values of another, unrelated case of the plan: what chance would give.
"""

import argparse
import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clinsynth import extras
from clinsynth.checks.facts.locating import locate
from clinsynth.config import load_config
from clinsynth.estimates import Estimate, bootstrap, proportion
from clinsynth.ontology import MentionFinder, Ontology, load_ontology
from clinsynth.planning.swaps import swapped
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact, Note
from clinsynth.storage import write_json
from clinsynth.training.model_card import Measuring, Score, add_scores, score
from clinsynth.workflows.fitted import named_adapters
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.stages import Writer, build_backbone

SCRIPT = "benchmarks/attribute_swap/measure.py"
_FOLDERS = re.compile(r"(?<![\w.])/(?:[^\s,/}]+/)*")  # the absolute part of a path
PAIRS = (("age", "sex"), ("condition", "sex"), ("condition", "age"), ("medication", "condition"))


def main() -> None:
    """Write the pairs, count which follow, and write the shares."""
    options = parse()
    named = [f"writing.adapter={options.adapter}"] if options.adapter else []
    seeded = [f"seed={options.seed}"] if options.seed is not None else []
    config = load_config(options.config, [*options.set, *named, *seeded])
    adapters = named_adapters(config.writing)
    writer = Writer(
        config=config,
        attempt=0,
        adapters=adapters,
        backbone=build_backbone(config.backbone),
        template=load_template(config.writing.template),
    )
    ontology = load_ontology(config.ontology)
    cases = list(islice(plan_cases(config), options.n))
    scored = {"+".join(kinds): outcomes(cases, kinds, writer, ontology) for kinds in PAIRS}
    results = {pair: shares(found) for pair, found in scored.items()} | {"all": pooled(scored.values(), config.seed)}
    if options.card is not None:
        how = Measuring(
            data=f"{config.name}: {options.n} cases planned from seed {config.seed}",
            seed=config.seed,
            command=command_of(options, config.seed),
        )
        add_scores(options.card, scores(results, how))
    settings = {"config": str(options.config), "seed": config.seed, "n_cases": options.n, "set": options.set}
    settings["adapters"] = adapters.hashes()
    write_json(options.out, {"shares": results, "settings": settings, "versions": extras.versions()})
    for pair, row in results.items():
        print(pair, {name: str(value) for name, value in row.items()})


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--adapter", help="a folder, or the name of one that ships")
    parser.add_argument("--n", type=int, default=60, help="cases")
    parser.add_argument("--seed", type=int, help="instead of the configuration's")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, help="the folder of a model whose card takes the shares")
    parser.add_argument("--set", action="append", default=[])
    return parser.parse_args()


def command_of(options: argparse.Namespace, seed: int) -> str:
    """Give the command that measures the same again from a checkout; of a folder elsewhere only its name."""
    given = {"--n": options.n, "--seed": seed, "--adapter": options.adapter and Path(options.adapter).name}
    words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    words += [word for setting in options.set for word in ("--set", _FOLDERS.sub("", setting))]
    return shlex.join(["python", SCRIPT, _in_checkout(Path(options.config)), *words, "--out", "shares.json"])


def _in_checkout(path: Path) -> str:
    root = Path(__file__).resolve().parents[2]
    inside = path.exists() and path.resolve().is_relative_to(root)
    return str(path.resolve().relative_to(root)) if inside else path.name


def scores(results: Mapping[str, Mapping[str, Estimate]], how: Measuring) -> Iterator[Score]:
    """Put the shares of pairs that follow on a card, beside the control."""
    for pair, row in results.items():
        name = f"pairs with both of {pair} swapped that follow, before filtering"
        yield score(name, row["follow"], how, baseline=("values of an unrelated case", row["control"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one pair.

    Attributes:
        own: Whether each text states its own value of both kinds.
        follows: Whether, besides, neither states the other's of either.
        by_chance: Whether a text states both values of an unrelated case.
    """

    case_id: str
    own: bool
    follows: bool
    by_chance: bool


COUNTED: Mapping[str, Callable[[Outcome], bool]] = {
    "follow": lambda outcome: outcome.follows,
    "own values": lambda outcome: outcome.own,
    "control": lambda outcome: outcome.by_chance,
}


def shares(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Give the shares of pairs that follow, of those that state their own values, and the control."""
    return {name: proportion(sum(map(counts, outcomes)), len(outcomes)) for name, counts in COUNTED.items()}


def pooled(groups: Iterable[Sequence[Outcome]], seed: int) -> dict[str, Estimate]:
    """Give the shares over the pairs of all kinds, with intervals over cases: the pairs of one case are much alike."""
    by_case: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in (outcome for group in groups for outcome in group):
        by_case[outcome.case_id].append(outcome)
    n_pairs = np.array([len(pairs) for pairs in by_case.values()])
    found = {}
    for name, counts in COUNTED.items():
        n_counted = np.array([sum(map(counts, pairs)) for pairs in by_case.values()])
        found[name] = bootstrap(partial(_share, n_counted, n_pairs), len(by_case), seed=seed)
    return found


def _share(n_counted: NDArray[np.int64], n_pairs: NDArray[np.int64], rows: NDArray[np.intp]) -> float:
    return float(n_counted[rows].sum() / n_pairs[rows].sum())


def outcomes(cases: Sequence[Case], kinds: Sequence[str], writer: Writer, ontology: Ontology) -> list[Outcome]:
    """Write each case that can be swapped and its counterpart, and say what came of the pair."""
    finder = MentionFinder(ontology)
    pairs = [(case, other) for case in cases if (other := both_swapped(case, kinds, ontology)) is not None]
    notes = writer.notes([case for case, _ in pairs])
    counterparts = writer.notes([other for _, other in pairs])
    found = []
    for i, ((case, other), note, counterpart) in enumerate(zip(pairs, notes, counterparts, strict=True)):
        stranger = pairs[(i + 1) % len(pairs)][0]
        own = states(note, case, kinds, finder) and states(counterpart, other, kinds, finder)
        crossed = any(
            states(note, other, [kind], finder) or states(counterpart, case, [kind], finder) for kind in kinds
        )
        by_chance = states(note, stranger, kinds, finder)
        found.append(Outcome(case_id=case.id, own=own, follows=own and not crossed, by_chance=by_chance))
    return found


def both_swapped(case: Case, kinds: Sequence[str], ontology: Ontology) -> Case | None:
    """Swap every kind; None where the case lacks one or nothing fits."""
    other: Case | None = case
    for kind in kinds:
        other = swapped(other, kind, ontology=ontology) if other else None
    return other


def states(note: Note, case: Case, kinds: Sequence[str], finder: MentionFinder) -> bool:
    """Say whether the model-written text of a note states a case's value of every kind."""
    return all(any(stated(note, case, fact, finder) for fact in first_of(case, kind)) for kind in kinds)


def first_of(case: Case, kind: str) -> Iterator[Fact]:
    """Give the main fact of a kind: the first that is not negated."""
    return islice((fact for fact in case.facts if fact.kind == kind and not fact.negated), 1)


def stated(note: Note, case: Case, fact: Fact, finder: MentionFinder) -> bool:
    """Say whether a fact is located in a stretch that the model wrote."""
    narrative = "\n\n".join(note.text[span.start : span.end] for span in note.written)
    return bool(locate(Note(id=note.id, text=narrative, case=case), finder).get(fact.id))


if __name__ == "__main__":
    main()
