"""Quix Streams: state in RocksDB, with a changelog."""

from typing import Any

from bench.contestant import Command, Contestant, Job
from bench.environments import Environment
from bench.task import Task

_SEPARATOR = b"|"  # in the changelog, between the record's key and the name of the value


class QuixStreams(Contestant):
    """A stateful callback for each event."""

    letter, title, job = "e", "Quix Streams, a count by key", Job.COUNT
    note = "RocksDB and a changelog; at least once, its default"
    environment = Environment("quix_streams")

    def prepare(self) -> None:
        """Make its environment."""
        self.environment.make()

    def commands(self, task: Task) -> list[Command]:
        """Start the program."""
        return [self.environment.command(task)]

    def changelog(self, task: Task) -> str:
        """Return the topic that Quix Streams makes for a state of this name."""
        return f"changelog__{task.app}--{task.topic}--default"

    def entry(self, record: Any) -> tuple[bytes, int]:
        """Return a key and its count, which is stored as JSON."""
        return record.key.partition(_SEPARATOR)[0], int(record.value)
