"""What can never happen under a policy and a calendar: refused, for nobody would notice that it never does.

Wall and working time can only be compared along the hours of an office, so the checks try each hour of some weeks.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from config.calendar import Calendar
from config.clock import VIETNAM
from config.policy import PetitionLimits, Policy, PolicyError, SyncLimit
from config.spans import Span

_SAMPLE_HOURS = 21 * 24  # three weeks: there are office hours among them even where Tết is


class _Order(NamedTuple):
    """Of these limits, `first` has to end before `then`, for some fact at least."""

    field: str
    agency: str | None
    limits: SyncLimit | PetitionLimits
    first: str
    then: str

    def is_kept(self, calendar: Calendar) -> bool:
        """Whether there is an instant from which it does."""
        first: Span = getattr(self.limits, self.first)
        then: Span = getattr(self.limits, self.then)
        working = calendar.working_time(self.agency)
        starts = (calendar.effective_from + timedelta(hours=hour) for hour in range(_SAMPLE_HOURS))
        return any(first.after(start, working) < then.after(start, working) for start in starts)


def refuse_contradictions(policy: Policy, calendar: Calendar) -> None:
    """Refuse a policy that holds a limit which can never be broken by itself under a calendar.

    Raises:
        PolicyError: naming the version, the field, and the calendar.
    """
    for order in _orders(policy):
        if not order.is_kept(calendar):
            day = f"{calendar.effective_from.astimezone(VIETNAM):%Y-%m-%d}"
            raise PolicyError(
                f"version of {policy.day}: {order.field}: {order.first} never ends before {order.then}, so it can "
                f"never be broken by itself (under the calendar in force from {day})"
            )


def _orders(policy: Policy) -> Iterator[_Order]:
    for agency, limit in policy.sync_limits.items():
        for first, then in pairwise(limit.__struct_fields__):
            yield _Order(f"sync_limits.{agency}", agency, limit, first, then)
    for step in ("refuse", "ask_back"):  # later than the processing limit each would be too late, whenever it comes
        yield _Order("petitions", None, policy.petitions, step, "process")
