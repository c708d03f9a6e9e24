"""Notes and a tokenizer to train on: written here, small."""

import random
from pathlib import Path

import pytest

from clinsynth.records import Note
from clinsynth.storage import write_rows

_PROBLEMS = ("hypertension", "asthma", "type 2 diabetes mellitus", "migraine", "hypothyroidism", "gout")
_SYMPTOMS = ("chest pain", "headache", "cough", "fever", "nausea", "dizziness")
_DRUGS = ("metformin 500 mg twice daily", "lisinopril 10 mg once daily", "albuterol as needed")


def written(n: int, seed: int = 1) -> list[str]:
    """Write short notes of three sections."""
    draw = random.Random(seed)
    return [
        f"HISTORY OF PRESENT ILLNESS:\nThis is a {draw.randint(20, 90)}-year-old {draw.choice(('man', 'woman'))} with "
        f"{draw.choice(_PROBLEMS)}, who comes with {draw.choice(_SYMPTOMS)} for {draw.randint(2, 9)} days.\n\n"
        f"MEDICATIONS:\nThe patient takes {draw.choice(_DRUGS)}, and has for {draw.randint(2, 9)} years now.\n\n"
        f"PLAN:\nContinue what is given for {draw.choice(_PROBLEMS)}; come back in {draw.randint(2, 9)} weeks."
        for _ in range(n)
    ]


@pytest.fixture(scope="session")
def notes() -> list[Note]:
    """Give thirty short notes."""
    # Notes 60 and 76 are held out of pretraining by their ids.
    texts = enumerate(written(30), start=50)
    return [Note(id=f"note-{i}", text=text, note_type="progress_note", specialty="Cardiology") for i, text in texts]


@pytest.fixture(scope="session")
def notes_file(tmp_path_factory: pytest.TempPathFactory, notes: list[Note]) -> Path:
    """Write the notes to a file."""
    path = tmp_path_factory.mktemp("notes") / "notes.jsonl"
    rows = ({"id": note.id, "text": note.text, "note_type": note.note_type} for note in notes)
    write_rows(path, rows)
    return path
