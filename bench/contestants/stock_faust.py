"""Faust as shipped: an agent that gets one event at a time, and a Table with a changelog."""

import os
import sys
from typing import Any

from bench.contestant import Command, Contestant, Job
from bench.task import Task


class StockWholeJob(Contestant):
    """The same dossiers, merged, judged and counted by the same code as this worker's."""

    letter, title, job = "c", "Faust as shipped, the same logic", Job.WHOLE
    note = "an agent and a Table with a changelog; no view, no expectations: it does less"
    is_slow = True

    def commands(self, task: Task) -> list[Command]:
        """Start the program."""
        return [_command("bench.programs.stock_whole_job", task)]

    def changelog(self, task: Task) -> str:
        """Return the Table's."""
        return f"{task.app}-dossiers-changelog"

    def entry(self, record: Any) -> tuple[bytes, bytes]:
        """Return a dossier's code and stored facts."""
        return record.key, record.value


class StockCount(Contestant):
    """A Table of numbers."""

    letter, title, job = "d", "Faust as shipped, a count by key", Job.COUNT
    note = "an agent and a Table with a changelog"
    is_slow = True

    def commands(self, task: Task) -> list[Command]:
        """Start the program."""
        return [_command("bench.programs.stock_count", task)]

    def changelog(self, task: Task) -> str:
        """Return the Table's."""
        return f"{task.app}-counts-changelog"

    def entry(self, record: Any) -> tuple[bytes, int]:
        """Return a key and its count."""
        return record.key, int(record.value)


def _command(module: str, task: Task) -> Command:
    return Command([sys.executable, "-m", module], dict(os.environ) | task.environment())
