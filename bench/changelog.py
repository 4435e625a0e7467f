"""What a contestant's changelog holds, and when the broker took it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from bench.contestant import Contestant

_MS = 1000


class Reached(NamedTuple):
    """How far a partition of the events was applied, as of when."""

    at: float
    partition: int
    offset: int


class Changelog(NamedTuple):
    """A changelog, read to its end. Instants are the broker's, in Unix seconds."""

    held: dict[bytes, Any]  # the newest state of each key
    last_at: float  # when the last state came
    reached: list[Reached]

    def applied_before(self, at: float) -> int:
        """Return how many events had been applied at an instant, as far as the changelog tells."""
        offsets = {one.partition: one.offset for one in self.reached if one.at <= at}
        return sum(offsets.values())


def read(contestant: Contestant, records: Iterable[Any]) -> Changelog:
    """Read a changelog as this contestant writes it."""
    held: dict[bytes, Any] = {}
    reached: list[Reached] = []
    last_at = 0.0
    for record in records:
        at = record.timestamp / _MS
        if (entry := contestant.entry(record)) is not None:
            key, state = entry
            held[key] = state
            last_at = max(last_at, at)
        elif (offset := contestant.reached(record)) is not None:
            reached.append(Reached(at, record.partition, offset))
    return Changelog(held, last_at, reached)
