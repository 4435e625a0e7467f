"""A dossier as it was known at an instant: what was said later of its status, its dates and its sync is left out.

While a partition catches up, dossiers are judged at an instant that lies before the newest facts.
"""

from datetime import datetime

import msgspec

from agents.dossiers.case import Case, case_of
from agents.dossiers.dossier import Dossier


def next_said_at(dossier: Dossier, at: datetime) -> datetime | None:
    """Return when the next thing is said after `at`, if anything is. Most often nothing is: that is seen at once.

    A date is said with a status or by an extension, so it needs no look of its own.
    """
    ahead = []
    if dossier.statuses and dossier.statuses[-1][0] > at:
        ahead.append(next(said[0] for said in dossier.statuses if said[0] > at))
    if dossier.extensions and dossier.extensions[-1][0] > at:
        ahead.append(next(said[0] for said in dossier.extensions if said[0] > at))
    if dossier.portal and dossier.portal[-1].at > at:
        ahead.append(next(entry.at for entry in dossier.portal if entry.at > at))
    return min(ahead) if ahead else None


def known_at(dossier: Dossier, at: datetime) -> Dossier:
    """Return the facts said up to `at`; the agency as it is known now.

    Of a date only the last statement is kept: where that came later, the date said before is not known any more.
    """
    due_at, finished_at = dossier.due_at, dossier.finished_at
    return msgspec.structs.replace(
        dossier,
        due_at=None if due_at is None or due_at[0] > at else due_at,
        finished_at=None if finished_at is None or finished_at[0] > at else finished_at,
        statuses=[entry for entry in dossier.statuses if entry[0] <= at],
        portal=[entry for entry in dossier.portal if entry.at <= at],
        extensions=[entry for entry in dossier.extensions if entry[0] <= at],
    )


def as_known(case: Case) -> Case:
    """Return the case as it was known at its instant."""
    return case_of(known_at(case.dossier, case.at), case.at, case.rulebook) or case
