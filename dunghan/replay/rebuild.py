"""All partitions of all topics of a new version, in one process.

1. What a partition has to tell another is told it at once, and is in its state before anything is written. So all that
   follows from a record is in the new version once the record is, whoever has passed on what of it, or not.
2. A checkpoint writes the facts of all partitions first, and only then how far each is. Facts merge
   (docs/decisions/0001): what is read again after a crash in between changes nothing. The facts of petitions come last:
   what they know they do not tell dossiers again.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from aiokafka import TopicPartition

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.store import Stores
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from config.clock import Clock
from config.rulebook import Rulebook
from config.settings import Settings
from dunghan.replay.rebuilt import Rebuilt, Said, rebuilt_partitions
from dunghan.replay.uses import told_uses
from streams.changelog import ChangelogReader, is_forwarded
from streams.chunk import Record
from streams.decode import encode
from streams.events import Event
from streams.placement import partition_of
from streams.publish import address
from streams.sources import Source, source_of, source_of_type, sources

_CHECKPOINT_RECORDS = 100_000  # changed and not written: some 50 MB
_CHECKPOINT_SECONDS = 10.0


class Rebuild:
    """The version of the state that these settings name. All methods run on one event loop."""

    def __init__(self, settings: Settings, rulebook: Rulebook, clock: Clock, stores: Stores | None = None) -> None:
        self.settings = settings
        self.partitions: Mapping[TopicPartition, Rebuilt] = rebuilt_partitions(
            settings, rulebook, clock, stores or Stores()
        )
        self._clock = clock
        self._written_at = monotonic()

    async def start(self) -> None:
        """Shut out whoever builds this version too, and go on from what was written.

        Raises:
            aiokafka.errors.KafkaError: the broker does not answer.
        """
        await _all(one.writer.fence() for one in self.partitions.values())
        for source in sources(self.settings):
            await self._restore(source)

    async def _restore(self, source: Source) -> None:
        found = {one.number: one for one in self.partitions.values() if one.source == source}
        reader = ChangelogReader(self.settings, source)
        try:
            await reader.start()
            await reader.restore(found)
        finally:
            await reader.stop()
        for one in found.values():
            one.state.recount()

    async def stop(self) -> None:
        """Let go of the writers."""
        await asyncio.gather(*(one.writer.close() for one in self.partitions.values()))

    @property
    def is_half_read(self) -> bool:
        """Whether something was written, but no position: files were not read to their end."""
        partitions = self.partitions.values()
        return any(one.restored for one in partitions) and not any(one.is_begun for one in partitions)

    @property
    def is_in_part(self) -> bool:
        """Whether a position is missing beside others: what a lost changelog had been told, nobody would tell again."""
        return len({one.is_begun for one in self.partitions.values()}) > 1

    @property
    def rejected(self) -> Counter[str]:
        """What could not be applied, by reason."""
        return sum((one.rejected for one in self.partitions.values()), Counter())

    def dossiers(self) -> dict[int, DossierProcessor]:
        """Return the partitions of the dossiers."""
        states = ((one.number, one.state) for one in self.partitions.values())
        return {number: state for number, state in states if isinstance(state, DossierProcessor)}

    # -- reading ------------------------------------------------------------------------------------------------------

    def take(self, place: TopicPartition, records: Sequence[Record]) -> None:
        """Apply records of a topic, in their order. What was passed on is told anew where it follows from."""
        partition = self.partitions[place]
        if fresh := [one for one in records if one.offset > partition.state.position and not is_forwarded(one)]:
            self._tell(partition.read(fresh), fresh[-1].timestamp)
        partition.pass_over(records[-1].offset)

    def take_lines(self, lines: Iterable[bytes]) -> None:
        """Apply lines of a file, each where `dunghan publish` would send it."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        said: dict[TopicPartition, list[Said]] = defaultdict(list)
        for line in lines:
            found = address(line)
            home, key = source_of_type(found.type, self.settings), (found.key or "").encode()
            place = TopicPartition(home.topic, partition_of(key, home.partitions))
            said[place].append(Said(line, now_ms, key or None))
        for place, some in said.items():
            self._tell(self.partitions[place].hear(some), now_ms)

    def _tell(self, events: Sequence[Event], timestamp: int | None) -> None:
        """Tell events to the partitions of their subjects, and what follows from them, until nothing does."""
        while events:
            said: dict[TopicPartition, list[Said]] = defaultdict(list)
            for event in events:
                home = source_of(event, self.settings)
                place = TopicPartition(home.topic, home.home(event.subject))
                said[place].append(Said(encode(event), timestamp))
            events = [event for place, some in said.items() for event in self.partitions[place].hear(some)]

    # -- writing ------------------------------------------------------------------------------------------------------

    @property
    def is_due(self) -> bool:
        """Whether it is time for a checkpoint."""
        unwritten = sum(len(one) for one in self.partitions.values())
        return unwritten >= _CHECKPOINT_RECORDS or monotonic() - self._written_at >= _CHECKPOINT_SECONDS

    async def write_facts(self) -> None:
        """Write the facts alone, while files are read: nobody may go on from here.

        Raises:
            aiokafka.errors.ProducerFenced: somebody else has taken this version over.
            aiokafka.errors.KafkaError: it is not known whether all was written.
        """
        telling = {place for place, one in self.partitions.items() if isinstance(one.state, PetitionProcessor)}
        await _all(one.write_facts() for place, one in self.partitions.items() if place not in telling)
        await _all(self.partitions[place].write_facts() for place in telling)
        self._written_at = monotonic()

    async def checkpoint(self) -> None:
        """Write everything; what crashes afterwards goes on from here. Raises as `write_facts` does."""
        await self.write_facts()
        await _all(one.write_position() for one in self.partitions.values())

    async def settle(self) -> None:
        """Judge everything as of now, tell what is told once, and write it. Raises as `write_facts` does."""
        for one in self.partitions.values():
            one.settle(self._clock)
            await asyncio.sleep(0)  # the clients keep their connections alive
        self._tell_uses()
        await self.checkpoint()

    def _tell_uses(self) -> None:
        (procedures,) = (p.state for p in self.partitions.values() if isinstance(p.state, ProcedureProcessor))
        now = self._clock.now()
        for number, state in self.dossiers().items():
            self._tell(list(told_uses(number, state, procedures, now)), None)


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all to their end, then raise the first failure: no write is left half-way behind a failed neighbour."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
