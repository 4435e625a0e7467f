"""confluent-kafka: how fast Python can read and decode, with no state at all."""

from bench.contestant import Command, Contestant, Job
from bench.environments import Environment
from bench.task import Task


class ConfluentKafka(Contestant):
    """A loop over `consume`."""

    letter, title, job = "h", "confluent-kafka, read and decode", Job.READ
    note = "no state, nothing written: the upper bound of Python"
    environment = Environment("confluent_kafka")

    def prepare(self) -> None:
        """Make its environment."""
        self.environment.make()

    def commands(self, task: Task) -> list[Command]:
        """Start the program."""
        return [self.environment.command(task)]
