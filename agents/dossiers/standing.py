"""How a dossier stands at an instant: a pure function of its facts, the instant and the policy."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from agents.dossiers.dossier import Dossier, value
from agents.dossiers.sync import Severity, unsynced_since
from agents.dossiers.timeliness import end_of, overdue_since, suspended_since, timeliness
from config.policy import Policies
from streams.events import Status

BEGINNING = datetime.min.replace(tzinfo=UTC)
_INSTANT = timedelta.resolution  # limits are reached *after* their instant, and this is the least there is


class State(StrEnum):
    """Where a dossier is: each is in exactly one state."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    FEE_DUE = "fee_due"
    FINISHED_EARLY = "finished_early"
    FINISHED_ON_TIME = "finished_on_time"
    FINISHED_LATE = "finished_late"
    FINISHED_UNDATED = "finished_undated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


_STATES = {
    Status.SUBMITTED: State.SUBMITTED,
    Status.RECEIVED: State.RECEIVED,
    Status.IN_PROGRESS: State.IN_PROGRESS,
    Status.SUPPLEMENT_REQUESTED: State.SUSPENDED,
    Status.FEE_DUE: State.FEE_DUE,
    Status.REFUSED: State.REFUSED,
    Status.WITHDRAWN: State.WITHDRAWN,
    Status.STOPPED: State.STOPPED,
}
OPEN_STATES = frozenset(
    {State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS, State.SUSPENDED, State.FEE_DUE},
)


class Contribution(NamedTuple):
    """What one dossier adds to its agency's numbers."""

    agency: str
    state: State
    received: bool
    overdue_age: str | None
    sync_missing: Severity | None


class Standing(NamedTuple):
    """How a dossier stands. `next_at` is when time alone will change this, if nothing else happens before."""

    contribution: Contribution
    due_at: datetime | None
    overdue_since: datetime | None
    unsynced_since: datetime | None
    next_at: datetime | None


def standing_of(dossier: Dossier, at: datetime, policies: Policies) -> Standing | None:
    """Judge a dossier at `at`; None while its agency or its status is not known yet."""
    agency, status = value(dossier.agency), dossier.status
    if agency is None or status is None:
        return None
    end = end_of(dossier)
    if end is None:
        state = _STATES[Status(status)]
        age, late_since, deadline_next = _overdue(dossier, at, policies)
    else:
        state = _STATES.get(Status(status)) or State(f"finished_{timeliness(dossier, end)}")
        age, late_since, deadline_next = None, None, None
    severity, unsynced, sync_next = _sync_missing(dossier, agency, at, policies)
    return Standing(
        Contribution(agency, state, _received(dossier), age, severity),
        value(dossier.due_at),
        late_since,
        unsynced,
        min(filter(None, (deadline_next, sync_next)), default=None),
    )


def _received(dossier: Dossier) -> bool:
    """Whether the agency took the dossier in: it was received, or is past that; a refused one was not."""
    return dossier.received_at is not None or any(
        status not in (Status.SUBMITTED, Status.REFUSED) for _, _, status in dossier.statuses
    )


def _overdue(dossier: Dossier, at: datetime, policies: Policies) -> tuple[str | None, datetime | None, datetime | None]:
    """Return the age class and start of being overdue, if it is, and when time alone will change this."""
    due_at = value(dossier.due_at)
    if due_at is None:
        return None, None, None
    stands_still = suspended_since(dossier)
    judged_at = stands_still or at
    late_since = overdue_since(dossier, due_at, judged_at)
    late_by = judged_at - late_since
    if late_by <= timedelta(0):
        return None, None, None if stands_still else late_since + _INSTANT
    ages = policies.at(late_since).overdue_ages
    bound = next((age for age in ages if late_by <= age), None)
    next_at = None if stands_still or bound is None else late_since + bound + _INSTANT
    return age_class(bound, ages[-1]), late_since, next_at


@cache
def age_class(bound: timedelta | None, last: timedelta) -> str:
    """Return the label of an age class by its upper bound: `le_3d`, and `gt_30d` for what is beyond the last."""
    return f"gt_{_short(last)}" if bound is None else f"le_{_short(bound)}"


def _short(duration: timedelta) -> str:
    hours = duration // timedelta(hours=1)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def _sync_missing(
    dossier: Dossier, agency: str, at: datetime, policies: Policies
) -> tuple[Severity | None, datetime | None, datetime | None]:
    """Return how badly the portal's acknowledgement is missing, since when, and when time alone will change this."""
    since = unsynced_since(dossier)
    if since is None:
        return None, None, None
    limit = policies.at(since).sync_limit(agency)
    if at > since + limit.critical:
        return Severity.CRITICAL, since, None
    if at > since + limit.warning:
        return Severity.WARNING, since, since + limit.critical + _INSTANT
    return None, since, since + limit.warning + _INSTANT
