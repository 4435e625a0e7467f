"""Bytewax: a Kafka source, a stateful map, and a sink that keeps the newest count of each key."""

import json
import time

import bytewax.operators as op
import msgspec
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.run import cli_main

from bench.task import Seen, Task

_FOREVER = 3600.0


class _Newest(StatelessSinkPartition[tuple[str, int]]):
    """The end of the line."""

    def __init__(self, task: Task, seen: Seen) -> None:
        self._task = task
        self._seen = seen
        self._left = task.records
        self._counts: dict[str, int] = {}

    def write_batch(self, items: list[tuple[str, int]]) -> None:
        self._counts.update(items)
        self._left -= len(items)
        if not self._left:
            self._task.counts_file.write_text(json.dumps(self._counts))
            self._seen.report()
            time.sleep(_FOREVER)  # until the bench ends this: there is no other way out of a tail


class _Sink(DynamicSink[tuple[str, int]]):
    def __init__(self, task: Task, seen: Seen) -> None:
        self._task = task
        self._seen = seen

    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Newest:
        del step_id, worker_index, worker_count
        return _Newest(self._task, self._seen)


def flow(task: Task) -> Dataflow:
    """Return the data flow."""
    seen, decode = Seen(task), msgspec.json.Decoder().decode

    def keyed(message: KafkaSourceMessage) -> tuple[str, None]:
        decode(message.value)
        seen.add(message.value)
        return message.key.decode(), None

    def counted(count: int | None, _: None) -> tuple[int, int]:
        count = (count or 0) + 1
        return count, count

    made = Dataflow("count")
    messages = op.input("events", made, KafkaSource([task.kafka], [task.topic]))
    op.output("newest", op.stateful_map("counted", op.map("keyed", messages, keyed), counted), _Sink(task, seen))
    return made


if __name__ == "__main__":
    cli_main(flow(Task.given()))
