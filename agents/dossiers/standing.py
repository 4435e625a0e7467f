"""How a dossier stands at an instant: a pure function of its facts, the instant and the policy."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from agents.dossiers.dossier import Dossier, value
from agents.dossiers.sync import Severity, unsynced_since
from agents.dossiers.timeliness import finish_of, suspension, timeliness
from config.policy import Policies
from streams.events import Status

BEGINNING = datetime.min.replace(tzinfo=UTC)
_INSTANT = timedelta.resolution  # limits are reached *after* their instant, and this is the least there is
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


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
    finish = finish_of(dossier)
    state = _STATES[Status(status)] if finish is None else State(f"finished_{timeliness(dossier, finish)}")
    age, late_since, deadline_next = _overdue(dossier, at, policies) if state in OPEN_STATES else (None, None, None)
    severity, unsynced, sync_next = _sync_missing(dossier, agency, at, policies)
    return Standing(
        Contribution(agency, state, _received(dossier), age, severity),
        value(dossier.due_at),
        late_since,
        unsynced,
        _earliest(deadline_next, sync_next),
    )


def _received(dossier: Dossier) -> bool:
    """Whether the agency took the dossier in: it was received, or is past that; a refused one was not."""
    return dossier.received_at is not None or any(
        status not in (Status.SUBMITTED, Status.REFUSED) for _, _, status in dossier.statuses
    )


def _overdue(dossier: Dossier, at: datetime, policies: Policies) -> tuple[str | None, datetime | None, datetime | None]:
    """Return the age class and start of being overdue, if it is, and when time alone will change this.

    The start is the appointment, put off by the time the clock stood still. While a partition catches up `at` lies
    before the newest facts: the next of them is when this changes too.
    """
    due_at = value(dossier.due_at)
    if due_at is None:
        return None, None, None
    past, stands_still_since = suspension(dossier, at)
    late_since, judged_at = due_at + past, stands_still_since or at
    if judged_at <= late_since:
        return None, None, _next_status_at(dossier, at) if stands_still_since else late_since + _INSTANT
    ages = policies.at(late_since).overdue_ages
    bound = next((age for age in ages if judged_at <= late_since + age), None)
    older_at = None if stands_still_since or bound is None else late_since + bound + _INSTANT
    return age_class(bound, ages[-1]), late_since, _earliest(older_at, _next_status_at(dossier, at))


def _next_status_at(dossier: Dossier, at: datetime) -> datetime | None:
    if dossier.statuses[-1][0] <= at:
        return None
    return next(said_at for said_at, _, _ in dossier.statuses if said_at > at)


def _earliest(*instants: datetime | None) -> datetime | None:
    return min(filter(None, instants), default=None)


@cache
def age_class(bound: timedelta | None, last: timedelta) -> str:
    """Return the label of an age class by its upper bound: `le_3d`, and `gt_30d` for what is beyond the last."""
    return f"gt_{_short(last)}" if bound is None else f"le_{_short(bound)}"


def _short(duration: timedelta) -> str:
    seconds = duration // timedelta(seconds=1)
    return next(f"{seconds // unit}{name}" for name, unit in _UNITS if seconds % unit == 0)


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
