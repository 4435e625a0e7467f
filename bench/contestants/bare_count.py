"""This project's partition reader with the smallest processor there can be: a count by key."""

import os
import sys
from typing import Any

from bench.contestant import Command, Contestant, Job
from bench.settings import settings_of
from bench.task import Task
from streams.topics import create_topics

_COUNT_KEY = b"k"  # as the program writes it


class BareCount(Contestant):
    """Faust coordinates, the partition reader reads, an agent decides, a transaction keeps."""

    letter, title, job = "b", "this worker's reader, a count by key", Job.COUNT
    note = "changelog in transactions: state and position together"

    def commands(self, task: Task) -> list[Command]:
        """Start the program beside this."""
        create_topics(settings_of(task))
        return [Command([sys.executable, "-m", "bench.programs.bare_count"], dict(os.environ) | task.environment())]

    def changelog(self, task: Task) -> str:
        """Return the changelog of the counts."""
        return settings_of(task).changelog_topic

    def entry(self, record: Any) -> tuple[bytes, int] | None:
        """Return a key and its count."""
        if not record.key.startswith(_COUNT_KEY):
            return None
        return record.key.removeprefix(_COUNT_KEY), int(record.value)
