"""The numbers and alerts of dossiers at an instant, as `dunghan evaluate` prints them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from agents.dossiers.standing import OPEN_STATES, Contribution, Standing, State

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
    diverged: int = 0
    due_soon: int = 0
    acceptance_overdue: int = 0
    step_overdue: int = 0
    apology_missing: int = 0
    apology_late: int = 0
    second_extension: int = 0

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
    if contribution.due_soon is not None:
        yield "due_soon"
    if contribution.sync_missing is not None:
        yield "missing_sync"
    if contribution.diverged is not None:
        yield "diverged"
    yield from contribution.violations  # the fields bear their names


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


def alerts(standings: Iterable[tuple[str, Standing | None]]) -> list[Alert]:
    """Return what asks for attention, a rule and a dossier each, in order."""
    return sorted(
        Alert(breach.rule, code, standing.contribution.agency, breach.since, breach.severity)
        for code, standing in standings
        if standing
        for breach in standing.breaches
    )
