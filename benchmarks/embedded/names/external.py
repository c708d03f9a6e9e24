"""Data that others wrote, as marked texts: names of people, places and organisations, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

from clinsynth.data import data_root
from clinsynth.training.names.marking import Marked

_ASQ = {"NAME": "PERSON", "GEOGRAPHIC_LOCATION": "PLACE"}
_PRESIDIO = {"PERSON": "PERSON", "GPE": "PLACE", "STREET_ADDRESS": "PLACE", "ORGANIZATION": "ORGANISATION"}


def asq_phi(root: Path | None = None) -> list[Marked]:
    """Read ASQ-PHI: queries with the values of their PHI; hospitals are geographic locations there."""
    path = data_root(root) / "phi" / "asq-phi" / "synthetic_clinical_queries.txt"
    blocks = path.read_text(encoding="utf-8").split("===QUERY===")[1:]
    return [_query(number, block) for number, block in enumerate(blocks)]


def _query(number: int, block: str) -> Marked:
    query, _, tags = block.partition("===PHI_TAGS===")
    text = query.strip()
    values = [json.loads(line) for line in tags.strip().splitlines() if line.startswith("{")]
    spans = sorted(
        span for value in values if value["identifier_type"] in _ASQ for span in _places(text, value["value"], value)
    )
    return Marked(id=f"asq-{number}", text=text, spans=tuple(spans))


def _places(text: str, value: str, tag: dict[str, str]) -> Iterator[tuple[int, int, str, str]]:
    at = text.find(value)
    while at >= 0:
        yield at, at + len(value), _ASQ[tag["identifier_type"]], "asq-phi"
        at = text.find(value, at + len(value))


def presidio_research(root: Path | None = None) -> list[Marked]:
    """Read Presidio's synthetic sentences."""
    path = data_root(root) / "phi" / "presidio-research" / "synth_dataset_v2.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [
        Marked(
            id=f"presidio-{number}",
            text=row["full_text"],
            spans=tuple(
                sorted(
                    (s["start_position"], s["end_position"], _PRESIDIO[s["entity_type"]], "presidio")
                    for s in row["spans"]
                    if s["entity_type"] in _PRESIDIO
                )
            ),
        )
        for number, row in enumerate(rows)
    ]
