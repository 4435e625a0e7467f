"""When a simulated agency works, on whole seconds since the epoch: by the working calendar, or around the clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

from config.calendar import WorkingTime as Calendar
from config.calendar import limits, load_calendars
from config.clock import VIETNAM
from streams.events import Limit, LimitUnit

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_AROUND_THE_CLOCK = {
    LimitUnit.HOURS: HOUR,
    LimitUnit.DAYS: DAY,
    LimitUnit.WORKING_DAYS: DAY,
    LimitUnit.MONTHS: 30 * DAY,
}
_FROM_UTC = 7 * HOUR  # Viet Nam has no summer time


class WorkingTime(Protocol):
    """When an agency works."""

    day_length: int
    """Seconds of working time in one working day."""

    def later(self, at: int, working_seconds: int) -> int:
        """Return the instant by which that much has been worked since `at`, and from which work goes on."""
        ...

    def due(self, at: int, limit: Limit) -> int:
        """Return when a limit that counts from `at` ends."""
        ...

    def worked(self, start: int, end: int) -> int:
        """Return how much is worked from one instant to another."""
        ...

    def works_on(self, at: int) -> bool:
        """Return whether the day of `at` is worked at all."""
        ...


class OfficeHours:
    """The office hours of an agency without its own, on the days of the working calendar."""

    day_length = 8 * HOUR

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._works_on: Callable[[int], bool] = cache(self._is_working_day)

    def later(self, at: int, working_seconds: int) -> int:
        """Return the instant by which that much has been worked since `at`; outside office hours the next opening."""
        end = self._calendar.advance(_instant(at), timedelta(seconds=working_seconds))
        return _seconds(self._calendar.next_opening(end))

    def due(self, at: int, limit: Limit) -> int:
        """Return when a limit that counts from `at` ends: at the latest when a working day does, not at the next."""
        due_at = limits.due(_instant(at), limits.Amount(limit.amount, limit.unit), (), self._calendar)
        assert due_at is not None  # noqa: S101 - only a limit that is suspended has no end
        return _seconds(due_at)

    def worked(self, start: int, end: int) -> int:
        """Return how much is worked from one instant to another."""
        return int(self._calendar.elapsed(_instant(start), _instant(end)).total_seconds())

    def works_on(self, at: int) -> bool:
        """Return whether the day of `at` is worked at all."""
        return self._works_on(midnight(at))

    def _is_working_day(self, at: int) -> bool:
        return self._calendar.is_working_day(_instant(at).astimezone(VIETNAM).date())


class AroundTheClock:
    """Day and night, every day: for a demonstration that has to show something at any hour."""

    day_length = DAY

    def later(self, at: int, working_seconds: int) -> int:
        """Return `at` and that much later."""
        return at + working_seconds

    def due(self, at: int, limit: Limit) -> int:
        """Return `at` and that much later: a working day is any day."""
        return at + limit.amount * _AROUND_THE_CLOCK[limit.unit]

    def worked(self, start: int, end: int) -> int:
        """Return how much later the end is."""
        return end - start

    def works_on(self, at: int) -> bool:
        """Return that every day is worked."""
        del at
        return True


def office_hours(until: datetime) -> OfficeHours:
    """Return office hours by the calendar that comes with the program, as it is known at `until`."""
    return OfficeHours(_calendars().at(until).working_time(None))


def midnight(at: int) -> int:
    """Return the instant at which the Vietnamese day of `at` began."""
    return at - (at + _FROM_UTC) % DAY


_calendars = cache(load_calendars)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
