"""Does the narrative follow its prompt? Two attributes of a case are swapped, everything else stays, seeds included.

    python benchmarks/attribute_swap/measure.py CONFIG --adapter DIR --out benchmarks/attribute_swap/results.json

For each case and each pair of kinds (age and sex; condition and sex; condition and age; drug and condition) the
narrative sections are written twice: for the case, and for the same case with both attributes swapped. A pair follows
where each text states its own value of both attributes and neither states the other's; `own values` asks the first half
only. The control scores each text against the values of another, unrelated case of the plan: what chance would give.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from clinsynth import extras
from clinsynth.checks.facts.locating import locate
from clinsynth.config import load_config
from clinsynth.estimates import proportion
from clinsynth.ontology import MentionFinder, Ontology, load_ontology
from clinsynth.planning.swaps import swapped
from clinsynth.prompts import load_template
from clinsynth.records import Case, Fact, Note
from clinsynth.storage import write_json
from clinsynth.workflows.fitted import named_adapters
from clinsynth.workflows.run import plan_cases
from clinsynth.workflows.stages import Writer, build_backbone

PAIRS = (("age", "sex"), ("condition", "sex"), ("condition", "age"), ("medication", "condition"))


def main() -> None:
    """Write the pairs, count which follow, and write the shares."""
    options = parse()
    named = [f"writing.adapter={options.adapter}"] if options.adapter else []
    config = load_config(options.config, [*options.set, *named])
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
    settings = {"config": str(options.config), "seed": config.seed, "n_cases": options.n, "set": options.set}
    settings["adapters"] = adapters.hashes()
    write_json(options.out, {"shares": results, "settings": settings, "versions": extras.versions()})
    for kinds, row in results.items():
        print(kinds, {name: str(value) for name, value in row.items()})


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--adapter")
    parser.add_argument("--n", type=int, default=60)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[])
    return parser.parse_args()


def shares(cases: Sequence[Case], kinds: Sequence[str], writer: Writer, ontology: Ontology) -> dict[str, object]:
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
