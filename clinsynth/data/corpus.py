"""The rows of a corpus: a note with its case and its origin, as parquet holds them.

Attributes and versions are lists of (name, value), not parquet maps: `datasets` cannot read maps.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from clinsynth.errors import InputError
from clinsynth.records import Case, Fact, Note, Origin, Span
from clinsynth.storage import record

COLUMNS = (
    *("id", "text", "note_type", "specialty", "patient", "encounter", "day"),
    *("attributes", "facts", "written", "provenance"),
)


def corpus_schema() -> Any:  # noqa: ANN401 - a pyarrow schema
    """Give the `pyarrow.Schema` of a corpus file."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    spans = pa.list_(pa.struct([("start", whole), ("end", whole)]))
    pairs = pa.list_(pa.struct([("name", text), ("value", text)]))
    told = [(name, text) for name in ("id", "kind", "subject", "relation", "value", "code")]
    fact = pa.struct([*told, ("negated", pa.bool_()), ("spans", spans)])
    made = [(name, text) for name in ("template", "template_hash", "backbone", "adapter_hash")]
    origin = pa.struct([*made, ("seed", whole), ("attempt", whole), ("versions", pairs)])
    strings = [(name, text) for name in ("id", "text", "note_type", "specialty", "patient")]
    others = [
        ("encounter", whole),
        ("day", whole),
        ("attributes", pairs),
        ("facts", pa.list_(fact)),
        ("written", spans),
        ("provenance", origin),
    ]
    return pa.schema([*strings, *others])


def note_row(note: Note) -> dict[str, Any]:
    """Put a note as a row of a corpus; what is known from a case is null for a note without one."""
    case, origin = note.case, note.origin
    return {
        "id": note.id,
        "text": note.text,
        "note_type": note.note_type,
        "specialty": note.specialty,
        "patient": None if case is None else case.patient,
        "encounter": None if case is None else case.encounter,
        "day": None if case is None else case.day,
        "attributes": None if case is None else _pairs(case.attributes),
        "facts": None if case is None else [_fact_row(fact, note.stated.get(fact.id, ())) for fact in case.facts],
        "written": _span_rows(note.written),
        "provenance": None if origin is None else _origin_row(origin),
    }


def _fact_row(fact: Fact, spans: Iterable[Span]) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "subject": fact.subject,
        "relation": fact.relation,
        "value": fact.value,
        "code": fact.code,
        "negated": fact.negated,
        "spans": _span_rows(spans),
    }


def _origin_row(origin: Origin) -> dict[str, Any]:
    return {
        "template": origin.template,
        "template_hash": origin.template_hash,
        "backbone": origin.backbone,
        "adapter_hash": origin.adapter_hash,
        "seed": origin.seed,
        "attempt": origin.attempt,
        "versions": _pairs(origin.versions),
    }


def _span_rows(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def is_corpus_row(row: Mapping[str, Any]) -> bool:
    """Say whether a row has all columns of a corpus, and facts in our layout rather than somebody else's."""
    facts = row.get("facts")
    ours = facts is None or (isinstance(facts, list) and all(isinstance(fact, Mapping) for fact in facts))
    return ours and all(name in row for name in COLUMNS)


def note_from_row(row: Mapping[str, Any], *, source: str = "") -> Note:
    """Read a note back from a row of a corpus; its case has the note's own id.

    Raises:
        InputError: The row is not one of a corpus; the message names the field, and the source as the place.
    """
    if missing := [name for name in COLUMNS if name not in row]:
        raise InputError(f'{source} has no field "{missing[0]}"; it is no row of a corpus')
    rows = row["facts"] or []
    given = {
        "id": row["id"],
        "text": row["text"],
        "note_type": row["note_type"],
        "specialty": row["specialty"],
        "case": None if row["facts"] is None else _case_fields(row),
        "stated": {fact["id"]: fact["spans"] for fact in rows if fact.get("spans")},
        "written": row["written"] or [],
        "origin": None if row["provenance"] is None else _origin_fields(row["provenance"]),
        "source": source,
    }
    return record(Note, given, where=source)


def _case_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "note_type": row["note_type"],
        "specialty": row["specialty"],
        "patient": row["patient"],
        "encounter": row["encounter"],
        "day": row["day"],
        "attributes": _mapping(row["attributes"]),
        "facts": [{name: value for name, value in fact.items() if name != "spans"} for fact in row["facts"]],
    }


def _origin_fields(origin: Mapping[str, Any]) -> dict[str, Any]:
    return {**origin, "versions": _mapping(origin.get("versions"))}


def _mapping(pairs: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in pairs or ()}


def case_from_row(row: Mapping[str, Any], *, where: str) -> Case:
    """Read a case from a row of a corpus or from one with the fields of `Case`.

    Raises:
        InputError: It is neither; the message names the field.
    """
    if is_corpus_row(row) and row["facts"] is not None:
        return record(Case, _case_fields(row), where=where)
    return record(Case, row, where=where)
