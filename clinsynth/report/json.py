"""A report as JSON: the exact twin of its HTML, for programs."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from clinsynth.report.records import Report


def as_json(report: Report) -> dict[str, Any]:
    """Give what JSON can hold: a number that is not known as null, a lone surrogate as U+FFFD."""
    content: dict[str, Any] = _plain(report)
    return content


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON leaves here
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        # A lone surrogate can enter by a JSON escape, and no encoder accepts it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None if isinstance(value, float) and not math.isfinite(value) else value
