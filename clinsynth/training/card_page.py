"""The page of a model: what is known of it, put for a reader."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from clinsynth.training.card_record import Baseline, ModelCard, Score, as_card

_LIBRARIES: Mapping[str, str] = {"entities": "spacy", "names": "spacy", "adapter": "peft"}
_TASKS: Mapping[str, str] = {
    "language model": "text-generation",
    "adapter": "text-generation",
    "entities": "token-classification",
    "names": "token-classification",
    "encoder": "feature-extraction",
}


def render_model_card(card: ModelCard | Mapping[str, Any], *, samples: str = "") -> str:
    """Put what is known of a model in a page of Markdown, under the YAML header of the Hugging Face hub.

    Args:
        card: The facts.
        samples: Markdown to stand below.

    Raises:
        InputError: The facts are not those of a card.
    """
    known = as_card(card)
    parts = [
        f"---\n{_header(known)}\n---\n# {known.title or f'{known.name} ({known.kind})'}",
        known.about,
        _section("Scores", _scores(known.scores)),
        _section("Repeat them", _commands(known.scores)),
        _section("Data", _data(known)),
        _section("Training", _list(_training(known))),
        _section("Memorisation", _list(_facts(known.memorisation))),
        _section("Limits", _list(known.limits)),
        samples.strip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(card: ModelCard) -> str:
    from huggingface_hub import ModelCardData

    data = ModelCardData(
        language="en",
        license=card.licence,
        library_name=_LIBRARIES.get(card.kind, "transformers"),
        pipeline_tag=_TASKS.get(card.kind),
        base_model=None if card.base is None else card.base.name,
        tags=["clinical", "synthetic-data", "clinsynth"],
    )
    return str(data.to_yaml(line_break="\n")).strip()


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _scores(scores: Iterable[Score]) -> str:
    rows = [
        (
            each.name,
            each.data,
            _value(each),
            str(each.n),
            str(each.seed),
            f"{each.baseline.name}: {_value(each.baseline)}",
        )
        for each in scores
    ]
    if not rows:
        return ""
    head = ("what", "measured on", "value [95 % interval]", "n", "seed", "baseline")
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _value(found: Score | Baseline) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _commands(scores: Iterable[Score]) -> str:
    commands = "\n".join(dict.fromkeys(each.command for each in scores))
    return f"```sh\n{commands}\n```" if commands else ""


def _data(card: ModelCard) -> str:
    return _list(f"{each.dataset}{f', {each.split}' if each.split else ''}: {each.licence}" for each in card.data)


def _training(card: ModelCard) -> Iterable[str]:
    yield f"parameters: {card.n_parameters:,}"
    if card.base is not None:
        yield f"base: {card.base.name} (SHA-256 {card.base.sha256 or 'unknown'})"
    yield from _facts(card.trained)
    yield f"seed: {card.seed}"
    yield f"recipe SHA-256: {card.recipe_sha256}"
    yield f"machine: {card.machine}"
    yield f"versions: {_plain(dict(sorted(card.versions.items())))}"


def _facts(facts: Mapping[str, JsonValue]) -> Iterable[str]:
    return (f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in facts.items())


def _plain(value: JsonValue) -> str:
    """Put a value in words; one with its interval as such."""
    if isinstance(value, Mapping) and {"value", "low", "high", "n"} <= set(value):
        return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}], n={value['n']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(map(_plain, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
