"""Office hours (giờ hành chính) as arithmetic on whole seconds, fast enough to plan a year of a province.

Instants here are seconds since the epoch. Working time is counted in seconds since Monday 5 January 1970, so that
adding working time is: count, add, and find the instant of the sum. Public holidays are left out: a simulated province
has none.
"""

from typing import Protocol

HOUR = 3_600
DAY = 24 * HOUR
MINUTE = 60

_MONDAY = 4 * DAY - 7 * HOUR  # Monday 5 January 1970, 00:00 in Vietnam (UTC+7, without daylight saving)
_MORNING = 7 * HOUR
_MORNING_LENGTH = 4 * HOUR + 30 * MINUTE  # 07:00-11:30
_AFTERNOON = 13 * HOUR + 30 * MINUTE
_AFTERNOON_LENGTH = 3 * HOUR + 30 * MINUTE  # 13:30-17:00
_LUNCH = _AFTERNOON - _MORNING - _MORNING_LENGTH


class WorkingTime(Protocol):
    """When an agency works."""

    day_length: int
    """Seconds of working time in one working day."""

    def later(self, at: int, working_seconds: int) -> int:
        """Return the instant by which that much has been worked since `at`."""
        ...


class OfficeHours:
    """07:00-11:30 and 13:30-17:00, Monday to Friday, in Asia/Ho_Chi_Minh: eight hours a working day."""

    day_length = _MORNING_LENGTH + _AFTERNOON_LENGTH

    def later(self, at: int, working_seconds: int) -> int:
        """Return the instant by which that much has been worked since `at`; outside office hours the clock stands."""
        return self._instant(self._worked(at) + working_seconds)

    def _worked(self, at: int) -> int:
        days, second = divmod(at - _MONDAY, DAY)
        weeks, weekday = divmod(days, 7)
        if weekday > 4:  # noqa: PLR2004 - Saturday and Sunday
            return (weeks * 5 + 5) * self.day_length
        morning = min(max(second - _MORNING, 0), _MORNING_LENGTH)
        afternoon = min(max(second - _AFTERNOON, 0), _AFTERNOON_LENGTH)
        return (weeks * 5 + weekday) * self.day_length + morning + afternoon

    def _instant(self, worked: int) -> int:
        days, second = divmod(worked, self.day_length)
        weeks, weekday = divmod(days, 5)
        lunch = _LUNCH if second >= _MORNING_LENGTH else 0
        return _MONDAY + (weeks * 7 + weekday) * DAY + _MORNING + second + lunch


class AroundTheClock:
    """Day and night, every day: for a demonstration that has to show something at any hour."""

    day_length = DAY

    def later(self, at: int, working_seconds: int) -> int:
        """Return `at` and that much later."""
        return at + working_seconds


def midnight(at: int) -> int:
    """Return the instant at which the Vietnamese day of `at` began."""
    return at - (at - _MONDAY) % DAY


def weekday(at: int) -> int:
    """Return the Vietnamese day of the week: 0 is Monday."""
    return (at - _MONDAY) // DAY % 7
