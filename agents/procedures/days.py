"""Limits of acts that are dated by the day: announcing, deciding, publishing.

A decision bears a date and no hour, so its limits are counted in whole days: the day from which it is counted is not
counted itself, and the last day lasts until it ends (Civil Code 2015, articles 147.2 and 148.6).
"""

from datetime import date, datetime, timedelta

from agents.expectations import TICK
from config.calendar import WorkingTime
from config.calendar.limits import WORKING_DAY
from config.calendar.working_time import ONE_DAY, local_instant
from config.clock import VIETNAM
from config.spans import Passing, Span


def last_day_after(start: datetime, limit: Span, working: WorkingTime) -> datetime:
    """Return the last instant of the last day on which something is within `limit` of the day of `start`."""
    return _end_of(_shifted(_day(start), limit, working, 1))


def last_day_before(end: datetime, limit: Span, working: WorkingTime) -> datetime:
    """Return the last instant of the last day that is at least `limit` before the day of `end`."""
    return _end_of(_shifted(_day(end), limit, working, -1))


def _shifted(day: date, limit: Span, working: WorkingTime, sign: int) -> date:
    if limit.passing is Passing.WALL:
        return day + sign * _whole(limit.amount, ONE_DAY) * ONE_DAY
    return working.add_working_days(day, sign * _whole(limit.amount, WORKING_DAY))


def _whole(amount: timedelta, unit: timedelta) -> int:
    """Return how many whole days an amount takes: a day begun counts as one."""
    return -(-amount // unit)


def _day(instant: datetime) -> date:
    return instant.astimezone(VIETNAM).date()


def _end_of(day: date) -> datetime:
    return local_instant(day + ONE_DAY) - TICK
