"""Hashes of input, for provenance."""

import hashlib
from pathlib import Path

from clinsynth.errors import InputError


def content_hash(path: Path) -> str:
    """Give the SHA-256 of a file, or of the files of a folder in order of their names, in memory that does not grow.

    The hash of a file is the one that `sha256sum` gives.

    Raises:
        InputError: It cannot be read.
    """
    try:
        if not path.is_dir():
            return _file_hash(path).hex()
        total = hashlib.sha256()
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            name = file.relative_to(path).as_posix().encode("utf-8", "surrogateescape")
            total.update(hashlib.sha256(name).digest() + _file_hash(file))
        return total.hexdigest()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _file_hash(path: Path) -> bytes:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
