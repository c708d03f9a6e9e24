"""aci-bench: conversations of a visit, each with its whole note (Yim et al., 2023)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clinsynth.data.files import check_split, csv_rows, find
from clinsynth.records import Note

_HEADING = re.compile(r"(?:^|(?<=\n\n))([A-Z][A-Z /&,-]+):?\s*\n+(?=\S)")


@dataclass(frozen=True, kw_only=True)
class AciBench:
    """Notes of clinic visits. Ids are "aci-bench-<encounter>"."""

    title: ClassVar[str] = "aci-bench"
    licence: ClassVar[str] = "CC BY 4.0"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "wyim/aci-bench on GitHub"
    files: ClassVar[tuple[str, ...]] = ("notes/aci-bench/train.csv", "notes/aci-bench/valid.csv")
    splits: ClassVar[tuple[str, ...]] = ("train", "valid")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Note]:
        """Yield the notes of a split, headings laid out as in ours: "PLAN:", the text below, an empty line between.

        Raises:
            MissingError: The file is not on this machine.
        """
        return (note for note, _ in self.conversations(split))

    def conversations(self, split: str) -> Iterator[tuple[Note, str]]:
        """Yield each note with the conversation that it was written from."""
        check_split("aci-bench", split, self.splits)
        path = find(self.root, self.files[self.splits.index(split)], title=self.title, home=self.home)
        for number, row in csv_rows(path, "encounter_id", "dialogue", "note"):
            note = Note(
                id=f"aci-bench-{row['encounter_id'].strip()}",
                text=laid_out(row["note"]),
                note_type="progress_note",
                specialty="General Medicine",
                source=f"{path.name}:{number}",
            )
            yield note, row["dialogue"].strip()


def laid_out(text: str) -> str:
    r"""Give each heading its colon, and its text the line below.

    >>> laid_out("PLAN\n\nRest.")
    'PLAN:\nRest.'
    """
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return _HEADING.sub(r"\1:\n", re.sub(r"\n{3,}", "\n\n", lines))
