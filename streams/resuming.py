"""Where to go on reading a topic: behind what the state holds, if the state was made of this topic."""

import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition

from streams.clients import in_time

log = logging.getLogger(__name__)


class TopicReplacedError(RuntimeError):
    """A topic ends before what has been applied of it."""


async def offsets_to_resume_at(consumer: Any, applied: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Return the offset to go on at in each partition.

    Args:
        consumer: Of the topic.
        applied: The offset of the last record that is in the state; -1 if there is none.

    Raises:
        TopicReplacedError: naming the partition, and what to do.
        aiokafka.errors.KafkaError: the broker did not say where the topic begins and ends.
    """
    async with in_time("the ends not known"):
        firsts, ends = await consumer.beginning_offsets(list(applied)), await consumer.end_offsets(list(applied))
    for partition, last in applied.items():
        if ends[partition] <= last:
            raise TopicReplacedError(_replaced(partition, last, ends[partition]))
        if last + 1 < firsts[partition] and last >= 0:
            log.warning("%s: records %d to %d are gone and were not read", partition, last + 1, firsts[partition] - 1)
    return {partition: max(last + 1, firsts[partition]) for partition, last in applied.items()}


def _replaced(partition: TopicPartition, last: int, end: int) -> str:
    return (
        f"topic {partition.topic}, partition {partition.partition}: applied up to offset {last}, but it ends at {end}: "
        "it was deleted and created anew, or has lost records. The state stays as it is; how to begin anew with what "
        "the topic holds now: docs/reliability.md"
    )
