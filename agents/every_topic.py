"""Records of every topic in one stream, as files hold them: each goes to the processor that takes it.

In a worker each topic has readers of its own; here one processor of each kind holds all of its subjects.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.chunk import PartitionProcessor, Record, RejectedRecord
from streams.decode import encode
from streams.events import Event
from streams.rejection import Reason


class _Told(NamedTuple):
    """What one processor has to tell another, as a record."""

    value: bytes
    offset: int = 0
    key: None = None
    headers: Sequence[tuple[str, bytes]] = ()
    timestamp: None = None


def take(records: Sequence[Record], processors: Sequence[PartitionProcessor]) -> list[RejectedRecord]:
    """Apply records, and what processors have to tell one another of them, until nobody has anything to tell.

    Returns:
        What no processor could apply.
    """
    rejected: list[RejectedRecord] = []
    waiting = records
    while waiting:
        told: list[Event] = []
        for processor in processors:
            if not waiting:
                break
            plan = processor.process(waiting)
            processor.commit(plan)
            told += plan.forwards
            rejected += _but_of_other_topics(plan.rejected)
            waiting = list(_of_other_topics(plan.rejected))
        waiting = [_Told(encode(event)) for event in told]
    return rejected


def _of_other_topics(rejected: Sequence[RejectedRecord]) -> Iterator[Record]:
    return (one.record for one in rejected if one.rejection.reason is Reason.WRONG_TOPIC)


def _but_of_other_topics(rejected: Sequence[RejectedRecord]) -> Iterator[RejectedRecord]:
    return (one for one in rejected if one.rejection.reason is not Reason.WRONG_TOPIC)
