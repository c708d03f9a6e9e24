"""Where notes come from: a named data set and split, or a file."""

from collections.abc import Iterator
from pathlib import Path

from clinsynth.config import Config
from clinsynth.data.notes_input import read_input
from clinsynth.data.splits import read_notes
from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir
from clinsynth.recipes import Source
from clinsynth.records import Note
from clinsynth.storage import write_records
from clinsynth.workflows.shipped import SHIPPED_DIR

_ADAPTER = "adapter_config.json"


def source_notes(source: Source, *, root: str | Path | None = None) -> Iterator[Note]:
    """Stream the notes of a source.

    Args:
        source: A data set with its split, or a file (a path, or one below the configs that ship).
        root: The folder of the public data sets.

    Raises:
        ConfigError: The source names neither a data set nor a file, or both.
        MissingError: The data set is not on this machine.
    """
    if (source.dataset is None) == (source.file is None):
        raise ConfigError("a source names either a dataset or a file")
    if source.dataset is not None:
        return read_notes(source.dataset, source.split, root)
    return read_input(find_file(str(source.file)))


def find_file(name: str) -> Path:
    """Find a file: as a path, or below the configs that ship (`configs/sample/notes.jsonl`)."""
    given = Path(name)
    if given.exists() or given.parts[:1] != ("configs",):
        return given
    return data_dir("configs").joinpath(*given.parts[1:])


def find_adapter(name: str) -> Path:
    """Find the folder of an adapter: as a path, or by its name among those that ship with the embedded model.

    A folder of such a name that holds no adapter, say that of a run, does not stand in the way of the one that ships.
    """
    given = Path(name)
    shipped = SHIPPED_DIR / given
    is_shipped = given.name == name and (shipped / _ADAPTER).is_file()
    return shipped if is_shipped and not (given / _ADAPTER).is_file() else given


def write_reference(config: Config, path: Path) -> Path | None:
    """Write the notes that a corpus must not repeat, once; give the file, or None where there is no reference."""
    if not config.reference:
        return None
    if not path.exists():
        write_records(path, (note for part in config.reference for note in source_notes(part, root=config.data_dir)))
    return path
