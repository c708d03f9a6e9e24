"""How long work tells what it has done: the library calls, the command line shows."""

from typing import Protocol


class Progress(Protocol):
    """Told of each step."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the stage's name and how many of its steps are done; `total` is 0 where it is not known."""
        ...


def silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""
