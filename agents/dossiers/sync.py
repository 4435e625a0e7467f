"""Does the national portal know? The sync ledger of a dossier, and what is missing from it.

Legal source: Circular 04/2025/TT-VPCP obliges systems to share dossier data with the national portal automatically and
in real time. No number binds all services: the limits are dated policy, by agency.
"""

from datetime import datetime
from enum import StrEnum

from agents.dossiers.dossier import Dossier
from streams.events import Outcome, Status


class Severity(StrEnum):
    """How long the acknowledgement has been missing, by the agency's limits."""

    WARNING = "warning"
    CRITICAL = "critical"


def acknowledged_at(dossier: Dossier) -> datetime | None:
    """Return when the portal last acknowledged a message about the dossier."""
    for entry in reversed(dossier.portal):
        if entry.outcome == Outcome.ACKNOWLEDGED:
            return entry.at
    return None


def unsynced_since(dossier: Dossier) -> datetime | None:
    """Return the earliest status change that no later acknowledgement covers, or None where all are covered.

    Status 1 (submitted) need not be reported: online submissions reach the agency through the portal.
    """
    acknowledged = acknowledged_at(dossier)
    since = None
    for at, _, status in reversed(dossier.statuses):
        if acknowledged is not None and at <= acknowledged:
            break
        if status != Status.SUBMITTED:
            since = at
    return since
