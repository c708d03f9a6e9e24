"""How a fact may be worded: as often as real notes use each name and synonym of its concept.

`configs/prompts/usage.tsv` holds the wordings that were met and how often; `python -m clinsynth.workflows.usage` counts
them. What was never met is worded by its name.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from clinsynth.errors import InputError
from clinsynth.prompts.selecting import is_shown
from clinsynth.records import Case, Fact
from clinsynth.seeds import derive_seed, generator

COLUMNS = ("concept", "wording", "count")
Usage = Mapping[str, tuple[tuple[str, int], ...]]

# Of these kinds the concept is named by the subject, of others by the value.
_NAMED_BY_SUBJECT = frozenset({"lab", "vital", "onset"})


@dataclass(frozen=True, kw_only=True)
class Verbalizer:
    """Words the facts of a case.

    Attributes:
        usage: Concept id to its wordings, each with how often it was met.
    """

    usage: Usage = field(repr=False)

    def worded(self, case: Case, attempt: int) -> Case:
        """Give the case with its facts in words that depend on the case's id and the attempt alone.

        One note has one wording for a concept. A dose, a frequency and an onset follow the fact they are of; ids and
        codes stay.
        """
        seed = derive_seed(0, "wording", case.id, attempt)
        by_code = {
            code: self.word(fact, generator(seed, code))
            for fact in case.facts
            if (code := fact.code) is not None and code in self.usage and _names_its_concept(fact)
        }
        by_name = {_name(fact): by_code[fact.code] for fact in case.facts if fact.code in by_code}
        return dataclasses.replace(case, facts=tuple(_reworded(fact, by_code, by_name) for fact in case.facts))

    def word(self, fact: Fact, random: Random) -> str:
        """Draw a wording of the concept that a fact names."""
        met = self.usage.get(fact.code or "", ()) if _names_its_concept(fact) else ()
        if not met:
            return _name(fact)
        wordings, counts = zip(*met, strict=True)
        return str(random.choices(wordings, counts)[0])

    @cached_property
    def rows(self) -> list[tuple[str, str, int]]:
        """The usage as rows, in one order whatever the order of the file."""
        return sorted((concept, wording, count) for concept, met in self.usage.items() for wording, count in met)


def _names_its_concept(fact: Fact) -> bool:
    """Say whether a fact is in the words of its concept; what imaging showed is coded by the procedure."""
    return fact.kind != "finding" or not is_shown(fact)


def _name(fact: Fact) -> str:
    return fact.subject if fact.kind in _NAMED_BY_SUBJECT else fact.value


def _reworded(fact: Fact, by_code: Mapping[str, str], by_name: Mapping[str, str]) -> Fact:
    """Word what a fact names: its own concept, or that of the fact it is a detail of."""
    if fact.code and _names_its_concept(fact):
        word = by_code.get(fact.code, _name(fact))
        if word == _name(fact):
            return fact
        if fact.kind in _NAMED_BY_SUBJECT:
            return dataclasses.replace(fact, subject=word)
        return dataclasses.replace(fact, value=word)
    word = by_name.get(fact.subject, fact.subject)
    return fact if word == fact.subject else dataclasses.replace(fact, subject=word)


def read_usage(path: Path) -> Usage:
    """Read how often each wording of a concept was met.

    Raises:
        InputError: The file cannot be read, or a line is not as `COLUMNS` say; the message names it.
    """
    try:
        header, *rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError):
        raise InputError(f"{path} cannot be read; python -m clinsynth.workflows.usage makes it") from None
    if header.split("\t") != list(COLUMNS):
        raise InputError(
            f"{path}:1 is not the header {' '.join(COLUMNS)}; python -m clinsynth.workflows.usage makes it"
        )
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for number, row in enumerate(rows, start=2):
        concept, _, rest = row.partition("\t")
        wording, _, count = rest.partition("\t")
        if not (concept and wording and count.isdecimal() and int(count) > 0):
            raise InputError(f"{path}:{number} is not a concept, a wording and how often it was met, with tabs between")
        found[concept].append((wording, int(count)))
    return {concept: tuple(sorted(met, key=lambda each: (-each[1], each[0]))) for concept, met in found.items()}
