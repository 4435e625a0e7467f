"""Quix Streams: a stateful callback for each event; state in RocksDB, with a changelog."""

from typing import Any

import msgspec
from quixstreams import Application

from bench.task import Seen, Task


def main() -> None:
    """Read the topic once."""
    task = Task.given()
    seen, decode = Seen(task), msgspec.json.Decoder().decode
    app = Application(
        task.kafka,
        consumer_group=task.app,
        auto_offset_reset="earliest",
        state_dir=task.folder,
        loglevel="WARNING",
    )

    def count(value: bytes, state: Any) -> None:
        decode(value)
        state.set("count", state.get("count", 0) + 1)
        if seen.add(value):
            app.stop()  # the checkpoint is written on the way out

    topic = app.topic(task.topic, key_deserializer="bytes", value_deserializer="bytes")
    app.dataframe(topic).update(count, stateful=True)
    app.run()
    seen.report()


if __name__ == "__main__":
    main()
