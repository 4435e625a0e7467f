"""What all contestants have in common: how each is started, when it is through, and where its state can be seen."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from bench.task import Report, Task

_STOP_SECONDS = 20
_POLL_SECONDS = 0.05
_LOG_LINES = 5
_MESSAGE = "{"  # what a program says to the bench is a JSON object on a line of its own; all else is log


class Job(Enum):
    """What is done with every record."""

    WHOLE = "the whole job"
    COUNT = "a count by key"
    READ = "read and decode"


class MissingError(RuntimeError):
    """A contestant cannot take part: what is missing, and what to do about it."""


class RefusedError(RuntimeError):
    """A figure is not taken: the run did not come to its end, or not to the right one."""


class Command(NamedTuple):
    """One process to start."""

    arguments: Sequence[str]
    environment: Mapping[str, str]


class Running:
    """The processes of one run; each writes its output to a log of its own."""

    def __init__(self, commands: Sequence[Command], folder: Path, limit_seconds: float) -> None:
        self.logs = [folder / f"{number}.log" for number in range(1, len(commands) + 1)]
        self._deadline = time.monotonic() + limit_seconds
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for command, log in zip(commands, self.logs, strict=True):
                self._processes.append(_started(command, log))
        except BaseException:
            self.stop()
            raise

    @property
    def pids(self) -> list[int]:
        """Return the process ids."""
        return [process.pid for process in self._processes]

    def pause(self) -> None:
        """Wait a moment for what the processes are to say.

        Raises:
            RefusedError: one has ended, or the time is over.
        """
        if any(process.poll() is not None for process in self._processes):
            raise RefusedError(f"it ended by itself: {self.last_words()}")
        if time.monotonic() > self._deadline:
            raise RefusedError(f"it did not come to its end in time: {self.last_words()}")
        time.sleep(_POLL_SECONDS)

    def last_words(self) -> str:
        """Return the end of the first log that says anything."""
        tails = [" / ".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:]) for log in self.logs]
        return next(filter(None, tails), "(nothing)")

    def stop(self) -> None:
        """Ask them to end; kill those that do not."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _started(command: Command, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            command.arguments,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


class Contestant(ABC):
    """One program that is measured."""

    letter: ClassVar[str]
    title: ClassVar[str]
    job: ClassVar[Job]
    note: ClassVar[str] = ""  # what a reader of the figures should know
    is_slow: ClassVar[bool] = False  # it gets a shorter topic; its rate does not depend on the number of events

    def prepare(self) -> None:  # noqa: B027 - those of this project's own environment need nothing
        """Install what it needs.

        Raises:
            MissingError: it cannot be had here.
        """

    @abstractmethod
    def commands(self, task: Task) -> list[Command]:
        """Return what to start."""

    def watch(self, running: Running, task: Task) -> Report:
        """Wait until it is through, and return what it says.

        Raises:
            RefusedError: it did not come to its end.
        """
        del task
        while not (said := _said(running.logs[0])):
            running.pause()
        return Report.read(said)

    def changelog(self, task: Task) -> str | None:
        """Return the topic that holds its state; None without one."""
        del task
        return None

    def entry(self, record: Any) -> tuple[bytes, Any] | None:
        """Return the key and the state of a record of the changelog; None where it holds something else."""
        raise NotImplementedError

    def reached(self, record: Any) -> int | None:
        """Return how much of its partition of the events a record of the changelog shows as applied, if it does."""
        del record
        return None


def _said(log: Path) -> str | None:
    """Return what a program has said to the bench, once the line is whole."""
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return next((line for line in lines if line.startswith(_MESSAGE) and line.endswith("\n")), None)
