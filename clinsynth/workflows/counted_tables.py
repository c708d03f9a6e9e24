"""The command of a table that is counted from the data that models are trained on."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from clinsynth.data import data_root
from clinsynth.errors import ClinsynthError
from clinsynth.storage import write_text


def write_table(module: str, collect: Callable[[Path], Iterable[str]], arguments: Sequence[str] | None = None) -> None:
    """Read `--data` and `--out`, collect the lines of a table and write them.

    Args:
        module: Whose command it is, for messages.
        collect: Gives the lines for a folder of data sets.
        arguments: Of the command line; None for those of this process.
    """
    parser = argparse.ArgumentParser(prog=f"python -m clinsynth.workflows.{module}")
    parser.add_argument("--data", type=Path, help="where the data sets are, if CLINSYNTH_DATA does not say it")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    given = parser.parse_args(arguments)
    try:
        write_text(given.out, "\n".join(collect(data_root(given.data))) + "\n")
    except ClinsynthError as error:
        parser.error(str(error))
