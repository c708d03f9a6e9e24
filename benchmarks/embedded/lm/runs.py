"""What came of a run, attempt by attempt, as its folder tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from clinsynth.config import Config, read_yaml
from clinsynth.errors import InputError
from clinsynth.records import Case, Note
from clinsynth.storage import read_records
from clinsynth.workflows.stages import Checked

RECORD = "run.yaml"


@dataclass(frozen=True)
class Run:
    """A run of `clinsynth run` whose `work` folder is still there."""

    folder: Path

    @cached_property
    def config(self) -> Config:
        """What it was begun with.

        Raises:
            InputError: It is no folder of a run.
        """
        if not (self.folder / RECORD).is_file():
            raise InputError(f"{self.folder} has no {RECORD}; give the folder of a clinsynth run")
        return Config.model_validate(read_yaml(self.folder / RECORD))

    @cached_property
    def attempts(self) -> tuple[tuple[Checked, ...], ...]:
        """What was written and found in each attempt, in the order of the cases.

        Raises:
            InputError: Its work folder is gone.
        """
        found = [tuple(self._checked(attempt)) for attempt in range(self.config.writing.attempts)]
        if not found or not found[0]:
            raise InputError(f"{self.folder} has no checked notes; its work folder is needed")
        return tuple(found)

    def _checked(self, attempt: int) -> Iterator[Checked]:
        for path in sorted((self.folder / "work" / f"pass-{attempt}" / "checked").glob("*.jsonl")):
            yield from read_records(path, Checked)

    @property
    def first(self) -> tuple[Checked, ...]:
        """What was written before anything was filtered."""
        return self.attempts[0]

    def accepted(self, within: int) -> Mapping[str, Note]:
        """Give the notes that were accepted within so many attempts, by the id of their case."""
        return {
            item.note.id: item.note for attempt in self.attempts[:within] for item in attempt if item.verdict.accepted
        }

    def described(self) -> str:
        """Name the cases that it wrote for."""
        return f"{self.config.name}: {len(self.first)} cases planned from seed {self.config.seed}"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A note with its own case, and the case of the next note, which is a stranger to it."""

    checked: Checked = field(repr=False)
    case: Case = field(repr=False)
    stranger: Case = field(repr=False)


def paired(items: tuple[Checked, ...]) -> list[Pair]:
    """Set each note beside the case of the next one, the last beside the first: what chance would give."""
    cases = [case_of(item.note) for item in items]
    return [
        Pair(checked=item, case=case, stranger=stranger)
        for item, case, stranger in zip(items, cases, [*cases[1:], cases[0]], strict=True)
    ]


def case_of(note: Note) -> Case:
    """Give the case of a note.

    Raises:
        InputError: It has none.
    """
    if note.case is None:
        raise InputError(f"the note {note.id} has no case; a run of clinsynth was expected")
    return note.case
