"""Faust as shipped: a Table of numbers, one event at a time."""

import faust
import msgspec

from bench.programs.stock import RAW, StockApp
from bench.task import Task

task = Task.given()
stock = StockApp(task)
schema = faust.Schema(**(RAW | {"value_type": int, "value_serializer": "json"}))
counts = stock.faust.Table(
    "counts", default=int, partitions=task.partitions, schema=schema, key_type=bytes, value_type=int
)
decode = msgspec.json.Decoder().decode


@stock.faust.agent(stock.events)  # type: ignore[untyped-decorator] # Faust carries no types that mypy can follow
async def work(stream: faust.StreamT) -> None:
    """Take one event at a time."""
    async for event in stream.events():
        decode(event.message.value)
        counts[event.message.key] += 1
        if stock.seen.add(event.message.value):
            await stock.end()


if __name__ == "__main__":
    stock.run()
