"""How commands write instants, durations and tables: Vietnamese local time, 100 columns."""

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from config.calendar.limits import NEVER
from config.calendar.working_time import LAST
from config.clock import VIETNAM
from config.spans import Passing

_WIDTH = 100
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def console() -> Console:
    """Return standard output, as wide as the terminal; 100 columns where there is none."""
    return Console(width=None if sys.stdout.isatty() else _WIDTH, markup=False, highlight=False)


def local_text(at: datetime | None) -> str:
    """Return an instant such as `Fri 2026-08-28 10:00`; seconds only where there are any."""
    if at is None:
        return "–"
    if at >= NEVER - _DAY:
        return "never"
    local = at.astimezone(VIETNAM)
    return f"{local:%a %Y-%m-%d} {_clock_text(local)}"


def end_text(start: datetime, end: datetime | None) -> str:
    """Return the end of an interval: the time alone on the day it began, midnight being its 24:00."""
    if end is None:
        return "to this day"
    if end < NEVER - _DAY:
        first, last = start.astimezone(VIETNAM), end.astimezone(VIETNAM)
        midnight = last.time() == datetime.min.time()
        if (last - timedelta.resolution if midnight else last).date() == first.date():
            return "24:00" if midnight else _clock_text(last)
    return local_text(end)


def iso_text(at: datetime) -> str:
    """Return an instant as ISO 8601 in local time, as exact as it is."""
    return at.astimezone(VIETNAM).isoformat()


def duration_text(span: timedelta, passing: Passing = Passing.WALL) -> str:
    """Return a duration such as `2 d 3 h 15 min`; working time has no days: `19 h 30 min`."""
    days, rest = divmod(abs(span), _DAY) if passing is Passing.WALL else (0, abs(span))
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds = f"{rest / timedelta(seconds=1):g}"
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds if rest else 0, "s"))
    text = " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"
    return f"{text} of working time" if passing is Passing.WORKING else text


def is_beyond(at: datetime) -> bool:
    """Tell whether an instant lies after the last year of the calendar."""
    return at >= LAST


class Notes:
    """Sources at the foot of a page: long texts are written once, and referred to by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, text: str) -> str:
        """Return the mark of a source such as `[1]`."""
        return f"[{self._numbers.setdefault(text, len(self._numbers) + 1)}]"

    def table(self) -> Table:
        """Return the sources and their marks."""
        return plain_table((), ((f"[{number}]", text) for text, number in self._numbers.items()))


class Row(NamedTuple):
    """An interval, with the source of what happened in it."""

    start: datetime
    end: datetime | None
    clock: str
    reason: str
    source: str


def interval_table(rows: Iterable[Row], notes: Notes) -> Table:
    """Return intervals as a table."""
    cells = (
        (
            local_text(row.start),
            end_text(row.start, row.end),
            duration_text(row.end - row.start) if row.end and row.end < LAST else "",
            row.clock,
            row.reason,
            notes.mark(row.source),
        )
        for row in rows
    )
    return plain_table(("from", "to", "length", "clock", "because", "by"), cells)


def plain_table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table without lines; without names it has no head."""
    names = tuple(names)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=bool(names))
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _clock_text(local: datetime) -> str:
    return local.strftime("%H:%M:%S" if local.second or local.microsecond else "%H:%M")
