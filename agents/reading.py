"""What every partition processor does with a chunk before it decides: decode, refuse, note what was heard and when."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import field

from agents.activity import Activity
from agents.facts import FullError
from agents.judged_time import BEGINNING, CLOCK_SKEW
from streams.chunk import Plan, Record, RejectedRecord
from streams.decode import decode
from streams.events import INTERNAL_TYPES, Event
from streams.rejection import Reason, Rejection

POSITION_KEY = b"p"
_CLOCK_SKEW_MS = CLOCK_SKEW.total_seconds() * 1000


class Position(msgspec.Struct, array_like=True):
    """Up to where the state goes: offset of the last record, newest instant said, and as of when it was judged.

    Stored as a MessagePack array: fields are added at the end.
    """

    offset: int
    watermark: datetime | None
    judged_at: datetime = BEGINNING
    counted_under: bytes = b""
    """Under what the dossiers at rest are counted beside (`agents.dossiers.rest`); nothing: they are not."""


_position_decoder = msgspec.msgpack.Decoder(Position)
_encoder = msgspec.msgpack.Encoder()


def load_position(stored: bytes) -> Position:
    """Return the position of a stored form."""
    return _position_decoder.decode(stored)


class ReadPlan(Plan, kw_only=True):
    """A chunk's plan, with what there is to say of the chunk itself."""

    watermark: datetime | None = None
    counted_under: bytes = b""
    arrived_ms: list[int] = field(default_factory=list)
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: int = 0
    heard: dict[str, datetime] = field(default_factory=dict)  # newest event by source
    said_at: dict[str, datetime] = field(default_factory=dict)  # the newest thing said of each subject that changed

    def events(self, records: Sequence[Record]) -> Iterator[tuple[Record, Event]]:
        """Decode the chunk; what cannot be read is refused."""
        for record in records:
            arrived_ms = _arrived_ms(record)
            if arrived_ms is not None:
                self.arrived_ms.append(arrived_ms)
            decoded = decode(record)
            self.unknown_fields += decoded.unknown_fields
            for rejection in decoded.rejections:
                self.refuse(record, rejection, "unknown")
            for event in decoded.events:
                yield record, event

    def place(self, records: Sequence[Record], where: Callable[[Record, Event], None]) -> None:
        """Decode the chunk, and let each event be put where it belongs; what there is no room for is refused."""
        for record, event in self.events(records):
            try:
                where(record, event)
            except FullError as error:
                self.refuse(record, Rejection(Reason.TOO_MUCH, f"{event.data.type}: {error}"), event.data.type)

    def refuse(self, record: Record, rejection: Rejection, kind: str) -> None:
        """Send a record, or a part of it, to the dead letters."""
        self.rejected.append(RejectedRecord(record, rejection))
        self.results[kind, "rejected"] += 1

    def hear(self, record: Record, event: Event) -> None:
        """Advance the watermark and the source's last event, unless the event claims to come from the future.

        What the monitor says to itself tells nothing of how far upstream systems have spoken.
        """
        at = event.at
        if type(event.data) in INTERNAL_TYPES:
            return
        if self.watermark is None or at > self.watermark:
            arrived_ms = _arrived_ms(record)
            if arrived_ms is not None and at.timestamp() * 1000 > arrived_ms + _CLOCK_SKEW_MS:
                return
            self.watermark = at
        last = self.heard.get(event.source)
        if last is None or at > last:
            self.heard[event.source] = at

    def note_said(self, event: Event) -> None:
        """Note when the newest thing was said of the event's subject."""
        said_at = self.said_at.get(event.subject)
        if said_at is None or event.at > said_at:
            self.said_at[event.subject] = event.at

    def keep_position(self, judged_at: datetime) -> None:
        """Put the position into the changelog; it comes last."""
        position = Position(self.position, self.watermark, judged_at, self.counted_under)
        self.changelog.append((POSITION_KEY, _encoder.encode(position)))

    def count_in(self, activity: Activity, now: datetime) -> None:
        """Add what was read to the worker's counters, once it is written."""
        activity.events.update(self.results)
        activity.unknown_fields += self.unknown_fields
        activity.dead_letters.update(str(rejected.rejection.reason) for rejected in self.rejected)
        for source, at in self.heard.items():
            activity.heard(source, at)
        now_ms = now.timestamp() * 1000
        for arrived_ms in self.arrived_ms:
            activity.event_lag.observe(max(0.0, now_ms - arrived_ms) / 1000)  # clocks differ by a little


def _arrived_ms(record: Record) -> int | None:
    """Return when Kafka got the record, or None where it does not know (which old clients write as -1)."""
    timestamp = record.timestamp
    return timestamp if timestamp is not None and timestamp >= 0 else None
