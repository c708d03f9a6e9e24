"""MTS-Dialog: short conversations, each with the section of a note that it became (Ben Abacha et al., 2023)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clinsynth.data.files import check_split, csv_rows, find
from clinsynth.records import Note

HEADINGS: Mapping[str, str] = {
    "ALLERGY": "ALLERGIES",
    "ASSESSMENT": "ASSESSMENT",
    "CC": "CHIEF COMPLAINT",
    "DIAGNOSIS": "DIAGNOSIS",
    "DISPOSITION": "DISPOSITION",
    "EDCOURSE": "EMERGENCY DEPARTMENT COURSE",
    "EXAM": "PHYSICAL EXAMINATION",
    "FAM/SOCHX": "FAMILY AND SOCIAL HISTORY",
    "GENHX": "HISTORY OF PRESENT ILLNESS",
    "GYNHX": "GYNECOLOGIC HISTORY",
    "IMAGING": "IMAGING",
    "IMMUNIZATIONS": "IMMUNIZATIONS",
    "LABS": "LABORATORY DATA",
    "MEDICATIONS": "MEDICATIONS",
    "OTHER_HISTORY": "OTHER HISTORY",
    "PASTMEDICALHX": "PAST MEDICAL HISTORY",
    "PASTSURGICAL": "PAST SURGICAL HISTORY",
    "PLAN": "PLAN",
    "PROCEDURES": "PROCEDURES",
    "ROS": "REVIEW OF SYSTEMS",
}


@dataclass(frozen=True, kw_only=True)
class MtsDialog:
    """Sections of notes, each as a note of its heading and its text. Ids are "mts-dialog-<split>-<row id>"."""

    title: ClassVar[str] = "MTS-Dialog"
    licence: ClassVar[str] = "CC BY 4.0"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "abachaa/MTS-Dialog on GitHub"
    files: ClassVar[tuple[str, ...]] = (
        "notes/mts-dialog/MTS-Dialog-TrainingSet.csv",
        "notes/mts-dialog/MTS-Dialog-ValidationSet.csv",
        "notes/mts-dialog/MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv",
        "notes/mts-dialog/MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv",
    )
    splits: ClassVar[tuple[str, ...]] = ("train", "validation", "test-1", "test-2")

    root: Path | None = None

    def read(self, split: str) -> Iterator[Note]:
        """Yield the sections of a split.

        Raises:
            MissingError: The file is not on this machine.
        """
        return (note for note, _ in self.conversations(split))

    def conversations(self, split: str) -> Iterator[tuple[Note, str]]:
        """Yield each section with the conversation that it was written from."""
        check_split("mts-dialog", split, self.splits)
        file = self.files[self.splits.index(split)]
        path = find(self.root, file, title=self.title, home=self.home)
        for _, row in csv_rows(path, "ID", "section_header", "section_text", "dialogue"):
            number = row["ID"].strip()
            text = "\n".join(" ".join(line.split()) for line in row["section_text"].strip().splitlines())
            heading = HEADINGS[row["section_header"].strip()]
            note = Note(
                id=f"mts-dialog-{split}-{number}",
                text=f"{heading}:\n{text}",
                source=f"{path.name}:{number}",
            )
            yield note, row["dialogue"].strip()
