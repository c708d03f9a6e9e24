"""Progress on a terminal: a bar where there is one, plain lines otherwise."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from clinsynth.workflows.progress import Progress

LINES_A_STAGE = 10


@contextmanager
def shown() -> Iterator[Progress]:
    """Show progress on standard error until the block ends."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)  # type: ignore[arg-type]

        yield show


class Lines:
    """Writes about `LINES_A_STAGE` lines for each stage."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take a step; say it if enough have gone by."""
        step = max(1, total // LINES_A_STAGE) if total else 100
        last = self._last.get(stage)
        if last is not None and done < last + step and done != total:
            return
        self._last[stage] = done
        of = f"/{total}" if total else ""
        sys.stderr.write(f"{stage}: {done}{of}\n")
        sys.stderr.flush()
