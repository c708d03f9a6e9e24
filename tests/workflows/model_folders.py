"""Folders of models for tests: weights by hand, and the facts of a card."""

import json
from pathlib import Path
from typing import Any


def weights(folder: Path, *, shape: tuple[int, ...] = (3, 4)) -> Path:
    """Write a safetensors file by hand, as its format describes it."""
    folder.mkdir(parents=True)
    n_bytes = 4 * shape[0] * shape[1]
    header = json.dumps(
        {"w": {"dtype": "F32", "shape": shape, "data_offsets": [0, n_bytes]}, "__metadata__": {}}
    ).encode()
    path = folder / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(n_bytes))
    return path


def facts(**changes: Any) -> dict[str, Any]:
    """Give what a card may say of a small model."""
    score = {
        "name": "bits a character",
        "value": 1.1,
        "low": 1.0,
        "high": 1.2,
        "n": 20,
        "data": "aci-bench, valid",
        "seed": 7,
        "command": "python benchmarks/embedded/lm/measure.py bits",
        "baseline": {"name": "5-gram", "value": 2.0, "low": 1.9, "high": 2.1},
    }
    return {
        "name": "lm",
        "kind": "language model",
        "data": [{"dataset": "mtsamples", "split": "base", "licence": "CC0"}],
        "recipe_sha256": "0" * 64,
        "seed": 7,
        "machine": "x86_64, 2 cores, no accelerator",
        "versions": {"torch": "2.13.0"},
        "n_parameters": 6_800_000,
        "trained": {"tokens": 9_793_536},
        "scores": [score],
        "limits": ["It knows no medicine."],
    } | changes
