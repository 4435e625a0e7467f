"""Has all that was said been applied? Each partition's own end, and how far the partitions of other workers are.

A message about many dossiers may wait in one partition and end a dossier of another. So nobody has caught up until all
partitions of the topic have, and until what they passed on to each other has been read too.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from aiokafka import TopicPartition

from streams.chunk import Reach

_QUIET_SECONDS = 5.0  # a partition that got no record for so long is not being replayed into
_HEAD = timedelta(seconds=2)  # no further behind is the head: under load some records always wait
_UNHEARD_SECONDS = 5.0  # a broker that has not answered a fetch for so long may hold records that nobody here knows of
# An answer that had come unnoticed, one that was asked for before, and one that was asked for since: the third knows.
_ANSWERS_THAT_KNOW = 3
_LOOKS = 5  # of a second each: others report how far they are once a second, and some records always wait


@dataclass(slots=True)
class Tail:
    """How far a partition is from its end, as the broker said last. Instants are of the monotonic clock."""

    behind: int  # records that wait
    fetched_at: float  # when the last record came
    answered_at: float  # when the broker last said where the end is
    reached: datetime | None = None  # when the last record that was applied had come to the broker
    _answer: int | None = None  # the consumer's own mark of that answer; it tells whether there was another one
    _answers: int = 0
    # The number of the answer that knows what other partitions passed on to this one, of old records and of any.
    _knows_old_from: int = 0
    _knows_all_from: int = 0

    def heard(self, answer: int | None) -> None:
        """Note the consumer's mark of the broker's last answer."""
        if answer != self._answer:
            self._answer, self.answered_at = answer, monotonic()
            self._answers += 1

    def expect_more(self, *, old: bool) -> None:
        """Note that records may just have been passed on to here, old ones or not, of which the broker has not told."""
        self._knows_all_from = self._answers + _ANSWERS_THAT_KNOW
        if old:
            self._knows_old_from = self._knows_all_from

    def reach(self, now: datetime) -> Reach:
        """Return whether records wait that had come to the broker up to now, as far as can be known."""
        if self._answers < self._knows_old_from or monotonic() - self.answered_at >= _UNHEARD_SECONDS:
            return Reach.BEHIND
        if self.behind == 0:
            return Reach.END if self._answers >= self._knows_all_from else Reach.HEAD
        return Reach.HEAD if self.is_at_head(now) else Reach.BEHIND

    def is_at_head(self, now: datetime) -> bool:
        """Whether what was applied last had only just come to the broker."""
        return self.reached is not None and now - self.reached < _HEAD

    @property
    def quiet(self) -> bool:
        """Whether no record has come for a while."""
        return monotonic() - self.fetched_at >= _QUIET_SECONDS


def least(reached: Iterable[Reach]) -> Reach:
    """Return how far all have been read: as far as the one that is furthest behind."""
    return min(reached, key=list(Reach).index, default=Reach.END)


class Elsewhere:
    """How far the partitions are that other workers read, by the positions that those report."""

    def __init__(self) -> None:
        self.reach = Reach.BEHIND
        self._ends: deque[dict[TopicPartition, int]] = deque(maxlen=_LOOKS)

    async def look(self, consumer: Any, others: Collection[TopicPartition]) -> bool:
        """Ask the broker; call it once a second. Return whether they have just caught up.

        Others have caught up when they have reported, by now, where the ends were some seconds ago.

        Args:
            consumer: Of the group under which all workers report.
            others: The partitions of other workers; none is as good as all read to their ends.

        Raises:
            aiokafka.errors.KafkaError: the broker did not say.
        """
        if not others:
            self._ends.clear()
            self.reach = Reach.END
            return False
        reached = await asyncio.gather(*(consumer.committed(partition) for partition in others))
        self._ends.append(await consumer.end_offsets(list(others)))
        before, self.reach = self.reach, self._reach({one: at or 0 for one, at in zip(others, reached, strict=True)})
        return before is Reach.BEHIND and self.reach is not Reach.BEHIND

    def forget(self) -> None:
        """Nothing is known of others any more."""
        self._ends.clear()
        self.reach = Reach.BEHIND

    def _reach(self, reached: Mapping[TopicPartition, int]) -> Reach:
        if len(self._ends) < _LOOKS or any(at < self._ends[0].get(one, at + 1) for one, at in reached.items()):
            return Reach.BEHIND
        return Reach.END if all(at >= self._ends[-1][one] for one, at in reached.items()) else Reach.HEAD
