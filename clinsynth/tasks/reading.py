"""Where the examples of a task come from: a file, or the official split of a data set."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from clinsynth.data import DATASETS
from clinsynth.data.examples import read_examples
from clinsynth.errors import ConfigError, InputError
from clinsynth.records import Example

SPLITS = ("train", "test")
# How data sets name the absence of a relation.
NEGATIVE = frozenset({"none", "false", "negative", "no_relation"})


def file_examples(path: str, kind: str) -> Iterator[Example]:
    """Stream the examples of a file, or of `examples.jsonl` in a folder.

    Raises:
        InputError: A row is not an example of that kind; the message names its line.
    """
    given = Path(path)
    return read_examples(given / "examples.jsonl" if given.is_dir() else given, kind)


def official_examples(dataset: str, split: str, *, root: str | None) -> Iterator[Example]:
    """Stream a split of a public data set of examples.

    Raises:
        ConfigError: The data set holds notes.
        MissingError: It is not on this machine.
    """
    options = {} if root is None else {"root": root}
    for item in DATASETS.build(dataset, **options).read(split):
        if not isinstance(item, Example):
            raise ConfigError(f"{dataset} holds notes, no labelled examples")
        yield item


def labels_of(examples: Iterable[Example], *, where: str) -> tuple[str, ...]:
    """Give the labels that occur, the negative one first.

    Raises:
        InputError: There are no examples.
    """
    found = {example.label for example in examples}
    if not found:
        raise InputError(f"{where} holds no examples")
    return tuple(sorted(found, key=lambda label: (not is_negative(label), label)))


def is_negative(label: str) -> bool:
    """Say whether a label means that there is no relation."""
    return label.casefold() in NEGATIVE
