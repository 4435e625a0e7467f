"""How many dossiers an agency says it received, by day: to be held against what the stream holds.

An agency corrects a day by saying it again: what is said last counts. A record keeps the days that a window can still
hold, and some more; by when it was last said anything, so that a slip of the hand in a date removes nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter

import msgspec

from agents.facts import require_room
from agents.indicators.windows import Window, starts
from config.clock import local_date
from streams.events import AgencyTotals, Event

_KEPT = timedelta(400)  # a year and a month: as long as events are kept
_day = attrgetter("day")


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an agency said of one day."""

    day: date
    at: datetime
    sequence: int
    received: int

    @property
    def said(self) -> tuple[datetime, int, int]:
        """By what of two statements the last is known; the number breaks ties."""
        return self.at, self.sequence, self.received


class Totals(msgspec.Struct, array_like=True):
    """All that an agency said of its days. Stored as MessagePack arrays: fields are added at the end."""

    agency: str
    last_said_at: datetime | None = None
    days: list[Told] = []  # sorted, of each day one


_decoder = msgspec.msgpack.Decoder(Totals)
_encoder = msgspec.msgpack.Encoder()


def dump(totals: Totals) -> bytes:
    """Return the stored form; equal totals have equal bytes."""
    return _encoder.encode(totals)


def load(stored: bytes) -> Totals:
    """Return the totals of a stored form."""
    return _decoder.decode(stored)


def apply(totals: Totals, event: Event) -> bool:
    """Merge what `event`, of type `AgencyTotals`, says into `totals`, in place, whatever came before.

    Returns:
        Whether it said anything new.
    """
    data = event.data
    if not isinstance(data, AgencyTotals):
        raise TypeError(f"no totals: {data.type}")
    last_said_at = max(totals.last_said_at or event.at, event.at)
    changed = last_said_at != totals.last_said_at
    totals.last_said_at = last_said_at
    first = local_date(last_said_at) - _KEPT
    del totals.days[: bisect_left(totals.days, first, key=_day)]
    if data.day >= first:
        changed |= _keep_last(totals.days, Told(data.day, event.at, event.sequence, data.received))
    return changed


def _keep_last(days: list[Told], told: Told) -> bool:
    place = bisect_left(days, told.day, key=_day)
    if place == len(days) or days[place].day != told.day:
        require_room(days)
        days.insert(place, told)
        return True
    if told.said <= days[place].said:
        return False
    days[place] = told
    return True


def received(totals: Totals, today: date) -> dict[Window, int]:
    """Return the sums over windows that end today; nothing for a window of which the agency said nothing."""
    sums: dict[Window, int] = {}
    for window, start in starts(today).items():
        told = [one.received for one in totals.days if start <= one.day <= today]
        if told:
            sums[window] = sum(told)
    return sums


class ReceivedTotals:
    """What the agencies of a partition said, summed over windows that end today, up to date after every change."""

    def __init__(self) -> None:
        self._today = date.min
        self._totals: dict[str, Totals] = {}
        self._sums: dict[str, dict[Window, int]] = {}

    def put(self, totals: Totals) -> None:
        """Count what an agency has said by now."""
        self._totals[totals.agency] = totals
        self._sums[totals.agency] = received(totals, self._today) if self._today > date.min else {}

    def turn_to(self, today: date) -> None:
        """Let `today` be the last day of every window. The day never goes back."""
        if today > self._today:
            self._today = today
            self._sums = {agency: received(totals, today) for agency, totals in self._totals.items()}

    def __iter__(self) -> Iterator[tuple[str, Window, int]]:
        """Yield agency, window and what was received in it. May be asked from any thread."""
        for agency, sums in list(self._sums.items()):
            for window, count in sums.items():
                yield agency, window, count
