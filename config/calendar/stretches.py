"""Stretches of time, each with what the clock of a limit did in it, why, and by which source."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from config.calendar.days import DayKind
from config.calendar.working_time import ONE_DAY, WorkingTime, local_instant
from config.clock import VIETNAM


class State(StrEnum):
    """What the clock of a limit did in a stretch."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    CLOSED = "closed"  # lunch, night, or a day off: the clock of working time stands
    MOVED = "moved"  # an end on a day off goes to the next working day


class Stretch(NamedTuple):
    """A stretch of time from `start` to `end`."""

    start: datetime
    end: datetime
    state: State
    reason: str = ""
    source: str = ""


def office_course(start: datetime, end: datetime, working_time: WorkingTime) -> Iterator[Stretch]:
    """Return when the office is open and closed from `start` to `end`, day by day."""
    day = start.astimezone(VIETNAM).date()
    while local_instant(day) < end:
        for stretch in _day_course(day, working_time):
            first, last = max(stretch.start, start), min(stretch.end, end)
            if first < last:
                yield stretch._replace(start=first, end=last)
        day += ONE_DAY


def why_closed(at: datetime, working_time: WorkingTime) -> tuple[str, str]:
    """Return why the office does not open on the day of `at`, and by which source."""
    return _why_off(at.astimezone(VIETNAM).date(), working_time)


def _day_course(day: date, working_time: WorkingTime) -> Iterator[Stretch]:
    midnight, hours, source = local_instant(day), working_time.hours_of(day), working_time.source
    if not hours:
        yield Stretch(midnight, midnight + ONE_DAY, State.CLOSED, *_why_off(day, working_time))
        return
    closed_since, why = timedelta(), "before opening"
    for opening, closing in hours:
        yield Stretch(midnight + closed_since, midnight + opening, State.CLOSED, why, source)
        yield Stretch(midnight + opening, midnight + closing, State.RUNNING, "office hours", source)
        closed_since, why = closing, "lunch break"
    yield Stretch(midnight + closed_since, midnight + ONE_DAY, State.CLOSED, "after closing", source)


def _why_off(day: date, working_time: WorkingTime) -> tuple[str, str]:
    what = working_time.day(day)
    if what.is_off or what.kind is DayKind.WEEKEND:
        return what.reason, what.source
    return f"no office hours on a {day:%A}", working_time.source
