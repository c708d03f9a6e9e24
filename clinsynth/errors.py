"""The errors a user can mend. Anything else that goes wrong is a bug, and is left to be one."""

import difflib
from collections.abc import Iterable


class ClinsynthError(Exception):
    """Something the user can mend. The message says what is wrong, what was given and what to do, on one line.

    The command line prints the message and leaves with exit code 2; the text of a note is never part of it.
    """


class ConfigError(ClinsynthError):
    """A configuration, or a name or option in one, is wrong."""


class InputError(ClinsynthError):
    """A file of input cannot be read, or one of its rows is not what was expected."""


class MissingError(ClinsynthError):
    """A model, data set or optional package that was asked for is not on this machine."""


class OutputError(ClinsynthError):
    """Results cannot be written: no space, no permission, or the folder holds another run."""


class ResourceError(ClinsynthError):
    """The work asked for does not fit this machine."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, as the end of a sentence.

    >>> nearest("overlpa", ["entities", "overlap"])
    'did you mean "overlap"?'
    >>> nearest("zzz", ["entities", "overlap"])
    'known: entities, overlap'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known: {', '.join(names)}"
