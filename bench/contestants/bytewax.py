"""Bytewax: state in memory."""

from bench.contestant import Command, Contestant, Job
from bench.environments import Environment
from bench.task import Task


class Bytewax(Contestant):
    """A stateful map over a Kafka source."""

    letter, title, job = "g", "Bytewax, a count by key", Job.COUNT
    note = "state in memory only: no recovery store"
    environment = Environment("bytewax")

    def prepare(self) -> None:
        """Make its environment."""
        self.environment.make()

    def commands(self, task: Task) -> list[Command]:
        """Start the program; it leaves its counts in a file."""
        return [self.environment.command(task)]
