"""The demo's own processes: workers and the simulated province."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

TAIL_LINES = 12
STOP_LIMIT_SECONDS = 15.0  # a worker finishes the chunk in hand and leaves its group within a few seconds
# `python -m`, so that it is this very installation whether or not its scripts are on PATH.
DUNGHAN = (sys.executable, "-m", "dunghan")


class ChildDiedError(click.ClickException):
    """A process of the demo ended, and was not asked to; exit code 1."""


class Child:
    """One process, in a session of its own: Ctrl-C at the terminal reaches the demo alone, which then decides."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def exit_code(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        """Send SIGTERM, if it still runs."""
        self._process.terminate()

    def wait_or_kill(self, limit_seconds: float) -> None:
        """Wait for its end; after the limit, kill it."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(limit_seconds)
        self._process.kill()  # does nothing to a process that has been waited for
        self._process.wait()

    def obituary(self) -> ChildDiedError:
        """Say how it ended, with the last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:] or ["(nothing)"]
        ending = f"{self.name} ended by itself (exit code {self.exit_code}); last lines of {self.log}:"
        return ChildDiedError("\n  ".join([ending, *lines]))


class Children:
    """All of them, with their logs in one folder."""

    def __init__(self, logs: Path, settings: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("DUNGHAN_")}
        self._environment |= settings
        self._children: list[Child] = []

    def start(self, name: str, *arguments: str, program: Sequence[str] = DUNGHAN) -> None:
        """Start `dunghan` with these arguments; its output goes to `<name>.log`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name.replace(' ', '-')}.log"
        self._children.append(Child(name, [*program, *arguments], self._environment, log))

    def check(self) -> None:
        """Check that all still run.

        Raises:
            ChildDiedError: naming the first that does not.
        """
        for child in self._children:
            if child.exit_code is not None:
                raise child.obituary()

    def stop(self) -> None:
        """Stop the youngest first: the source of events, then the workers, all of the latter at the same time."""
        for child in reversed(self._children):
            child.ask_to_end()
        for child in reversed(self._children):
            child.wait_or_kill(STOP_LIMIT_SECONDS)
        self._children.clear()
