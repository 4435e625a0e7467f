"""Does the national portal know? The sync ledger of a dossier, and what is missing from it.

Legal source: Circular 04/2025/TT-VPCP obliges systems to share dossier data with the national portal automatically and
in real time. What is missing for how long is judged by `rules.sync_missing`.
"""

from datetime import datetime

from agents.dossiers.dossier import Dossier
from streams.events import Outcome, Status


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
