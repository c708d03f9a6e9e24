"""The folder of an audit: claimed by one input and one way of checking it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from clinsynth.errors import ConfigError, InputError, MissingError, OutputError
from clinsynth.storage import write_text
from clinsynth.workflows.folders import LOCK, held

RECORD = "audit.yaml"


@contextmanager
def claimed_audit(out: Path, settings: Mapping[str, str]) -> Iterator[Path]:
    """Hold a folder for an audit; what an interrupted one with the same settings left there is kept.

    Args:
        out: The folder.
        settings: All that decides what is found, as text, by name.

    Raises:
        OutputError: It holds something else, an audit with other settings, or another process works in it.
    """
    with held(out, record=RECORD):
        _compare(out, settings)
        try:
            yield out
        except (ConfigError, InputError, MissingError):
            # The same command cannot succeed: nothing here is worth resuming.
            _discard(out)
            raise


def _discard(out: Path) -> None:
    """Leave no trace of an audit that came to nothing; one that was complete stays."""
    if (out / "findings.jsonl").exists():
        return
    shutil.rmtree(out / "work", ignore_errors=True)
    (out / RECORD).unlink(missing_ok=True)
    (out / LOCK).unlink()
    if not any(out.iterdir()):
        out.rmdir()


def _compare(out: Path, settings: Mapping[str, str]) -> None:
    record = out / RECORD
    if not record.exists():
        write_text(record, yaml.safe_dump(dict(settings)))
        return
    before = yaml.safe_load(record.read_text(encoding="utf-8")) or {}
    changed = sorted(name for name in {*before, *settings} if before.get(name) != settings.get(name))
    if changed:
        raise OutputError(
            f"{out} holds an audit with another {changed[0]}; choose another --out, or delete that folder"
        )
