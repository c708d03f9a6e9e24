"""The card of a set of written examples."""

from collections.abc import Mapping, Sequence
from typing import Any


def card(facts: Mapping[str, Any], counts: Sequence[str]) -> str:
    """Say in Markdown what a set holds, how it was made, and what it is not."""
    adapter = facts["adapter_hash"] or "none"
    lines = [
        f"# Synthetic examples for {facts['task']}",
        "",
        "Written by a language model. Labels are those that were asked for; nobody has read the examples.",
        "",
        *(f"- {line}" for line in counts),
        f"- method: {facts['method']}; backbone: {facts['backbone']}; adapter: {adapter}; seed: {facts['seed']}",
        f"- real examples that were used: {facts['n_real']}",
        "",
        "Examples that repeat a test example, a real one or one another were dropped; rejected.jsonl lists every",
        "rejection by its code. `clinsynth bench` measures what the set is worth.",
        "",
    ]
    return "\n".join(lines)
