"""Draw a training from its log: the loss as it was, smoothed, and what was measured on the way, over tokens or steps.

    python benchmarks/embedded/curves.py TRAIN_LOG [TRAIN_LOG ...] --out FILE.svg [--labels NAME ...]

A line of a log has "step", often "tokens", and numbers: "loss" is drawn on the left, every other one that was measured
on held-out text on the right; of one that is a mapping, each of its values. Learning rates and speeds are left out.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinsynth.storage import read_rows

LEFT_OUT = frozenset({"step", "tokens", "rate", "tokens_per_second", "epoch", "seconds", "words_per_second", "words"})
SMOOTHED_OVER = 10  # lines
Points = list[tuple[float, float]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the logs and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--labels", nargs="+", default=[])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    labels = options.labels or [path.parent.name if len(options.logs) > 1 else "" for path in options.logs]
    draw({label: curves(path) for label, path in zip(labels, options.logs, strict=True)}, options.out)


@dataclass(frozen=True, kw_only=True)
class Curves:
    """The quantities of a log, by name: points of `unit` and value."""

    unit: str
    points: Mapping[str, Points]


def curves(path: Path) -> Curves:
    """Read the points of each quantity of a log: over millions of tokens where they are told, else over steps."""
    rows = [row for _, row in read_rows(path)]
    told = [row["tokens"] / row["step"] for row in rows if "tokens" in row and row["step"]]
    # Lines that tell a measurement tell no tokens: steps are of one size.
    unit, scale = ("million tokens", told[-1] / 1e6) if told else ("steps", 1.0)
    found: defaultdict[str, Points] = defaultdict(list)
    for row in rows:
        for name, value in _numbers(row):
            found[name].append((row["step"] * scale, value))
    return Curves(unit=unit, points=dict(found))


def _numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in row.items():
        if name in LEFT_OUT:
            continue
        if isinstance(value, Mapping):
            yield from ((f"{name}, {inner}", float(each)) for inner, each in value.items() if _is_number(each))
        elif _is_number(value):
            yield name, float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def smoothed(points: Points) -> Points:
    """Average each value with those before it, at most `SMOOTHED_OVER` in all."""
    windows = [points[max(0, place - SMOOTHED_OVER + 1) : place + 1] for place in range(len(points))]
    return [(window[-1][0], sum(value for _, value in window) / len(window)) for window in windows]


def draw(logs: Mapping[str, Curves], out: Path) -> None:
    """Draw the loss of each log on the left, what was measured on the right."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "clinsynth"  # the same file for the same log
    mpl.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for label, found in logs.items():
        for name, points in found.points.items():
            side = left if name == "loss" else right
            drawn = smoothed(points) if name == "loss" else points
            legend = ", ".join(part for part in (label, "" if name == "loss" else name) if part) or name
            side.plot(*zip(*drawn, strict=True), label=legend, linewidth=1.2)
    units = " or ".join(dict.fromkeys(found.unit for found in logs.values()))
    for side, title in ((left, "training loss"), (right, "measured on held-out text")):
        side.set(title=title, xlabel=units)
        side.grid(alpha=0.3)
        if side.lines:
            side.legend(fontsize="x-small", frameon=False)
    figure.savefig(out, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
