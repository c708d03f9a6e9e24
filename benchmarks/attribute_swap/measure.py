"""Does the narrative follow its prompt? Two attributes of a case are swapped, everything else stays, seeds included.

    python benchmarks/attribute_swap/measure.py CONFIG [--adapter DIR] --out benchmarks/attribute_swap/results.json

For each case and each pair of kinds (age and sex; condition and sex; condition and age; drug and condition) the
narrative sections are written twice: for the case, and for the same case with both attributes swapped. A pair follows
where each text states its own value of both attributes and neither states the other's; `own values` asks the first half
only. The control scores each text against the values of another, unrelated case of the plan: what chance would give.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from clinsynth import extras
from clinsynth.checks.facts.locating import locate
from clinsynth.config import Config, load_config
from clinsynth.estimates import Estimate, proportion
from clinsynth.ontology import MentionFinder, Ontology, load_ontology
from clinsynth.planning.swaps import swapped
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact, Note
from clinsynth.storage import write_json
from clinsynth.training.model_card import Measuring, Score, add_scores, score
from clinsynth.workflows.fitted import named_adapters
from clinsynth.workflows.run import plan_cases
from clinsynth.workflows.stages import Writer, build_backbone

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
    results = {"+".join(kinds): shares(cases, kinds, writer, ontology) for kinds in PAIRS}
    results["all"] = pooled(results.values())
    if options.card is not None:
        add_scores(options.card, scores(results, config, options.n))
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


def pooled(rows: Iterable[Mapping[str, Estimate]]) -> dict[str, Estimate]:
    """Give the shares over the pairs of all kinds."""
    listed = list(rows)
    n = sum(row["follow"].n for row in listed)
    return {name: proportion(sum(round(row[name].value * row[name].n) for row in listed), n) for name in listed[0]}


def scores(results: Mapping[str, Mapping[str, Estimate]], config: Config, n: int) -> Iterator[Score]:
    """Put the shares of pairs that follow on a card, beside the control."""
    command = f"python benchmarks/attribute_swap/measure.py {config.name}.yaml --n {n} --seed {config.seed}"
    how = Measuring(data=f"{config.name}: {n} cases planned from seed {config.seed}", seed=config.seed, command=command)
    for pair, row in results.items():
        name = f"pairs with both of {pair} swapped that follow, before filtering"
        yield score(name, row["follow"], how, baseline=("values of an unrelated case", row["control"]))


def shares(cases: Sequence[Case], kinds: Sequence[str], writer: Writer, ontology: Ontology) -> dict[str, Estimate]:
    """Give the shares of pairs that follow, of texts that state their own values, and the control."""
    finder = MentionFinder(ontology)
    pairs = [(case, other) for case in cases if (other := both_swapped(case, kinds, ontology)) is not None]
    notes = writer.notes([case for case, _ in pairs])
    counterparts = writer.notes([other for _, other in pairs])
    follow, own, control = 0, 0, 0
    for i, ((case, other), note, counterpart) in enumerate(zip(pairs, notes, counterparts, strict=True)):
        stranger = pairs[(i + 1) % len(pairs)][0]
        own_both = states(note, case, kinds, finder) and states(counterpart, other, kinds, finder)
        crossed = any(
            states(note, other, [kind], finder) or states(counterpart, case, [kind], finder) for kind in kinds
        )
        own += own_both
        follow += own_both and not crossed
        control += states(note, stranger, kinds, finder)
    n = len(pairs)
    return {"follow": proportion(follow, n), "own values": proportion(own, n), "control": proportion(control, n)}


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
