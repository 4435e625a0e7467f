"""The working time of one office under one version of the calendar, as arithmetic.

A table holds every open interval from 2000 to 2069: when it starts, and how much was worked before it. Working time
from one instant to another is then the difference of two look-ups, and the instant by which so much has been worked is
one look-up the other way. Outside those years no office is open: such an instant is a slip of the pen, and the results
stay inside (`FIRST`, `LAST`) or where they started.

An interval is open at its start and closed at its end: at 17:00 sharp an office is closed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from config.calendar.days import Day, Days, usual_day
from config.calendar.documents import FIRST_YEAR, LAST_YEAR
from config.calendar.hours import SATURDAY, Hours, Week, worked
from config.clock import VIETNAM

ONE_DAY = timedelta(days=1)
NOTHING = timedelta()


def local_instant(day: date, at: time = time()) -> datetime:
    """Return the instant of a local time of day, in UTC."""
    return datetime.combine(day, at, VIETNAM).astimezone(UTC)


FIRST = local_instant(date(FIRST_YEAR, 1, 1))
LAST = local_instant(date(LAST_YEAR + 1, 1, 1))


class Interval(NamedTuple):
    """An interval in which the office is open: from `start` until before `end`, in UTC."""

    start: datetime
    end: datetime


class _Table(NamedTuple):
    """Every open interval, in order; a last entry of no length ends it."""

    starts: list[datetime]
    lengths: list[timedelta]
    before: list[timedelta]
    """Working time before each start: strictly rising."""


class WorkingTime:
    """When one office works (thời gian làm việc)."""

    def __init__(self, days: Days, week: Week, source: str) -> None:
        self.source = source  # of the office hours
        self._days = days
        self._week = week
        self._full_day = max(week, key=worked)
        self._next_worked: dict[date, date] = {}  # days asked for before: a third of the cost of a limit in days

    def is_open(self, at: datetime) -> bool:
        """Tell whether the office is open at `at`."""
        return at < LAST and self.next_opening(at) == at

    def next_opening(self, at: datetime) -> datetime:
        """Return when the office is next open: `at` itself while it is."""
        return max(at, self._latest(self._worked(at)))

    def closing(self, at: datetime) -> datetime:
        """Return the last closing of the working day that contains `at` or, after its closing, follows it."""
        opening = self.next_opening(at)
        if opening >= LAST:
            return at
        day = opening.astimezone(VIETNAM).date()
        return local_instant(day) + self.hours_of(day)[-1][1]

    def advance(self, start: datetime, budget: timedelta) -> datetime:
        """Return the earliest instant at which `budget` of working time has passed since `start`.

        So a budget that ends with the day ends at its closing, not at the next opening; no budget ends at `start`.
        """
        return max(start, self._earliest(self._worked(start) + budget))

    def retreat(self, end: datetime, budget: timedelta) -> datetime:
        """Return the latest instant from which `budget` of working time passes until `end`."""
        return min(end, self._latest(self._worked(end) - budget))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; none if `end` is not later."""
        return self._worked(end) - self._worked(start) if start < end else NOTHING

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Return the open intervals from `start` to `end`, cut to them, in order."""
        starts, lengths, _ = self._table
        for index in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
            opening, closing = max(starts[index], start), min(starts[index] + lengths[index], end)
            if opening < closing:
                yield Interval(opening, closing)

    def day(self, day: date) -> Day:
        """Return why a day is off or worked, as far as all offices are concerned."""
        return self._days.get(day) or usual_day(day)

    def hours_of(self, day: date) -> Hours:
        """Return the office hours of a day; none on a day off.

        A Saturday or Sunday worked in exchange is a full day: its hours are those of the week's longest day.
        """
        usual, exception = self._week[day.weekday()], self._days.get(day)
        if exception is None:
            return usual
        if exception.is_off:
            return ()
        return usual if usual and day.weekday() < SATURDAY else self._full_day

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office opens on a day at all."""
        return bool(self.hours_of(day))

    def next_working_day(self, day: date) -> date:
        """Return the day itself if it is worked, else the next one that is."""
        found = self._next_worked.get(day)
        if found is None:
            found = day
            with suppress(OverflowError):  # the last day there is
                while not self.is_working_day(found):
                    found += ONE_DAY
            self._next_worked[day] = found
        return found

    def add_working_days(self, day: date, n: int) -> date:
        """Return the n-th working day after a day (not counted itself, Civil Code 2015, Article 147.2), or before it.

        None: the day itself if it is worked, else the next one.
        """
        if n == 0:
            return self.next_working_day(day)
        step = ONE_DAY if n > 0 else -ONE_DAY
        with suppress(OverflowError):  # the first or last day there is
            while n:
                day += step
                n -= self.is_working_day(day) * (step // ONE_DAY)
        return day

    def _worked(self, at: datetime) -> timedelta:
        """Return the working time from `FIRST` to `at`."""
        starts, lengths, before = self._table
        index = bisect_right(starts, at) - 1
        if index < 0:
            return NOTHING
        since, length = at - starts[index], lengths[index]
        return before[index] + min(since, length)

    def _earliest(self, target: timedelta) -> datetime:
        """Return the earliest instant at which `target` has been worked since `FIRST`."""
        starts, _, before = self._table
        index = bisect_left(before, target) - 1
        if index < 0:
            return FIRST
        return LAST if index == len(starts) - 1 else starts[index] + (target - before[index])

    def _latest(self, target: timedelta) -> datetime:
        """Return the latest instant at which no more than `target` has been worked since `FIRST`."""
        starts, _, before = self._table
        index = bisect_right(before, target) - 1
        return FIRST if index < 0 else starts[index] + (target - before[index])

    @cached_property
    def _table(self) -> _Table:
        table, total = _Table([], [], []), NOTHING
        midnight, days = FIRST, (LAST - FIRST).days
        for number in range(days):
            for opening, closing in self.hours_of(date(FIRST_YEAR, 1, 1) + timedelta(number)):
                table.starts.append(midnight + opening)
                table.lengths.append(closing - opening)
                table.before.append(total)
                total += closing - opening
            midnight += ONE_DAY  # Viet Nam has no summer time: every day has 24 hours
        table.starts.append(LAST)
        table.lengths.append(NOTHING)
        table.before.append(total)
        return table
