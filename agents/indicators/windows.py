"""Windows that all end today, by the local date: today, 7 and 30 days, the month, the quarter, the year so far."""

from datetime import date, timedelta
from enum import StrEnum


class Window(StrEnum):
    """A window that ends today (kỳ thống kê)."""

    TODAY = "today"
    DAYS_7 = "7d"
    DAYS_30 = "30d"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


WINDOWS = tuple(Window)
_MONTHS_A_QUARTER = 3


def starts(today: date) -> dict[Window, date]:
    """Return the first day of each window; today is the last."""
    quarter = (today.month - 1) // _MONTHS_A_QUARTER * _MONTHS_A_QUARTER + 1
    return {
        Window.TODAY: today,
        Window.DAYS_7: today - timedelta(6),
        Window.DAYS_30: today - timedelta(29),
        Window.MONTH: today.replace(day=1),
        Window.QUARTER: today.replace(month=quarter, day=1),
        Window.YEAR: today.replace(month=1, day=1),
    }
