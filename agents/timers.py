"""When each subject (a dossier, a petition…) has to be looked at again. An entry is a hint, never the truth."""

from collections.abc import Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush


class Timers:
    """One heap of (instant, code), with at most one entry in force for a code.

    An entry that was overruled stays in the heap until its instant, or until most of the heap is of that kind.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str]] = []
        self._in_force: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._in_force)

    def set(self, code: str, at: datetime | None) -> None:
        """Look at `code` again at `at`; None: not because of time."""
        if self._in_force.get(code) == at:
            return
        if at is None:
            del self._in_force[code]
            return
        self._in_force[code] = at
        heappush(self._heap, (at, code))
        if len(self._heap) > 2 * len(self._in_force) + 1000:
            self._heap = [(instant, held) for held, instant in self._in_force.items()]
            heapify(self._heap)

    def are_due(self, at: datetime) -> bool:
        """Return whether there may be some whose instant has come by `at`."""
        return bool(self._heap) and self._heap[0][0] <= at

    def pop_due(self, at: datetime) -> Iterator[str]:
        """Take out and yield the codes whose instant has come by `at`."""
        while self._heap and self._heap[0][0] <= at:
            instant, code = heappop(self._heap)
            if self._in_force.get(code) == instant:
                del self._in_force[code]
                yield code
