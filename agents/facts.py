"""What records of facts are made of: join-semilattices, so any order and any repetition of events ends the same.

- a *register* keeps what was said last, by (instant, sequence, value): the value breaks ties, so no event id is needed;
  One that keeps what was said first is as good a register;
- a *history* is a sorted set.
"""

from bisect import bisect_left
from collections.abc import Sized
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from streams.events import Event

MOST_ENTRIES = 1_000
"""Of one history. A dossier has tens; with each of its histories full it is stored in 0.7 MB, and Kafka takes 1 MiB."""

T = TypeVar("T")
Said = tuple[datetime, int, T]
"""When it was said, in which sequence, and what."""


class FullError(ValueError):
    """A history takes no more: the event cannot be applied (docs/decisions/0018). Nothing of it has been."""


def value(said: Said[T] | None) -> T | None:
    """Return what a register holds, without when it was said."""
    return None if said is None else said[2]


def keep_latest(record: msgspec.Struct, field: str, event: Event, value: object) -> bool:
    """Let a register hold `value` if the event said it later than what it holds; None says nothing.

    Returns:
        Whether the record changed.
    """
    return value is not None and keep_last(record, field, (event.at, event.sequence, value))


def keep_last(record: msgspec.Struct, field: str, said: Said[Any]) -> bool:
    """Let a register hold `said` if that is later than what it holds; return whether it is."""
    held = getattr(record, field)
    if held is not None and said <= held:
        return False
    setattr(record, field, said)
    return True


def keep_first(record: msgspec.Struct, field: str, said: Said[Any]) -> bool:
    """Let a register hold `said` if that is earlier than what it holds; return whether it is."""
    held = getattr(record, field)
    if held is not None and said >= held:
        return False
    setattr(record, field, said)
    return True


def insert(history: list[Any], entry: object) -> bool:
    """Put `entry` into a history; return whether it was not there yet.

    Raises:
        FullError: there is no room for it.
    """
    place = bisect_left(history, entry)
    if place < len(history) and history[place] == entry:
        return False
    require_room(history)
    history.insert(place, entry)
    return True


def require_room(history: Sized, most: int = MOST_ENTRIES) -> None:
    """Check that one more entry may be added.

    Raises:
        FullError: there are as many as there may be.
    """
    if len(history) >= most:
        raise FullError(f"its subject has {most} entries of this kind, and takes no more")
