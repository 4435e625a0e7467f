"""Dated policy: limits and thresholds, in force from a date on. `config.policy_file` reads it."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import msgspec

from config.bottlenecks import Thresholds
from config.clock import VIETNAM
from config.spans import Span


class PolicyError(ValueError):
    """The policy file says something that cannot be obeyed."""


class SyncLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How long the portal's acknowledgement may be missing before it is a warning, critical, a violation."""

    warning: Span
    critical: Span
    violation: Span


class Rung(msgspec.Struct, frozen=True):
    """A rung before the deadline: once this share of the time has passed, or once only so much is left."""

    name: str
    share: float | None = None
    left: Span | None = None


class SecondSupplement(StrEnum):
    """What a second request for papers means for a dossier that is not finished."""

    LATE = "late"
    CLOCK_STOPS = "clock_stops"


class PetitionLimits(msgspec.Struct, frozen=True):
    """How long an agency has for each step of a petition (phản ánh kiến nghị)."""

    refuse: Span
    ask_back: Span
    process: Span
    publish: Span


class ByIssuer(msgspec.Struct, frozen=True):
    """A limit that differs between a province and a ministry."""

    province: Span
    ministry: Span


class SourceSilence(msgspec.Struct, frozen=True):
    """When a source's numbers are stale: after so many times its usual gap, within bounds; all in working time."""

    factor: float
    at_least: Span
    at_most: Span


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the policy."""

    effective_from: datetime
    source: str
    sync_limits: dict[str, SyncLimit]
    overdue_ages: tuple[timedelta, ...]
    acceptance: Span
    due_soon: tuple[Rung, ...]
    apology_before: Span
    clock_stops_at: frozenset[int]
    second_supplement: SecondSupplement
    petitions: PetitionLimits
    announcement_before: ByIssuer
    publication_within: ByIssuer
    procedure_history: timedelta
    agency_silent_after: Span
    source_stale: SourceSilence
    bottlenecks: Thresholds
    alerts: frozenset[str]
    watermark_slack: timedelta
    live_within: timedelta
    settled_after: timedelta | None
    """So long after its end only what a dossier added is kept, not its facts; None: they are kept for ever."""

    @property
    def day(self) -> str:
        """The day from which on it is in force, in Viet Nam."""
        return f"{self.effective_from.astimezone(VIETNAM):%Y-%m-%d}"

    def sync_limit(self, agency: str) -> SyncLimit:
        """Return the limit of `agency`, or the default one."""
        return self.sync_limits.get(agency) or self.sync_limits["default"]


class Policies:
    """All versions of the policy, by the date each takes effect."""

    def __init__(self, versions: Sequence[Policy]) -> None:
        if not versions:
            raise PolicyError("policy: no version is given")
        self.versions = sorted(versions, key=lambda version: version.effective_from)
        self._starts = [version.effective_from for version in self.versions]
        for earlier, later in pairwise(self.versions):
            if earlier.effective_from == later.effective_from:
                raise PolicyError(f"two versions are effective from {later.day}: the first can never be in force")

    def at(self, instant: datetime) -> Policy:
        """Return the version in force at `instant`; the first one also for instants before it."""
        return self.versions[max(bisect_right(self._starts, instant) - 1, 0)]
