"""The folder of work that is done in one go, an audit or a benchmark: claimed by the settings that decide it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from clinsynth.errors import ConfigError, InputError, MissingError, OutputError
from clinsynth.storage import write_text
from clinsynth.workflows.folders import LOCK, held, read_record, remove_parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of such work.

    Attributes:
        title: In words, with its article.
        record: The file that holds its settings.
        result: The file that is there when it is done.
    """

    title: str
    record: str
    result: str


AUDIT = Kind(title="an audit", record="audit.yaml", result="findings.jsonl")
BENCH = Kind(title="a benchmark", record="bench.yaml", result="results.json")


@contextmanager
def settled(out: Path, kind: Kind, settings: Mapping[str, str]) -> Iterator[Path]:
    """Hold a folder for such work; what an interrupted one with the same settings left there is kept.

    Args:
        out: The folder.
        kind: What is done there.
        settings: All that decides what is found, as text, by name.

    Raises:
        OutputError: It holds something else, the same with other settings, or another process works in it.
    """
    with held(out, record=kind.record):
        _compare(out, kind, settings)
        remove_parts(out)
        try:
            yield out
        except (ConfigError, InputError, MissingError):
            # The same command cannot succeed: nothing here is worth resuming.
            _discard(out, kind)
            raise


def _discard(out: Path, kind: Kind) -> None:
    """Leave no trace of work that came to nothing; what was complete stays."""
    if (out / kind.result).exists():
        return
    shutil.rmtree(out / "work", ignore_errors=True)
    (out / kind.record).unlink(missing_ok=True)
    (out / LOCK).unlink()
    if not any(out.iterdir()):
        out.rmdir()


def _compare(out: Path, kind: Kind, settings: Mapping[str, str]) -> None:
    record = out / kind.record
    if not record.exists():
        write_text(record, yaml.safe_dump(dict(settings)))
        return
    before = read_record(record)
    changed = sorted(name for name in before.keys() | settings.keys() if before.get(name) != settings.get(name))
    if changed:
        raise OutputError(
            f"{out} holds {kind.title} with another {changed[0]}; choose another --out, or delete that folder"
        )
