"""The numbers of a partition of simple subjects: sums of what each adds. Never stored, so nothing is counted twice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from agents.alerting import Holds
from agents.indicators.day_counts import DayCounts


class Adds(NamedTuple):
    """What one subject adds to its agency's numbers at an instant."""

    agency: str
    days: Mapping[date, int]
    """By day, the named counts to which it adds one, as a bit mask."""
    stock: tuple[str, ...]
    """The named counts to which it adds one in every window."""
    violations: tuple[str, ...]
    holds: tuple[Holds, ...]
    """The rules that ask for somebody's attention now."""
    next_at: datetime | None
    """When time alone will change this, if nothing else happens before."""


class Tally:
    """Takes what a subject added out and puts in what it adds now."""

    def __init__(self, counts: int) -> None:
        self.days = DayCounts(counts)
        self.stock: Counter[tuple[str, str]] = Counter()  # (agency, count)
        self.violations: Counter[tuple[str, str]] = Counter()  # (agency, violation)

    def replace(self, old: Adds | None, new: Adds | None) -> None:
        """Count a subject as `new` instead of as `old`."""
        self.days.replace(_by_day(old), _by_day(new))
        _replace(self.stock, _by_agency(old, old.stock if old else ()), _by_agency(new, new.stock if new else ()))
        _replace(
            self.violations,
            _by_agency(old, old.violations if old else ()),
            _by_agency(new, new.violations if new else ()),
        )


def _by_day(adds: Adds | None) -> dict[tuple[str, date], int]:
    return {} if adds is None else {(adds.agency, day): mask for day, mask in adds.days.items()}


def _by_agency(adds: Adds | None, names: Iterable[str]) -> set[tuple[str, str]]:
    return set() if adds is None else {(adds.agency, name) for name in names}


def _replace(counter: Counter[tuple[str, str]], before: set[tuple[str, str]], after: set[tuple[str, str]]) -> None:
    for key in before - after:
        counter[key] -= 1
        if not counter[key]:
            del counter[key]
    for key in after - before:
        counter[key] += 1
