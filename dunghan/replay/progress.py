"""How far a replay is: a bar where standard error is a terminal, else a line every ten seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.progress import Progress, TaskID

from dunghan.stored import progress_bar

_LINE_SECONDS = 10.0


class Shown:
    """One thing after another, each with its name."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}
        self._lines = not sys.stderr.isatty()
        self._told_at = monotonic()

    def update(self, name: str, done: int, total: int) -> None:
        """Say how far one thing is."""
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name)
        self._bar.update(self._tasks[name], completed=done, total=total)
        if self._lines and monotonic() - self._told_at >= _LINE_SECONDS:
            self._told_at = monotonic()
            click.echo(f"{name}: {done:,} of {total:,} ({done / max(total, 1):.0%})", err=True)

    def close(self) -> None:
        """Show nothing more."""
        self._bar.stop()


@contextmanager
def shown() -> Iterator[Shown]:
    """Show what is told, until the end of the block."""
    with progress_bar() as bar:
        yield Shown(bar)
