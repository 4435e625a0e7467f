"""confluent-kafka (librdkafka): read and decode, nothing else."""

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from bench.task import Seen, Task

_BATCH = 1000


def main() -> None:
    """Read the topic once."""
    task = Task.given()
    seen, decode = Seen(task), msgspec.json.Decoder().decode
    # Queued messages are asked for again after 5 ms, not after a second: with the default it waits most of the time.
    consumer = Consumer({"bootstrap.servers": task.kafka, "group.id": task.app, "fetch.queue.backoff.ms": 5})
    consumer.assign([TopicPartition(task.topic, number, OFFSET_BEGINNING) for number in range(task.partitions)])
    is_through = False
    while not is_through:
        for message in consumer.consume(_BATCH, 1.0):
            value = message.value()
            decode(value)
            is_through = seen.add(value)
    seen.report()
    consumer.close()


if __name__ == "__main__":
    main()
