"""The numbers of a run as Markdown tables, for the README: none is copied by hand."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clinsynth.storage import write_text

BEGIN, END = "<!-- numbers:begin -->", "<!-- numbers:end -->"
Results = Mapping[str, Any]  # what a JSON document holds


def write_tables(path: Path, results: Results) -> None:
    """Put the tables between the marks of a README; a folder without one gets the tables alone."""
    tables = "\n".join(_tables(results))
    if not path.exists():
        write_text(path, f"{BEGIN}\n{tables}\n{END}\n")
        return
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    write_text(path, f"{before}{BEGIN}\n{tables}\n{END}{after}")


def _tables(results: Results) -> Iterator[str]:
    settings = results["settings"]
    yield (
        f"{settings['n']} cases, {settings['n_patients']} patients with {settings['encounters']} encounters each, seed "
        f"{settings['seed']}; ontology {settings['ontology']}; 95 % intervals."
    )
    yield from _coverage(results["coverage"])
    yield from _joint(results["joint"])
    yield from _contradictions(results["contradictions"])
    yield from _cost(results["cost"])
    yield from _balance(results["balance"])


def _coverage(found: Results) -> Iterator[str]:
    yield "\n### 1. Coverage\n"
    kinds = list(found["weighted"])
    yield from _table(
        ["share of what could be named", "prevalence-weighted", "uniform"],
        [
            [
                kind.removesuffix("_covered").replace("_", " "),
                _short(found["weighted"][kind]),
                _short(found["uniform"][kind]),
            ]
            for kind in kinds
        ],
    )
    yield "\nHow many are never named (`results.json` lists them):\n"
    never = found["never named"]
    yield from _table(
        ["of", "prevalence-weighted", "uniform"],
        [[kind, str(len(never["weighted"][kind])), str(len(never["uniform"][kind]))] for kind in never["weighted"]],
    )
    yield "\nTotal variation distance between the shares drawn and the weights, beside that of fair draws.\n"
    yield from _table(
        ["attribute", "distance", "by chance: mean [95 %]"],
        [
            [name, f"{row['total variation']:.4f}", _fine(row["chance"])]
            for name, row in found["against weights"].items()
        ],
    )
    for name in ("note type", "style", "prevalence, by the strata"):
        row = found["against weights"][name]
        yield ""
        yield from _table(
            [name, "expected", "drawn"],
            [[cell, f"{row['expected'][cell]:.3f}", f"{share:.3f}"] for cell, share in row["observed"].items()],
        )
    yield "\nBy prevalence: share of the cases, of the conditions that are some case's main one, of the drugs named.\n"
    yield from _table(
        ["plan", "prevalence", "cases", "conditions", "drugs"],
        [
            [plan, band, *(_short(row[name]) for name in ("cases", "conditions", "drugs"))]
            for plan in ("weighted", "uniform")
            for band, row in found["by prevalence"][plan].items()
        ],
    )
    strata = found["strata"]
    yield f"\nShare of the strata that appear in {strata['run']} cases, mean over {strata['runs']} seeds.\n"
    yield from _table(
        [
            "sampling",
            f"rare conditions ({strata['n rare']} strata)",
            f"all ({strata['n']} strata)",
        ],
        [[name, _fine(strata[name]["rare"]), _fine(strata[name]["all"])] for name in ("stratified", "independent")],
    )


def _joint(found: Results) -> Iterator[str]:
    yield "\n### 2. Beside real notes\n"
    yield from _table(
        ["notes", "read", "of another age", "left", "left with an age"],
        [
            [name, *(str(row["counts"][key]) for key in ("notes", "of another age", "left", "left with an age"))]
            for name, row in found.items()
        ],
    )
    columns = ["real", "planned", "planned, same note types", "even and independent"]
    for dataset, row in found.items():
        yield f"\nJensen-Shannon divergence in bits from a random half of {dataset}:\n"
        yield from _table(
            ["of", "notes", "cells", "real, the other half", *columns[1:]],
            [
                [
                    name,
                    str(table["n"]["real"]),
                    str(table["n"]["cells"]),
                    *(_short(table["divergence"][c]) for c in columns),
                ]
                for name, table in row["tables"].items()
            ],
        )
        yield f"\nThe largest differences ({dataset}: real, planned):\n"
        yield from _table(
            ["of", "share of notes, share of cases"],
            [
                [
                    name,
                    "; ".join(
                        f"{d['cell']}: {d['real']:.2f}, {d['planned']:.2f}" for d in table["largest differences"]
                    ),
                ]
                for name, table in row["tables"].items()
            ],
        )


def _contradictions(found: Results) -> Iterator[str]:
    yield "\n### 3. Contradictions\n"
    yield from _table(
        ["cases", "with a conflict", "n", "conflicts by code"],
        [
            [
                name,
                _fine(row["with a conflict"]),
                str(row["with a conflict"]["n"]),
                ", ".join(f"{code} {n}" for code, n in row["by code"].items()) or "none",
            ]
            for name, row in found.items()
        ],
    )


def _cost(found: Results) -> Iterator[str]:
    yield "\n### 4. Cost\n"
    yield from _table(
        ["cases", "CPU seconds per 100,000, median [range] of 3", "until warm", "cases a repeat"],
        [
            [
                name,
                f"{row['median']:.0f} [{min(row['repeats']):.0f}, {max(row['repeats']):.0f}]",
                f"{row['first']:.1f} s ({row['n first']} cases)",
                str(row["n"]),
            ]
            for name, row in found["plans"].items()
        ],
    )
    peak, before = found["peak MiB"], found["before MiB"]
    yield f"\nPeak memory: {peak:.0f} MiB; before the first case, with the ontology loaded, {before:.0f} MiB."


def _balance(found: Results) -> Iterator[str]:
    yield "\n### 5. Balance\n"
    row = found["groups"]
    yield (
        f"Total variation distance of age band x sex x ethnicity ({len(row['expected'])} groups) from ethnicity drawn "
        f"apart: {row['total variation']:.4f}; of fair draws: {_fine(row['chance'])}.\n"
    )
    yield from _table(
        ["attributes", "Cramer's V", "shuffled: mean [95 %]", "p"],
        [
            [
                name,
                f"{a['v']:.3f}",
                f"{a['chance']:.3f} [{a['chance_low']:.3f}, {a['chance_high']:.3f}]",
                f"{a['p']:.3f}",
            ]
            for name, a in found["associations"].items()
        ],
    )
    yield "\nCounterfactual pairs:\n"
    yield from _table(
        ["swapped", "cases with a partner", "n", "facts that stay", "partners with a conflict"],
        [
            [
                kind,
                _short(row["with a partner"]),
                str(row["with a partner"]["n"]),
                _fine(row["facts that stay"]),
                _fine(row["partners with a conflict"]),
            ]
            for kind, row in found["pairs"].items()
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _short(estimate: Results | None) -> str:
    return "none" if estimate is None else f"{estimate['value']:.2f} [{estimate['low']:.2f}, {estimate['high']:.2f}]"


def _fine(estimate: Results | None) -> str:
    return "none" if estimate is None else f"{estimate['value']:.4f} [{estimate['low']:.4f}, {estimate['high']:.4f}]"
