"""A span of time as policy writes it: in wall time, in working time, or up to the end of the working day.

`10m`, `2h`, `1d` pass by the clock on the wall. `4wh` and `1wd` (8 working hours, never 24) pass only while the office
is open. `closing` is the end of the working day. Wall and working time are told apart by type, so they cannot be mixed.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from config.calendar import WorkingTime

_TEXT = re.compile(r"(\d+)(wh|wd|[smhd])", re.ASCII)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WORKING_DAY = 8 * _HOUR  # Labour Code 2019, article 105
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": _HOUR, "d": _DAY, "wh": _HOUR, "wd": _WORKING_DAY}
_LONGEST_DAYS = 10_000  # or working days, as in the event contract: what is longer would end after the last calendar


class Passing(StrEnum):
    """How a span passes."""

    WALL = "wall"
    WORKING = "working"
    CLOSING = "closing"


class Span(NamedTuple):
    """So much time, and how it passes."""

    text: str
    passing: Passing
    amount: timedelta = timedelta(0)

    def after(self, start: datetime, working: WorkingTime) -> datetime:
        """Return the instant at which the span has passed since `start`."""
        if self.passing is Passing.WALL:
            return start + self.amount
        return working.closing(start) if self.passing is Passing.CLOSING else working.advance(start, self.amount)

    def before(self, end: datetime, working: WorkingTime) -> datetime:
        """Return the latest instant from which the span passes by `end`."""
        if self.passing is Passing.WALL:
            return end - self.amount
        return working.retreat(end, self.amount)


def span(text: str) -> Span:
    """Read a span such as `10m`, `2h`, `1d`, `4wh`, `1wd` or `closing`.

    Raises:
        ValueError: the text is not a span.
    """
    if text == Passing.CLOSING:
        return Span(text, Passing.CLOSING)
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a span of time: {text!r} (write 90s, 10m, 2h, 1d, 4wh, 1wd or closing)")
    number, unit = int(match[1]), _UNITS[match[2]]
    passing, day = (Passing.WORKING, _WORKING_DAY) if match[2].startswith("w") else (Passing.WALL, _DAY)
    if number > _LONGEST_DAYS * day // unit:
        raise ValueError(f"too long a span of time: {text!r} (at most {_LONGEST_DAYS} days or working days)")
    return Span(text, passing, number * unit)
