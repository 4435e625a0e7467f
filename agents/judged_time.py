"""What time is it for a partition? Event time says what happened; this says as of when lateness is judged."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The beginning of time, at which nothing is late."""


def judged_at(
    *, previous: datetime, now: datetime, caught_up: bool, watermark: datetime | None, slack: timedelta
) -> datetime:
    """Return the instant at which a partition's subjects are judged. It never goes back.

    1. At the head of the stream everything that was said is known: the present instant.
    2. While events wait to be read, the end of what is open may be among them. So no later than the newest event
       applied (the watermark), less the delay that upstream systems may have.
    3. Nothing applied yet: the beginning of time, at which nothing is late. Also at the head of an empty stream: what
       comes first may be a year old, and its end a moment behind it.
    """
    if watermark is None:
        candidate = BEGINNING
    elif caught_up:
        candidate = now
    else:
        candidate = min(watermark - slack, now)
    return max(previous, candidate)
