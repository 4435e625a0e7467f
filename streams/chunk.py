"""What passes between the partition reader and the agent that decides: records in, a plan out."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from streams import records
from streams.alerts import AlertEvent
from streams.events import Event
from streams.rejection import Rejection


class Record(records.Record, Protocol):
    """One Kafka record, as the reader hands it on; aiokafka's `ConsumerRecord` is one."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...


class RejectedRecord(msgspec.Struct, frozen=True):
    """A record, or a part of one, that cannot be applied, and why."""

    record: Any  # a Record; msgspec need not look into it
    rejection: Rejection


class Plan(msgspec.Struct, kw_only=True):
    """What a chunk amounts to, or what is told of alerts. The reader writes it in one transaction, all or nothing."""

    position: int  # offset of the chunk's last record
    records: int = 0
    changelog: list[tuple[bytes, bytes | None]] = []  # None: a tombstone
    rejected: list[RejectedRecord] = []
    forwards: list[Event] = []  # events of dossiers that live in another partition
    alerts: list[AlertEvent] = []


class Reach(StrEnum):
    """How far a partition has been read, and every other one that may have something to pass on to it."""

    BEHIND = "behind"
    """Old records wait."""
    HEAD = "head"
    """Only records wait that have just come: under load some always do."""
    END = "end"
    """No record waits."""


class PartitionProcessor(Protocol):
    """What the reader asks of the state of one partition. No method does I/O, so none needs to be awaited."""

    position: int  # offset of the last record in the state; -1 before the first

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one changelog record into the state."""
        ...

    def recount(self) -> None:
        """Count what was loaded; called when the changelog has been read to its end."""
        ...

    def process(self, records: Sequence[Record]) -> Plan:
        """Decide what a chunk amounts to, without changing the state."""
        ...

    def commit(self, plan: Plan) -> None:
        """Make a plan that was written the state."""
        ...

    def tell(self) -> Plan | None:
        """Decide which alerts are to be told, without changing the state; None if there is nothing to tell yet."""
        ...

    def advance(self, now: datetime, *, reach: Reach, quiet: bool = True) -> None:
        """Judge again whatever time alone has changed.

        Args:
            now: The present instant.
            reach: Whether records wait.
            quiet: Whether no record has arrived for a while.
        """
        ...
