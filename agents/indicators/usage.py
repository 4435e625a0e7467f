"""Which procedures are used, and when last: told to the partition of the procedure, where each is counted once.

A dossier uses its procedure online, by an online payment, with population data; each use falls on the day on which the
dossier counts. All windows end today, so the last day is all that a window needs to know. Each partition of dossiers
tells its own last day of a use, and tells it again when it changes, forwards or back: nothing stays counted that was
corrected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from agents.indicators.dossier_counts import NAMES, Counted
from streams.events import Usage

_USES = {
    1 << NAMES.index("dossiers_online"): Usage.ONLINE,
    1 << NAMES.index("dossiers_paid_online"): Usage.PAID_ONLINE,
    1 << NAMES.index("dossiers_population_data"): Usage.POPULATION_DATA,
}
_ANY = sum(_USES)
_NO_DAYS: Counter[date] = Counter()


class Use(NamedTuple):
    """A procedure used in one way, by dossiers of whatever agency: the use counts for its issuer."""

    procedure: str
    kind: Usage


Uses = Mapping[tuple[Use, date], int]


def uses_of(procedure: str | None, counted: Iterable[Counted]) -> list[tuple[Use, date]]:
    """Return how a dossier uses its procedure, and on which days."""
    if procedure is None:
        return []
    return [
        (Use(procedure, kind), one.day)
        for one in counted
        if one.mask & _ANY
        for bit, kind in _USES.items()
        if one.mask & bit
    ]


class UseDays:
    """The days on which procedures were used by the dossiers of one partition."""

    def __init__(self) -> None:
        self._days: dict[Use, Counter[date]] = {}
        self._last: dict[Use, date | None] = {}

    def add_days(self, use: Use, days: Mapping[date, int]) -> None:
        """Add how often a procedure was used so on each day; nothing is taken back by that."""
        held = self._days.setdefault(use, Counter())
        held.update(days)
        self._last[use] = max(held, default=None)

    def last_days(self) -> dict[Use, date]:
        """Return the last day of each use that is made."""
        return {use: last for use, last in self._last.items() if last is not None}

    def last_day(self, use: Use) -> date | None:
        """Return the last day of a use, or None if it is not used so any more."""
        return self._last.get(use)

    def changed(self, changes: Uses) -> dict[Use, date | None]:
        """Return the last days that changes would move, and where to; nothing is changed yet."""
        after = {use: self._last_after(use, days) for use, days in _by_use(changes).items()}
        return {use: last for use, last in after.items() if last != self.last_day(use)}

    def add(self, changes: Uses) -> None:
        """Take changes in."""
        for use, changed in _by_use(changes).items():
            self._last[use] = self._last_after(use, changed)
            days = self._days.setdefault(use, Counter())
            for day, times in changed.items():
                days[day] += times
                if not days[day]:
                    del days[day]

    def _last_after(self, use: Use, changed: Mapping[date, int]) -> date | None:
        """Return the last day of a use after a change. All days are looked at only where the last one is no more."""
        held, last = self._days.get(use, _NO_DAYS), self._last.get(use)
        used = {day for day, times in changed.items() if held[day] + times > 0}
        if last is not None and last in changed and last not in used:
            return max((held.keys() - changed.keys()) | used, default=None)
        return max(used if last is None else used | {last}, default=None)


def _by_use(changes: Uses) -> dict[Use, dict[date, int]]:
    by_use: dict[Use, dict[date, int]] = {}
    for (use, day), times in changes.items():
        by_use.setdefault(use, {})[day] = times
    return by_use
