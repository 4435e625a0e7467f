"""What goes into the decoder and what comes out of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from streams.events import Event
from streams.rejection import Reason, RejectedError, Rejection

DAY_MS = 86_400_000
"""How far ahead of its record an event may claim to have happened: clocks and zones are wrong by hours, not by days."""


class Record(Protocol):
    """One record of a topic; aiokafka's `ConsumerRecord` is one."""

    @property
    def key(self) -> bytes | None:
        """The Kafka key: the code of the subject."""
        ...

    @property
    def value(self) -> bytes | None:
        """The bytes as they came."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """The record's headers: CloudEvents attributes in binary mode."""
        ...

    @property
    def timestamp(self) -> int | None:
        """When it was recorded, in milliseconds since the epoch."""
        ...


class Line(msgspec.Struct, frozen=True):
    """One line of a file, as a record."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int | None = None


class Decoded(msgspec.Struct):
    """All that one record says, and what of it was refused or not known."""

    events: list[Event] = []
    rejections: list[Rejection] = []
    unknown_fields: int = 0


def refuse_future(at: datetime, timestamp: int | None, place: str = "") -> None:
    """Refuse what claims to have happened more than a day after it was recorded.

    Raises:
        RejectedError: it does. A record without a timestamp (None, or Kafka's -1) is not judged.
    """
    if timestamp is not None and timestamp >= 0 and at.timestamp() * 1000 > timestamp + DAY_MS:
        raise RejectedError(Reason.FUTURE_TIME, place, "more than 24 hours after the record's timestamp")
