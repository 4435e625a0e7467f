"""By when must what have happened? One engine for all deadlines.

A rule turns facts into an `Expectation`. The engine judges it at an instant, by comparing instants only:

1. met by its due instant: `MET`; met later: `MET_LATE`,
2. not met, and the due instant lies in the past: `MISSED` (at the due instant itself there is still time),
3. otherwise `WAITING`; so is one without a due instant: nothing was promised, or the clock stands still.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

TICK = timedelta.resolution  # limits are overstepped *after* their instant, and this is the least there is after it


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's stable identity; `docs/rules/<id>.md` explains it."""

    id: str
    title: str
    """In Vietnamese, as staff read it."""
    source: str
    """The legal source."""


class Verdict(StrEnum):
    """How an expectation stands."""

    WAITING = "waiting"
    MET = "met"
    MET_LATE = "met_late"
    MISSED = "missed"


class Expectation(NamedTuple):
    """One thing that must have happened by an instant."""

    due_at: datetime | None
    met_at: datetime | None = None

    def verdict(self, at: datetime) -> Verdict:
        """Return how it stands at `at`; what happens later has not happened yet."""
        due_at, met_at = self
        if met_at is not None and met_at <= at:
            return Verdict.MET if due_at is None or met_at <= due_at else Verdict.MET_LATE
        return Verdict.WAITING if due_at is None or at <= due_at else Verdict.MISSED

    def next_at(self, at: datetime) -> datetime | None:
        """Return when time alone changes the verdict of `at`, or None.

        What is known to happen later may happen too late: then it is missed in between.
        """
        due_at, met_at = self
        if met_at is not None and met_at <= at:
            return None
        if due_at is not None and at <= due_at and (met_at is None or due_at < met_at):
            return due_at + TICK
        return met_at
