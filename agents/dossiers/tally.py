"""The numbers of a partition: sums of what its dossiers contribute. Never stored, so nothing is counted twice."""

from collections import Counter
from datetime import date, datetime
from heapq import heapify, heappop, heappush

from agents.dossiers.standing import Contribution, Standing
from agents.indicators.day_counts import DayCounts
from agents.indicators.dossier_counts import NAMES


class Tally:
    """Takes a dossier's old standing out and puts its new one in."""

    def __init__(self) -> None:
        self.contributions: Counter[Contribution] = Counter()
        self.days = DayCounts(len(NAMES))
        self._overdue: dict[str, OldestFirst] = {}

    def replace(self, code: str, old: Standing | None, new: Standing | None) -> None:
        """Count `code` as `new` instead of as `old`."""
        before = old.contribution if old else None
        after = new.contribution if new else None
        if before != after:
            if before is not None:
                self._take_out(before)
            if after is not None:
                self.contributions[after] += 1
        if (days := _by_day(old)) != (new_days := _by_day(new)):
            self.days.replace(days, new_days)
        if old is not None and old.overdue_since is not None:
            self._overdue[old.contribution.agency].discard(code)
        if new is not None and new.overdue_since is not None:
            self._overdue.setdefault(new.contribution.agency, OldestFirst()).add(code, new.overdue_since)

    def _take_out(self, contribution: Contribution) -> None:
        self.contributions[contribution] -= 1
        if not self.contributions[contribution]:
            del self.contributions[contribution]

    def oldest_overdue(self) -> dict[str, datetime]:
        """Return, by agency, since when its oldest overdue dossier has been overdue."""
        oldest = {agency: dossiers.oldest() for agency, dossiers in list(self._overdue.items())}
        return {agency: at for agency, at in oldest.items() if at is not None}


def _by_day(standing: Standing | None) -> dict[tuple[str, date], int]:
    if standing is None:
        return {}
    return {(standing.contribution.agency, one.day): one.mask for one in standing.counted}


class OldestFirst:
    """A set of dossiers that knows its oldest: a heap whose discarded entries are dropped when they surface."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def add(self, code: str, since: datetime) -> None:
        """Put `code` in, or move it to `since`."""
        self._since[code] = since
        heappush(self._heap, (since, code))
        if len(self._heap) > 2 * len(self._since) + 1000:
            self._heap = [(at, held) for held, at in self._since.items()]
            heapify(self._heap)

    def discard(self, code: str) -> None:
        """Take `code` out."""
        self._since.pop(code, None)

    def oldest(self) -> datetime | None:
        """Return the earliest instant in the set."""
        while self._heap and self._since.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None
