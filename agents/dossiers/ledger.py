"""The ledger of a dossier's clock: when it stood still, as its statuses tell (docs/decisions/0007).

The clock stands still while the status is 5 (supplement requested), and 6 (fee due) too where the policy says so, until
any other status. All is told as of an instant: what was said to happen later has not happened yet.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from agents.dossiers.dossier import Dossier
from streams.events import Status


class Standstill(NamedTuple):
    """A span in which the clock stood still; `until` is None while it does."""

    since: datetime
    until: datetime | None


def standstills(dossier: Dossier, at: datetime, stops_at: Collection[int]) -> list[Standstill]:
    """Return the spans in which the clock stood still up to `at`, in order."""
    return list(_spans(dossier, at, stops_at))


def supplement_requests(dossier: Dossier, at: datetime) -> list[datetime]:
    """Return when papers were requested (5), up to `at`; a request that is only repeated counts once."""
    return [span.since for span in _spans(dossier, at, (Status.SUPPLEMENT_REQUESTED,))]


def _spans(dossier: Dossier, at: datetime, statuses: Collection[int]) -> Iterator[Standstill]:
    since = None
    for said_at, _, status in dossier.statuses:
        if said_at > at:
            break
        if status in statuses:
            since = since or said_at
        elif since is not None:
            yield Standstill(since, said_at)
            since = None
    if since is not None:
        yield Standstill(since, None)
