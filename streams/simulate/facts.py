"""Facts: what happened to a dossier, and when.

A fact is an instant and the `data` of the event that a system which speaks the contract would send about it
(`streams.events`). In which form it is really sent is the business of `canonical` and `mirror`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from streams.events import Channel, Data
from streams.simulate.province import Agency, Procedure, Writing

_LOCAL = timezone(timedelta(hours=7))


class Fact(NamedTuple):
    """What happened, and when (seconds since the epoch)."""

    at: int
    data: Data


class Filing(NamedTuple):
    """A dossier as it is filed."""

    code: str
    agency: Agency
    procedure: Procedure
    channel: Channel
    arrived_at: int


def instant_as(writing: Writing) -> Callable[[int], datetime]:
    """Return how an agency's system holds an instant: in UTC, with its offset, or in local time without one."""
    if writing is Writing.UTC:
        return lambda at: datetime.fromtimestamp(at, UTC)
    if writing is Writing.OFFSET:
        return lambda at: datetime.fromtimestamp(at, _LOCAL)
    return lambda at: datetime.fromtimestamp(at, _LOCAL).replace(tzinfo=None)
