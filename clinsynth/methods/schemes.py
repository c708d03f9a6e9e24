"""Schemes: the labels of a task in words, and what a prompt may vary."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from clinsynth.catalog import describe
from clinsynth.config import read_yaml
from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir

_RELATION = "Write one sentence, as in $style, about $topic, that names $head and $tail and says: $label."
_QUESTION = "Read this text. $context Write one question about it to which the answer is: $label."


class Scheme(BaseModel):
    """How a task is put in words.

    Attributes:
        title: First part of the first line of a prompt.
        heading: Last part of it.
        kind: The kind of concept that both arguments are, in the ontology; None: names are taken from real examples.
        types: Types of head and tail in the examples written.
        labels: Label to its words.
        instruction: For models that follow instructions; $label, $head, $tail, $style, $topic, $context stand for
            what is asked.
        open_instruction: The same where the label alone is asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    heading: str
    labels: dict[str, str]
    instruction: str
    open_instruction: str = "Write one example that says: $label."
    kind: str | None = None
    types: tuple[str, str] = ("entity", "entity")
    styles: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


def load_scheme(task: str, labels: Sequence[str], *, layout: str) -> Scheme:
    """Load the scheme of a task, `configs/schemes/TASK.yaml`; without one, the labels are their own words.

    Args:
        task: The task's name.
        labels: Its labels.
        layout: "relations" or "questions".

    Raises:
        ConfigError: The file is wrong, or lacks a label.
    """
    path = data_dir("configs") / "schemes" / f"{task}.yaml"
    if not path.is_file():
        return _plain(labels, layout)
    content: Any = read_yaml(path)
    try:
        scheme = Scheme.model_validate(content)
    except ValidationError as error:
        raise ConfigError(describe(str(path), error)) from None
    if missing := sorted(set(labels) - set(scheme.labels)):
        raise ConfigError(f'{path} has no words for the label "{missing[0]}"; add it under labels')
    return scheme


def _plain(labels: Sequence[str], layout: str) -> Scheme:
    words = {label: label.replace("_", " ") for label in labels}
    if layout == "questions":
        return Scheme(title="Question", heading="QUESTION", labels=words, instruction=_QUESTION)
    return Scheme(title="Relation", heading="SENTENCE", labels=words, instruction=_RELATION)
