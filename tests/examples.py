"""Labelled examples for tests, made from a few words."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.data.examples import write_examples
from clinsynth.records import Argument, Example, Span

DRUGS = ("warfarin", "ibuprofen", "digoxin", "amiodarone", "lithium", "simvastatin", "phenytoin", "rifampin")
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su")
PATTERNS = {
    "none": "In {v} both {a} and {w} doses of {b} were given to {u} without any change.",
    "effect": "In {v} the drug {a} may enhance the {w} bleeding risk of {b} among {u}.",
    "mechanism": "In {v} the drug {a} increases the {w} plasma level of {b} within {u}.",
}
QUESTIONS = {
    "yes": ("Does {u} of {v} help in {w} asthma?", "Giving {u} and {v} improved {w} symptoms significantly in {n}."),
    "no": ("Is {v} useful against {u} {w} sepsis?", "The marker {v} and {u} showed no {w} association at all in {n}."),
}


def invented(number: int) -> str:
    """A word of its own for each number: sentences of one pattern are no near copies of each other."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:04d}")


def _words(number: int) -> dict[str, str | int]:
    return {"n": number, "u": invented(number), "v": invented(number + 3000), "w": invented(number + 6000)}


def relation(number: int, label: str, *, prefix: str = "r", head: str = "", tail: str = "") -> Example:
    """One pair of drugs in a sentence that says what its label says."""
    head = head or DRUGS[number % len(DRUGS)]
    tail = tail or DRUGS[(number + 3) % len(DRUGS)]
    text = PATTERNS[label].format(a=head, b=tail, **_words(number))
    return Example(
        id=f"{prefix}{number}", text=text, label=label, head=_argument(text, head), tail=_argument(text, tail)
    )


def _argument(text: str, name: str) -> Argument:
    start = text.index(name)
    return Argument(type="drug", mentions=(Span(start=start, end=start + len(name)),))


def relations(n: int, *, start: int = 0, prefix: str = "r") -> list[Example]:
    """Pairs with all labels in turn."""
    labels = tuple(PATTERNS)
    return [relation(i, labels[i % len(labels)], prefix=prefix) for i in range(start, start + n)]


def questions(n: int, *, start: int = 0, prefix: str = "q") -> list[Example]:
    """Questions with both answers in turn."""
    made = []
    for i in range(start, start + n):
        label = tuple(QUESTIONS)[i % len(QUESTIONS)]
        asked, told = QUESTIONS[label]
        made.append(
            Example(id=f"{prefix}{i}", text=told.format(**_words(i)), label=label, question=asked.format(**_words(i)))
        )
    return made


def saved(folder: Path, name: str, examples: Sequence[Example]) -> Path:
    """Write examples to a file."""
    path = folder / name
    write_examples(path, examples)
    return path
