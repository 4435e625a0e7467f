"""Dead letters: records that could not be applied, kept as they came, with the reason beside them.

The dead-letter topic holds the original key, value and headers; headers named `dunghan-…` say why and from where. Only
these are shown by default: the value may hold personal data.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from streams.chunk import Record, RejectedRecord

PREFIX = "dunghan-"
REASON, DETAIL, TOPIC, PARTITION, OFFSET, TIMESTAMP = (
    f"{PREFIX}{name}" for name in ("reason", "detail", "topic", "partition", "offset", "timestamp")
)
_DETAIL_LENGTH = 1000  # a message of many dossiers may be wrong in many places


class Origin(msgspec.Struct, frozen=True):
    """The partition a record came from."""

    topic: str
    partition: int


class DeadLetter(msgspec.Struct, frozen=True):
    """One record for the dead-letter topic."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def dead_letters(rejected: Iterable[RejectedRecord], origin: Origin) -> Iterator[DeadLetter]:
    """Yield one dead letter a record, with the first reason and the details of all of them."""
    by_offset: dict[int, list[RejectedRecord]] = {}
    for item in rejected:
        by_offset.setdefault(item.record.offset, []).append(item)
    for items in by_offset.values():
        yield _dead_letter(items, origin)


def _dead_letter(items: Sequence[RejectedRecord], origin: Origin) -> DeadLetter:
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
    headers = [*original_headers(record.headers), *((name, str(value).encode()) for name, value in why.items())]
    return DeadLetter(record.key, record.value, headers)


def original_headers(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the headers a record had before it was dead-lettered; replaying it must not pile up reasons."""
    return [(name, value) for name, value in headers if not name.startswith(PREFIX)]


def explanation(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return why and from where, as text, by header name without its prefix."""
    return {
        name.removeprefix(PREFIX): value.decode(errors="replace") for name, value in headers if name.startswith(PREFIX)
    }
