"""Which agencies do not use the system? Those in which nobody has touched a dossier for some working days.

What citizens do (submit, withdraw, pay, rate) and what the portal answers is no work of the agency: online submissions
go on arriving where nobody looks at them. Heartbeats and daily totals count, for they say that there was nothing to do.

Each partition knows when it last saw work of an agency. The latest of these instants is the agency's, and the latest of
what `silent_after` makes of them is the agency's too: silence that began later is never noticed earlier.
"""

from datetime import datetime

from agents.dossiers.dossier import Dossier
from config.rulebook import Law
from streams.events import (
    AgencyHeartbeat,
    AgencyTotals,
    DossierDemand,
    DossierExtended,
    DossierProgress,
    DossierStatus,
    EventData,
    Status,
)

_BY_CITIZENS = frozenset({Status.SUBMITTED, Status.WITHDRAWN})
_WORK = (DossierExtended, DossierDemand, AgencyHeartbeat, AgencyTotals)


def is_work(data: EventData) -> bool:
    """Tell whether an event shows that somebody, or something, in the agency is at work."""
    if isinstance(data, DossierStatus | DossierProgress):
        return data.status not in _BY_CITIZENS
    return isinstance(data, _WORK)


def last_work_at(dossier: Dossier) -> datetime | None:
    """Return when the agency last did something about a dossier, if it ever did: the same as its events show."""
    done = [said[0] for history in (dossier.extensions, dossier.demands) for said in history[-1:]]
    for at, _, status in reversed(dossier.statuses):
        if status not in _BY_CITIZENS:
            done.append(at)
            break
    return max(done, default=None)


def silent_after(agency: str, worked_at: datetime, law: Law) -> datetime:
    """Return after which instant an agency that last worked at `worked_at` counts as not using the system."""
    return law.policy.agency_silent_after.after(worked_at, law.calendar.working_time(agency))
