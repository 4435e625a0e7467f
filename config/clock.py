"""The one place that asks what time it is, and the one place that reads an instant from text.

Everything else is given a `Clock`. Instants are aware datetimes in UTC; local time is Asia/Ho_Chi_Minh.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_OFFSET = timedelta(hours=7)  # since 1975, all year round; many times faster than the zone's own table


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set: for tests, and for evaluating a log at an instant of the past."""

    def __init__(self, at: datetime) -> None:
        self._at = in_utc(at)

    def now(self) -> datetime:
        """Return the instant this clock was set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move the clock to `at`."""
        self._at = in_utc(at)


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC; one without an offset is read as Vietnamese local time."""
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=VIETNAM)
    return instant.astimezone(UTC)


def local_date(instant: datetime) -> date:
    """Return the Vietnamese calendar date of an instant."""
    return (instant + _OFFSET).date()


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant; without an offset it is Vietnamese local time.

    Raises:
        ValueError: the text is not an instant.
    """
    try:
        return in_utc(datetime.fromisoformat(text))
    except OverflowError as error:  # the first or last day there is, in another time zone
        raise ValueError(f"no such instant in UTC: {text}") from error


def from_timestamp_ms(milliseconds: int) -> datetime:
    """Return the instant of a Kafka record timestamp (milliseconds since the epoch)."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
