"""What the two programs for Faust as shipped share: its app, the topic of the events, and its end."""

import sys
from typing import Any

import faust

from bench.task import Seen, Task

RAW: dict[str, Any] = {
    "key_type": bytes,
    "key_serializer": "raw",
    "value_type": bytes,
    "value_serializer": "raw",
}


class StockApp:
    """Faust with its own consumer, its own producer, and a Table."""

    def __init__(self, task: Task) -> None:
        self.seen = Seen(task)
        self.faust = faust.App(
            task.app,
            broker=f"kafka://{task.kafka}",
            store="memory://",
            topic_partitions=task.partitions,
            web_enabled=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            datadir=task.folder,
        )
        self.events = self.faust.topic(task.topic, **RAW)

    async def end(self) -> None:
        """Report, once what the Table has sent is acknowledged."""
        await self.faust.producer.flush()
        self.seen.report()

    def run(self) -> None:
        """Run it as `faust worker` does."""
        sys.argv = [sys.argv[0], "worker", "-l", "warn", "--without-web"]
        self.faust.main()
