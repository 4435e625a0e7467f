"""The numbers and alerts of dossiers at an instant, as `dunghan evaluate` prints them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from agents.dossiers.standing import OPEN_STATES, Contribution, Standing, State
from agents.dossiers.sync import Severity
from config.policy import Policies

_COUNTED_STATES = {
    State.SUSPENDED: "suspended",
    State.FINISHED_EARLY: "finished_early",
    State.FINISHED_ON_TIME: "finished_on_time",
    State.FINISHED_LATE: "finished_late",
    State.FINISHED_UNDATED: "finished_undated",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn",
    State.STOPPED: "stopped",
}


class AgencyReport(msgspec.Struct):
    """An agency's dossiers, counted. `suspended` and `overdue_open` are parts of `open`."""

    received: int = 0
    open: int = 0
    suspended: int = 0
    overdue_open: int = 0
    finished_early: int = 0
    finished_on_time: int = 0
    finished_late: int = 0
    finished_undated: int = 0
    refused: int = 0
    withdrawn: int = 0
    stopped: int = 0
    missing_sync: int = 0

    def add(self, contribution: Contribution, count: int) -> None:
        """Count dossiers of one kind."""
        for name in _counts(contribution):
            setattr(self, name, getattr(self, name) + count)


def _counts(contribution: Contribution) -> Iterable[str]:
    if contribution.received:
        yield "received"
    if contribution.state in OPEN_STATES:
        yield "open"
    if contribution.state in _COUNTED_STATES:
        yield _COUNTED_STATES[contribution.state]
    if contribution.overdue_age is not None:
        yield "overdue_open"
    if contribution.sync_missing is not None:
        yield "missing_sync"


class Alert(msgspec.Struct, frozen=True, order=True):
    """One thing that needs somebody's attention."""

    rule: str
    subject: str
    agency: str
    raised_at: datetime
    severity: str


def agency_reports(contributions: Iterable[tuple[Contribution, int]]) -> dict[str, AgencyReport]:
    """Return the counts by agency, agencies in order."""
    reports: dict[str, AgencyReport] = {}
    for contribution, count in contributions:
        reports.setdefault(contribution.agency, AgencyReport()).add(contribution, count)
    return dict(sorted(reports.items()))


def alerts(standings: Iterable[tuple[str, Standing | None]], policies: Policies) -> list[Alert]:
    """Return the alerts of dossiers that are overdue or missing at the portal, in order."""
    return sorted(alert for code, standing in standings if standing for alert in _alerts(code, standing, policies))


def _alerts(code: str, standing: Standing, policies: Policies) -> Iterable[Alert]:
    contribution = standing.contribution
    if standing.overdue_since is not None:
        yield Alert("dossier-overdue", code, contribution.agency, standing.overdue_since, "warning")
    severity, since = contribution.sync_missing, standing.unsynced_since
    if severity is not None and since is not None:
        yield Alert("sync-missing", code, contribution.agency, since + _limit(contribution, since, policies), severity)


def _limit(contribution: Contribution, since: datetime, policies: Policies) -> timedelta:
    limit = policies.at(since).sync_limit(contribution.agency)
    return limit.critical if contribution.sync_missing is Severity.CRITICAL else limit.warning
