"""The card of an adapter, for a reader."""

from collections.abc import Mapping
from typing import Any


def adapter_card(card: Mapping[str, Any]) -> str:
    """Put the facts of a card in a page of Markdown."""
    settings = "\n".join(f"- {name}: {value}" for name, value in card["settings"].items())
    losses = card["validation_nats_a_token"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(card["versions"].items()))
    return f"""---
library_name: peft
tags: [clinical, synthetic-data, clinsynth]
---
# An adapter for sections of clinical notes

Base model {card["base_model"]} (SHA-256 {card["base_model_hash"] or "unknown"}).
Fitted to {card["data"]}: {card["n_notes"]} notes, {card["n_pairs"]} sections, {card["n_tokens"]} tokens;
{card["n_validation_notes"]} further notes validated.

## Fit

{settings}
- steps: {card["n_steps"]} of {card["n_steps_planned"]} ({card["stopped"]})
- seed: {card["seed"]}

## Validation loss, nats a token of text given its prompt

| without | with | change |
|---|---|---|
| {losses["before"]} | {losses["after"]} | {losses["change"]} |

Intervals of 95 % by bootstrap over notes. Early stopping chose the weights on the same notes, which flatters the gain.

## Limits

An adapter can make a model repeat the notes it was fitted to. Who may not read the notes should not be given the
adapter; check what it writes against them with the overlap check.

Versions: {versions}
"""
