"""Whose numbers are stale? Those of a source that has been silent beyond its usual rhythm.

1. Of each day with a working gap between two events of a source, its largest gap is kept, in working time: nights,
   lunch breaks and days off are nobody's silence.
2. The usual gap is the median of the recent days' largest. So an outage, which makes one day's gap enormous, does not
   teach the monitor that outages are usual; nor does a busy morning make an ordinary afternoon suspicious.
3. A source is stale after `factor` times its usual gap, within the bounds of the policy; while its rhythm is not known
   yet, after the upper bound.

Each partition hears some of a source's events, so its gaps are larger than the source's: the least is nearest to them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median_high

import msgspec

from config.calendar import WorkingTime
from config.calendar.working_time import ONE_DAY, local_instant
from config.clock import VIETNAM
from config.rulebook import Law

_KEPT_DAYS = 10  # two working weeks: a new rhythm is learned within one
_NEEDED_DAYS = 3  # of one or two days, either may have been unusual


class Rhythm(msgspec.Struct, array_like=True):
    """How often a source speaks. Kept with the state of a partition, so that a restart forgets nothing."""

    last_at: datetime
    day_ends_at: datetime
    largest_gap: float = 0.0  # of the day of `last_at`, in seconds of working time
    earlier_gaps: tuple[float, ...] = ()  # the largest of each day before it, the latest last

    def hear(self, at: datetime, working: WorkingTime) -> None:
        """Note an event; one that comes late, or again, changes nothing."""
        wall = (at - self.last_at).total_seconds()
        if wall <= 0:
            return
        if at >= self.day_ends_at:
            if self.largest_gap:
                self.earlier_gaps = (*self.earlier_gaps, self.largest_gap)[-_KEPT_DAYS:]
            self.day_ends_at, self.largest_gap = _end_of_day(at), 0.0
        if wall > self.largest_gap:  # else it is no larger in working time either
            self.largest_gap = max(self.largest_gap, working.elapsed(self.last_at, at).total_seconds())
        self.last_at = at

    @property
    def usual_gap(self) -> timedelta | None:
        """The largest gap of a usual day, in working time; None while too few days are known."""
        if len(self.earlier_gaps) < _NEEDED_DAYS:
            return None
        return timedelta(seconds=median_high(self.earlier_gaps))


def first_heard(at: datetime) -> Rhythm:
    """Return the rhythm of a source that has spoken once."""
    return Rhythm(at, _end_of_day(at))


def usual_gap(rhythms: Iterable[Rhythm]) -> timedelta | None:
    """Return the usual gap of one source, as partitions have heard it; None while none knows."""
    return min((gap for rhythm in rhythms if (gap := rhythm.usual_gap) is not None), default=None)


def stale_after(rhythms: Iterable[Rhythm], law: Law) -> datetime:
    """Return after which instant one source's numbers are stale, if it says nothing more; at least one rhythm is given.

    Of what several workers say of a source, the latest counts.
    """
    heard, bounds = list(rhythms), law.policy.source_stale
    gap, allowed = usual_gap(heard), bounds.at_most.amount
    if gap is not None:
        allowed = min(max(gap * bounds.factor, bounds.at_least.amount), allowed)
    return law.calendar.working_time(None).advance(max(rhythm.last_at for rhythm in heard), allowed)


def _end_of_day(at: datetime) -> datetime:
    return local_instant(at.astimezone(VIETNAM).date() + ONE_DAY)
