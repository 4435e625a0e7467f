"""The dossiers of one partition that ended longer ago than their facts are kept: only what they added is.

A policy may say so (`settled_after`; as shipped: never). Then each day all dossiers are looked at, so many a second.
One that is at rest, in order, and ended that long ago is *settled*: nothing is stored of it but that it was there, and
what it added moves from the sums of the dossiers at rest to sums that stay (`z…`), in one transaction. Its numbers do
not change by that, nor ever after: it stands as it was judged last, whatever rules come. What is said of it later is
refused (`Reason.SETTLED`), for nobody could count it once only.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from agents.agencies.silence import last_work_at
from agents.dossiers.dossier import Dossier
from agents.dossiers.rest_records import Records, Sums, put
from agents.dossiers.standing import Standing
from agents.dossiers.store import Store, walk
from agents.dossiers.timeliness import end_of

SETTLED = b""
"""What is stored of such a dossier instead of its facts."""

_SUMS_KEY = b"z"
_LOOKED_AT = 1000  # dossiers a second: 10 ms of work, and a partition of a province's year in four minutes


class Settled:
    """The sums of those that are settled, and who is next."""

    def __init__(self) -> None:
        self.records: Records = {}
        self._walk: Iterator[str] = iter(())
        self._began_on = date.min

    def load(self, key: bytes, value: bytes | None) -> bool:
        """Take one changelog record in, if it is of this kind; return whether it is."""
        if key[:1] != _SUMS_KEY:
            return False
        put(self.records, key, value)
        return True

    def to_look_at(self, store: Store, today: date) -> Iterator[str]:
        """Yield the next dossiers to look at, of those that were there when the day began; `today` is Viet Nam's."""
        if today > self._began_on:
            self._began_on, self._walk = today, walk(store)
        return islice(self._walk, _LOOKED_AT)

    def settle(self, dossiers: Iterable[tuple[Dossier, Standing]]) -> Records:
        """Return the sums that change when dossiers are settled that stand so."""
        sums = Sums(self.records, _SUMS_KEY)
        for dossier, standing in dossiers:
            sums.add(standing, last_work_at(dossier))
        return sums.records()


def ended_longer_ago(dossier: Dossier, than: timedelta, at: datetime) -> bool:
    """Whether a dossier has ended, and longer ago than that."""
    ended_at = end_of(dossier)
    return ended_at is not None and ended_at + than < at
