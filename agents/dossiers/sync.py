"""Does the national portal know? What it acknowledged of a dossier, and what is missing from that.

An acknowledgement that names a status covers the facts up to the agency's latest statement of that status at or before
it, and nothing where the agency never made it: who sends a 5 as a 9 has not reported the 5. One that names none covers
all up to its instant.

Legal source: Circular 04/2025/TT-VPCP obliges systems to share dossier data with the national portal automatically and
in real time. What is missing for how long is judged by `rules.sync_missing`, whether the portal is told the truth by
`rules.sync_diverged`.
"""

from datetime import datetime
from typing import NamedTuple

from agents.dossiers.dossier import Dossier, PortalEntry
from streams.events import Outcome, Status

_ANY = 0  # as `PortalEntry` says that no status was named
_ACKNOWLEDGED = str(Outcome.ACKNOWLEDGED)


class Reported(NamedTuple):
    """One status of a dossier, and when the portal first acknowledged it, if it did."""

    at: datetime
    status: int
    covered_at: datetime | None
    """By an acknowledgement that covers it, of a later status too."""
    named_at: datetime | None
    """By one that names this very status, or none."""


def reported(dossier: Dossier) -> list[Reported]:
    """Return what became of each status, the latest first. Both histories are walked back once, side by side."""
    portal, left = dossier.portal, len(dossier.portal)
    first: dict[int, datetime] = {}  # by the status it names, the first acknowledgement since the fact in hand
    covered_at, found = None, []
    for at, _, status in reversed(dossier.statuses):
        while left and portal[left - 1].at >= at:
            left -= 1
            if portal[left].outcome == _ACKNOWLEDGED:
                first[portal[left].status] = portal[left].at
        named_at, any_at = first.get(status), first.get(_ANY)
        if any_at is not None and (named_at is None or any_at < named_at):
            named_at = any_at
        if named_at is not None and (covered_at is None or named_at < covered_at):
            covered_at = named_at
        found.append(Reported(at, status, covered_at, named_at))
    return found


def unsynced_since(dossier: Dossier) -> datetime | None:
    """Return the earliest status change that no acknowledgement covers, or None where all are covered.

    Status 1 (submitted) need not be reported: online submissions reach the agency through the portal.
    """
    since = None
    if _ends_acknowledged(dossier):
        return since
    for at, status, covered_at, _ in reported(dossier):
        if covered_at is not None:
            break
        if status != Status.SUBMITTED:
            since = at
    return since


def _ends_acknowledged(dossier: Dossier) -> bool:
    """Whether the last word is that the portal has the last status: most often so, and asked at every event."""
    if not dossier.portal or not dossier.statuses:
        return False
    entry, (at, _, status) = dossier.portal[-1], dossier.statuses[-1]
    return entry.outcome == _ACKNOWLEDGED and entry.at >= at and entry.status in {_ANY, status}


def acknowledged_at(dossier: Dossier) -> datetime | None:
    """Return when the portal last acknowledged a message about the dossier."""
    return next((entry.at for entry in reversed(dossier.portal) if entry.outcome == _ACKNOWLEDGED), None)


def claims(dossier: Dossier) -> list[PortalEntry]:
    """Return what the portal has acknowledged by its content, the latest first.

    An acknowledgement that names no status is believed to have set everything right: what was said before it is void.
    """
    found = []
    for entry in reversed(dossier.portal):
        if entry.outcome == _ACKNOWLEDGED:
            found.append(entry)
            if entry.status == _ANY:
                break
    return found


def answered_by(dossier: Dossier, since: datetime, at: datetime) -> Outcome | None:
    """Return the portal's last answer from `since` to `at`; None where it has given none."""
    for entry in reversed(dossier.portal):
        if entry.at < since:
            break
        if entry.at <= at and entry.outcome != Outcome.SENT:
            return Outcome(entry.outcome)
    return None
