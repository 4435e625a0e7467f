"""What time is it for a partition? Event time says what happened; this says as of when lateness is judged."""

from datetime import UTC, datetime, timedelta

from streams.chunk import Reach

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The beginning of time, at which nothing is late."""

CLOCK_SKEW = timedelta(minutes=5)
"""By how much the clocks of machines may differ. What lies further ahead was said by one that is wrong."""


def is_at_head(reach: Reach, now: datetime, watermark: datetime | None, *, live_within: timedelta, quiet: bool) -> bool:
    """Return whether everything that was said is known.

    Whoever replays a year more slowly than it is applied leaves nothing waiting now and then. So while old events keep
    coming more of them are expected, whether one waits or not.
    """
    is_live = watermark is None or now - watermark <= live_within
    return reach is not Reach.BEHIND and (is_live or (quiet and reach is Reach.END))


def judged_at(
    *, previous: datetime, now: datetime, reach: Reach, at_head: bool, watermark: datetime | None, slack: timedelta
) -> datetime:
    """Return the instant at which a partition's subjects are judged. It never goes back.

    1. At the head of the stream everything that was said is known: the present instant.
    2. While old events keep coming, though none waits: the newest event applied (the watermark), less the delay that
       upstream systems may have.
    3. While records wait: as before. The end of what is open may be among them, however far the watermark is: what
       another partition passes on queues behind all that waits here.
    4. Nothing applied yet: the beginning of time, at which nothing is late. Also at the head of an empty stream: what
       comes first may be a year old, and its end a moment behind it.
    """
    if watermark is None:
        candidate = BEGINNING
    elif at_head:
        candidate = now
    elif reach is Reach.END:
        candidate = min(watermark - slack, now)
    else:
        candidate = previous
    return max(previous, candidate)


def resumed_at(held: datetime, now: datetime) -> datetime:
    """Return as of when a partition goes on that was last judged at `held`, perhaps by another worker.

    A clock that ran ahead is not believed: what it found to be late would stay so for as long as it was wrong.
    """
    return held if held <= now + CLOCK_SKEW else now
