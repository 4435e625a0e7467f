"""Kafka Streams in Java: state in RocksDB, with a changelog."""

from typing import Any

from bench.contestant import Command, Contestant, Job
from bench.environments import JavaEnvironment
from bench.task import Task


class KafkaStreams(Contestant):
    """An aggregation by key, in one stream thread."""

    letter, title, job = "f", "Kafka Streams (Java), a count by key", Job.COUNT
    note = "RocksDB and a changelog; at least once, its default; one stream thread"
    threads = 1
    environment = JavaEnvironment("kafka_streams", "KeyedCount")

    def prepare(self) -> None:
        """Fetch its jars and compile the program."""
        self.environment.make()

    def commands(self, task: Task) -> list[Command]:
        """Start the program."""
        return [self.environment.command(task, str(self.threads))]

    def changelog(self, task: Task) -> str:
        """Return the store's."""
        return f"{task.app}-counts-changelog"

    def entry(self, record: Any) -> tuple[bytes, int]:
        """Return a key and its count, which is stored as Java's long."""
        return record.key, int.from_bytes(record.value, "big")


class KafkaStreamsOnTwo(KafkaStreams):
    """The same in two stream threads: on two cores, with the broker on the same."""

    letter, title = "i", "Kafka Streams (Java), a count by key, two threads"
    note = "the same in two stream threads: it may use both cores"
    threads = 2
