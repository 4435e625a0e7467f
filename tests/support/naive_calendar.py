"""The working calendar a second time, for the oracle: a table of days written by hand, and walked day by day.

Office hours are those of every agency without its own, 07:00-11:30 and 13:30-17:00. The table is of 2024 to 2027, the
years that tests tell of; beyond them, weekends alone are off.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone

LOCAL = timezone(timedelta(hours=7))
ONE_DAY = timedelta(days=1)
SESSIONS = ((time(7), time(11, 30)), (time(13, 30), time(17)))

# Weekdays on which no office opens.
OFF = """
2024-01-01 New Year
2024-02-08 2024-02-09 2024-02-12 2024-02-13 2024-02-14 Tết, 29 Chạp to 5 Giêng
2024-04-18 Hùng Kings' day
2024-04-29 in exchange for 4-5
2024-04-30 2024-05-01 Reunification and Labour day
2024-09-02 2024-09-03 National Day
2025-01-01 New Year
2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 Tết, 28 Chạp to 3 Giêng
2025-04-07 Hùng Kings' day
2025-04-30 2025-05-01 Reunification and Labour day
2025-05-02 in exchange for 26-4
2025-09-01 2025-09-02 National Day
2026-01-01 New Year
2026-01-02 in exchange for 10-1
2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 Tết, 29 Chạp to 4 Giêng
2026-04-27 for Hùng Kings' day, a Sunday
2026-04-30 2026-05-01 Reunification and Labour day
2026-08-31 in exchange for 22-8
2026-09-01 2026-09-02 National Day
2026-11-24 Culture Day
2027-01-01 New Year
2027-02-04 2027-02-05 2027-02-08 2027-02-09 2027-02-10 Tết, as computed
2027-04-16 Hùng Kings' day
2027-04-30 Reunification day
2027-05-03 for Labour day, a Saturday
2027-09-02 2027-09-03 National Day
2027-11-24 Culture Day
"""
WORKED = """
2024-05-04 in exchange for 29-4
2025-04-26 in exchange for 2-5
2026-01-10 in exchange for 2-1
2026-08-22 in exchange for 31-8
"""


def _days(table: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(word) for word in table.split() if word.startswith("202"))


OFF_DAYS, WORKED_DAYS = _days(OFF), _days(WORKED)
# The dispatch on the New Year of 2026 came late: before it, nobody knew of the swap.
NEW_YEAR_SWAP = frozenset({date(2026, 1, 2), date(2026, 1, 10)})
NEW_YEAR_SWAP_KNOWN_FROM = datetime(2025, 12, 25, tzinfo=LOCAL)

Span = tuple[datetime, datetime | None]
"""From when to when, or for the time being."""


class NaiveOffice:
    """An office, by what is known of the calendar at an instant."""

    def __init__(self, known_at: datetime) -> None:
        self.unknown = frozenset() if known_at >= NEW_YEAR_SWAP_KNOWN_FROM else NEW_YEAR_SWAP

    def works_on(self, day: date) -> bool:
        """Whether the office opens on a day."""
        is_weekday = day.weekday() < 5
        if day in self.unknown:
            return is_weekday
        return day not in OFF_DAYS if is_weekday else day in WORKED_DAYS

    def sessions(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield when the office is open from `at` on: without an end."""
        day = at.astimezone(LOCAL).date()
        while True:
            if self.works_on(day):
                for opening, closing in SESSIONS:
                    start, end = datetime.combine(day, opening, LOCAL), datetime.combine(day, closing, LOCAL)
                    if end > at:
                        yield max(start, at), end
            day += ONE_DAY

    def next_opening(self, at: datetime) -> datetime:
        """Return `at`, or when the office next opens."""
        return next(self.sessions(at))[0]

    def closing(self, at: datetime) -> datetime:
        """Return the end of the working day that is under way, or of the next one."""
        return datetime.combine(self.next_opening(at).astimezone(LOCAL).date(), SESSIONS[-1][1], LOCAL)

    def later(self, at: datetime, amount: timedelta, standstills: Iterable[Span] = ()) -> datetime | None:
        """Return when so much has been worked since `at`, the standstills left out; None while it stands still.

        A standstill that begins at that very instant comes in time: it ends with it.
        """
        still = sorted(standstills)
        for start, end in self.sessions(at):
            for run_from, run_until in _without(start, end, still):
                if amount <= run_until - run_from:
                    return dict(still).get(run_from + amount, run_from + amount)
                amount -= run_until - run_from
            if still and still[-1][1] is None and still[-1][0] <= end:
                return None
        raise AssertionError("sessions have no end")

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return how much is worked from one instant to another."""
        total = timedelta()
        for opening, closing in self.sessions(start):
            if opening >= end:
                return total
            total += min(closing, end) - opening
        raise AssertionError("sessions have no end")

    def unless_off(self, end: datetime) -> datetime:
        """Return an end, or, where it is on a day off, the same clock time of the next working day."""
        while not self.works_on(end.astimezone(LOCAL).date()):
            end += ONE_DAY
        return end


def _without(start: datetime, end: datetime, standstills: list[Span]) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of a session outside the standstills, which are in order and apart."""
    for since, until in standstills:
        if since >= end:
            break
        if start < since:
            yield start, since
        start = end if until is None else max(start, until)
    if start < end:
        yield start, end
