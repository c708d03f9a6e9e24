"""What planned cases are like: coverage, beside real notes, contradictions, cost, balance; and ten of them to read.

    python benchmarks/cases/measure.py --n 10000 --seed 7 --data-dir DATA --out benchmarks/cases

Writes results.json, cases.md and the tables of README.md. Without --data-dir, real notes are looked for where
`clinsynth data` keeps them. See README.md for what each part measures.
"""

import argparse
import json
import resource
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from time import process_time

from balance import associations, groups, pairs
from drawn import against_weights, by_prevalence, covered, never_named, strata_seen
from joint import OURS, WITHOUT, cells, compared, of_adults, real_cases
from judged import CONDITIONS, DRUGS, RESULTS, exchanged, judged
from printed import chosen, page
from tables import write_tables

from clinsynth import extras
from clinsynth.config import Plan
from clinsynth.data import data_root
from clinsynth.ontology import MentionFinder, Ontology, load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.knowledge import Knowledge
from clinsynth.planning.spaces import AttributeSpace, load_space
from clinsynth.planning.strata import Strata
from clinsynth.records import Case
from clinsynth.seeds import generator
from clinsynth.storage import plain, write_json, write_text

ENCOUNTERS = 4
REPEATS = 3
N_WARM = 1000
MOST_TIMED = 2000  # cases in a repeat
MOST_SWAPPED = 300  # cases for which partners are looked for, each of six kinds


@dataclass(frozen=True, kw_only=True)
class Study:
    """What cases are drawn from, and how many."""

    ontology: Ontology
    space: AttributeSpace
    seed: int
    n: int

    def planner(self, plan: Plan) -> Planner:
        """Give a planner that knows nothing yet."""
        return Planner(ontology=self.ontology, space=self.space, seed=self.seed, plan=plan)

    def cases(self, plan: Plan) -> list[Case]:
        """Draw as many cases as are measured."""
        planner = self.planner(plan)
        return [planner.case(index) for index in range(self.n)]

    def patients(self) -> list[tuple[Case, ...]]:
        """Draw patients whose encounters are together about as many."""
        planner = self.planner(Plan(encounters=ENCOUNTERS))
        return [planner.patient(number) for number in range(max(1, self.n // ENCOUNTERS))]


def main() -> None:
    """Measure, and write what was measured."""
    options = parse()
    study = Study(
        ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=options.seed, n=options.n
    )
    # First, for the memory is that of the process so far.
    spent = cost(study)
    cases, patients = study.cases(Plan()), study.patients()
    results = {
        "cost": spent,
        "coverage": coverage(study, cases),
        "joint": joint(study, cases, data_root(options.data_dir)),
        "contradictions": contradictions(study, cases, patients),
        "balance": balance(study, cases),
        "settings": {
            "n": study.n,
            "seed": study.seed,
            "n_patients": len(patients),
            "encounters": ENCOUNTERS,
            "ontology": f"{study.ontology.name} {study.ontology.version}",
        },
        "versions": extras.versions(),
    }
    write_json(options.out / "results.json", results)
    write_tables(options.out / "README.md", json.loads(json.dumps(results, default=plain)))
    alone = chosen(cases, study.seed)
    patient = generator(study.seed, "printed patient").choice(patients)
    text = page(alone, patient, study.ontology, seed=study.seed, n=study.n)
    write_text(options.out / "cases.md", text)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def cost(study: Study) -> dict[str, object]:
    """Time the drawing of cases on one core; what is looked up once is told apart as the first ones."""
    before = peak_memory()
    plans = {"single": timed(study, Plan()), "longitudinal": timed(study, Plan(encounters=ENCOUNTERS))}
    return {"plans": plans, "before MiB": before, "peak MiB": peak_memory()}


def timed(study: Study, plan: Plan) -> dict[str, object]:
    """Give CPU seconds per 100,000 cases once a planner is warm, and those until it is."""
    planner = study.planner(plan)
    n, n_first = min(study.n, MOST_TIMED), min(study.n, N_WARM)
    first = seconds(planner, 0, n_first)
    repeats = [seconds(planner, n_first + place * n, n) / n * 100_000 for place in range(REPEATS)]
    return {"n": n, "median": median(repeats), "repeats": repeats, "first": first, "n first": n_first}


def seconds(planner: Planner, start: int, n: int) -> float:
    """Give the CPU seconds that the cases from `start` on take: those of other processes do not count."""
    begin = process_time()
    for index in range(start, start + n):
        planner.case(index)
    return process_time() - begin


def peak_memory() -> float:
    """Give the largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def coverage(study: Study, cases: list[Case]) -> dict[str, object]:
    """Give what is named, how often, and how well rare strata are kept."""
    space, ontology = study.space, study.ontology
    uniform = study.cases(Plan(prevalence="uniform"))
    strata = Strata(knowledge=Knowledge(ontology=ontology), space=space, plan=Plan())
    return {
        "weighted": covered(cases, space, ontology),
        "uniform": covered(uniform, space, ontology),
        "never named": {"weighted": never_named(cases, ontology), "uniform": never_named(uniform, ontology)},
        "against weights": against_weights(cases, space, strata, ontology, study.seed),
        "by prevalence": {"weighted": by_prevalence(cases, ontology), "uniform": by_prevalence(uniform, ontology)},
        "strata": strata_seen(space, ontology, study.seed),
    }


def joint(study: Study, cases: list[Case], root: Path) -> dict[str, object]:
    """Compare the cases with each data set of real notes."""
    finder = MentionFinder(study.ontology)
    planned = cells(cases, study.space, study.ontology)
    found: dict[str, object] = {}
    for dataset in OURS:
        left, counts = of_adults(real_cases(dataset, root, finder), study.space)
        real = cells(left, study.space, study.ontology)
        tables = {
            name: compared(listed, planned[name], study.seed)
            for name, listed in real.items()
            if name not in WITHOUT[dataset]
        }
        found[dataset] = {"counts": counts, "tables": tables}
    return found


def contradictions(study: Study, cases: list[Case], patients: list[tuple[Case, ...]]) -> dict[str, object]:
    """Judge the cases, and the same with drugs or conditions exchanged."""
    listed = {
        "single": cases,
        "longitudinal": list(chain.from_iterable(patients)),
        "drugs exchanged within the specialty": exchanged(cases, DRUGS, study.seed),
        "conditions exchanged within the specialty": exchanged(cases, CONDITIONS, study.seed),
        "results exchanged within the specialty": exchanged(cases, RESULTS, study.seed),
    }
    return {name: judged(group, study.ontology) for name, group in listed.items()}


def balance(study: Study, cases: list[Case]) -> dict[str, object]:
    """Say who the cases are about, and what their counterfactual partners keep."""
    return {
        "groups": groups(cases, study.space, study.seed),
        "associations": associations(cases, study.space, study.ontology, study.seed),
        "pairs": pairs(cases[:MOST_SWAPPED], study.ontology),
    }


if __name__ == "__main__":
    main()
