"""Dead letters: records that could not be applied, kept as they came, with the reason beside them.

The dead-letter topic holds the original key, value and headers; headers named `dunghan-…` say why and from where. Only
these are shown by default: the value may hold personal data.

A record may be as large as the broker takes, or larger where it came compressed: no room is left for a reason beside
it. Its letter goes without the value (without the rest too, should that be what is large), and a header says how many
bytes the value has. The record lies at its origin as long as the events topic keeps it, longer than the letter is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from streams.chunk import Record, RejectedRecord

PREFIX = "dunghan-"
REASON, DETAIL, TOPIC, PARTITION, OFFSET, TIMESTAMP, OMITTED = (
    f"{PREFIX}{name}" for name in ("reason", "detail", "topic", "partition", "offset", "timestamp", "omitted-bytes")
)
_DETAIL_LENGTH = 1000  # a message of many dossiers may be wrong in many places
_LETTER_BYTES = 1_000_000  # under the broker's limit of 1 MiB a batch, with room for what frames a record
_HEADER_FRAME_BYTES = 10  # at most: the lengths of name and value


class Origin(msgspec.Struct, frozen=True):
    """The partition a record came from."""

    topic: str
    partition: int


class DeadLetter(msgspec.Struct, frozen=True):
    """One record for the dead-letter topic."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]

    @property
    def fits(self) -> bool:
        """Whether the broker takes it, as far as its size goes."""
        headers = sum(_HEADER_FRAME_BYTES + len(name.encode()) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers <= _LETTER_BYTES


class Original(msgspec.Struct, frozen=True):
    """Where the record lies that was too large for its dead letter."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    size: int = msgspec.field(name=OMITTED.removeprefix(PREFIX))

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


def dead_letters(rejected: Iterable[RejectedRecord], origin: Origin) -> Iterator[DeadLetter]:
    """Yield one dead letter a record, with the first reason and the details of all of them."""
    by_offset: dict[int, list[RejectedRecord]] = {}
    for item in rejected:
        by_offset.setdefault(item.record.offset, []).append(item)
    for items in by_offset.values():
        yield _dead_letter(items[0].record, _why(items, origin))


def _why(items: Sequence[RejectedRecord], origin: Origin) -> list[tuple[str, bytes]]:
    record: Record = items[0].record
    detail = "; ".join(item.rejection.detail for item in items)
    why: dict[str, Any] = {
        REASON: items[0].rejection.reason,
        DETAIL: detail[:_DETAIL_LENGTH],
        TOPIC: origin.topic,
        PARTITION: origin.partition,
        OFFSET: record.offset,
        TIMESTAMP: record.timestamp,
    }
    return [(name, str(value).encode()) for name, value in why.items()]


def _dead_letter(record: Record, why: list[tuple[str, bytes]]) -> DeadLetter:
    """Return the whole record with the reason beside it, or as much of the record as there is room for."""
    headers = original_headers(record.headers)
    whole = DeadLetter(record.key, record.value, [*headers, *why])
    if whole.fits:
        return whole
    why = [*why, (OMITTED, str(len(record.value or b"")).encode())]
    without_value = DeadLetter(record.key, None, [*headers, *why])
    return without_value if without_value.fits else DeadLetter(None, None, why)


def original_headers(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the headers a record had before it was dead-lettered; replaying it must not pile up reasons."""
    return [(name, value) for name, value in headers if not name.startswith(PREFIX)]


def explanation(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return why and from where, as text, by header name without its prefix."""
    return {
        name.removeprefix(PREFIX): value.decode(errors="replace") for name, value in headers if name.startswith(PREFIX)
    }


def original(headers: Iterable[tuple[str, bytes]]) -> Original | None:
    """Return where the record lies if its dead letter, which has these headers, had no room for it."""
    why = explanation(headers)
    return msgspec.convert(why, Original, strict=False) if OMITTED.removeprefix(PREFIX) in why else None
