"""Counts by agency and day, and their sums over windows, kept up to date change by change.

A thing adds to its agency's row of one day; a window holds the rows from its first day to today. When the day turns,
rows that leave a window are taken out and those that enter it are put in: nothing is counted anew. Rows before every
window are not kept: they can never enter one again.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from agents.indicators.windows import WINDOWS, Window, starts

_ONE_DAY = timedelta(1)
_LONG = 60  # days; after a longer jump the windows are summed anew, which is cheaper than going day by day

Row = list[int]


class DayCounts:
    """Sums of `width` counts by agency and window. A set of counts is a bit mask: bit `i` is count `i`."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._today = date.min
        self._starts: dict[Window, date] = dict.fromkeys(WINDOWS, date.min)
        self._first = date.min
        self._days: dict[date, dict[str, Row]] = {}
        self._sums: dict[Window, dict[str, Row]] = {window: {} for window in WINDOWS}

    def add(self, agency: str, day: date, mask: int, times: int) -> None:
        """Count the counts in `mask` so many times more on a day; `times` is negative to take them out."""
        if day < self._first or not mask:
            return
        add_mask(self._row(self._days.setdefault(day, {}), agency), mask, times)
        if day <= self._today:
            for window, start in self._starts.items():
                if day >= start:
                    add_mask(self._row(self._sums[window], agency), mask, times)

    def add_row(self, agency: str, day: date, row: Row) -> None:
        """Add the counts of an agency's day, before the first `turn_to`; the row is not to be used elsewhere."""
        rows = self._days.setdefault(day, {})
        held = rows.get(agency)
        rows[agency] = row if held is None else [a + b for a, b in zip(held, row, strict=True)]

    def replace(self, before: Mapping[tuple[str, date], int], after: Mapping[tuple[str, date], int]) -> None:
        """Count the masks of `after`, by agency and day, instead of those of `before`: mostly a count or two change."""
        for (agency, day), mask in before.items():
            self.add(agency, day, mask & ~after.get((agency, day), 0), -1)
        for (agency, day), mask in after.items():
            self.add(agency, day, mask & ~before.get((agency, day), 0), +1)

    def turn_to(self, today: date) -> None:
        """Let `today` be the last day of every window. The day never goes back."""
        if today <= self._today:
            return
        before, self._today = self._today, today
        old_starts, self._starts = self._starts, starts(today)
        self._first = min(self._starts.values())
        if (today - before).days > _LONG:
            self._sum_anew()
        else:
            for window, start in self._starts.items():
                self._move(window, old_starts[window], min(start, before + _ONE_DAY), -1)
                self._move(window, max(before + _ONE_DAY, start), today + _ONE_DAY, +1)
        for day in [day for day in self._days if day < self._first]:
            del self._days[day]

    def __iter__(self) -> Iterator[tuple[str, Window, Row]]:
        """Yield agency, window and the sums of all counts. May be asked from any thread."""
        for window, rows in self._sums.items():
            for agency, row in list(rows.items()):
                yield agency, window, row

    def _move(self, window: Window, first: date, end: date, times: int) -> None:
        """Put the rows of the days from `first` to before `end` into a window, or take them out."""
        sums = self._sums[window]
        for number in range((end - first).days):
            for agency, row in self._days.get(first + timedelta(number), {}).items():
                total = self._row(sums, agency)
                for index, count in enumerate(row):
                    total[index] += times * count

    def _sum_anew(self) -> None:
        self._sums = {window: {} for window in WINDOWS}
        for window, start in self._starts.items():
            for day in [day for day in self._days if start <= day <= self._today]:
                self._move(window, day, day + _ONE_DAY, +1)

    def _row(self, rows: dict[str, Row], agency: str) -> Row:
        row = rows.get(agency)
        if row is None:
            row = rows[agency] = [0] * self._width
        return row


def add_mask(row: Row, mask: int, times: int) -> None:
    """Add `times` to each count in `mask`."""
    while mask:
        bit = mask & -mask
        row[bit.bit_length() - 1] += times
        mask ^= bit
