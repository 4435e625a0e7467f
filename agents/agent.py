"""The Faust agents: each a thin one between a partition reader and its partition processors."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from streams.chunk import PartitionProcessor, Plan, Record
from streams.faust_app import CoordinatingApp
from streams.reader import Handle


class Chunk(NamedTuple):
    """Records of one partition, its state, and where the plan is awaited."""

    processor: PartitionProcessor
    records: Sequence[Record]
    plan: asyncio.Future[Plan]


def register(app: CoordinatingApp, name: str) -> Handle:
    """Add an agent to the app, of dossiers, procedures or petitions; return how the reader hands it a chunk."""
    chunks = app.plain_channel()

    @app.agent(chunks, name=name)  # type: ignore[untyped-decorator]
    async def decide(stream: AsyncIterator[Chunk]) -> None:
        async for chunk in stream:
            try:
                chunk.plan.set_result(chunk.processor.process(chunk.records))
            except Exception as error:  # noqa: BLE001 - the reader raises it where the chunk is awaited
                chunk.plan.set_exception(error)

    async def handle(processor: PartitionProcessor, records: Sequence[Record]) -> Plan:
        chunk = Chunk(processor, records, asyncio.get_running_loop().create_future())
        await chunks.put(chunk)
        return await chunk.plan

    return handle
