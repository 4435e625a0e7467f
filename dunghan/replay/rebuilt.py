"""One partition of a version that is being built: its state, and what of it has not been written yet.

It is the worker's own processor. What a worker would write for others is not written: dead letters, alerts, and events
of other partitions are there already. What it would tell other partitions is told them here, without Kafka.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.rest_records import REST_KEYS
from agents.dossiers.store import Stores
from agents.reading import POSITION_KEY, ReadPlan
from agents.subjects.processor import AnyProcessor
from config.clock import Clock
from config.rulebook import Rulebook
from config.settings import Settings
from dunghan.processors import PROCESSORS, new_processor
from streams.alerts import TOLD_KEY
from streams.changelog import ChangelogWriter, Role
from streams.chunk import Plan, Reach, Record
from streams.events import Event, ProcedureUsage
from streams.sources import Source, sources

_WRITTEN_AT_ONCE = 20_000  # records: some 10 MB, well within the time that a write may take


class Said(NamedTuple):
    """What is said to a partition by no record of its own: a line of a file, or what another partition passes on."""

    value: bytes
    timestamp: int | None
    key: bytes | None = None
    offset: int = -1
    headers: Sequence[tuple[str, bytes]] = ()


class Rebuilt:
    """One partition."""

    def __init__(self, settings: Settings, source: Source, number: int, state: DossierProcessor | AnyProcessor) -> None:
        self.source = source
        self.number = number
        self.state = state
        self.writer = ChangelogWriter(settings, source, number, Role.REPLAY)
        self.is_begun = False  # a position was written: whatever files there were have been read
        self.restored = 0  # records of the changelog
        self.rejected: Counter[str] = Counter()
        self._unwritten: dict[bytes, bytes | None] = {}  # the last value of each key: it may have changed many times

    def __len__(self) -> int:
        return len(self._unwritten)

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one record of the changelog. What was told of alerts belongs to the workers."""
        if key[:1] != TOLD_KEY:
            self.restored += 1
            self.is_begun |= key == POSITION_KEY
            self.state.load(key, value)

    def read(self, records: Sequence[Record]) -> list[Event]:
        """Apply records of the topic; return what others have to be told."""
        plan = self.state.process(records)
        self.state.commit(plan)
        self._unwritten.update(one for one in plan.changelog if one[0][:1] not in REST_KEYS)  # for workers to make
        self.rejected.update(str(one.rejection.reason) for one in plan.rejected)
        if isinstance(self.state, DossierProcessor):
            self.state.unpublished.clear()  # there is no view of what is being built
        return [event for event in plan.forwards if not isinstance(event.data, ProcedureUsage)]  # see `uses`

    def hear(self, said: Sequence[Said]) -> list[Event]:
        """Apply what is no record of the topic: the position stays as it is. Return what others have to be told."""
        return self.read([one._replace(offset=self.state.position) for one in said])

    def pass_over(self, offset: int) -> None:
        """Let the state go as far as `offset`; what is there has been told here already."""
        self.state.position = max(self.state.position, offset)

    async def write_facts(self) -> None:
        """Write what has changed, without saying how far that is."""
        self._unwritten.pop(POSITION_KEY, None)
        rows = list(self._unwritten.items())
        for start in range(0, len(rows), _WRITTEN_AT_ONCE):
            await self._write(rows[start : start + _WRITTEN_AT_ONCE])
        self._unwritten.clear()

    async def write_position(self) -> None:
        """Write up to where the state goes, and as of when it was judged."""
        plan = ReadPlan(position=self.state.position, watermark=self.state.watermark)
        plan.keep_position(self.state.judged_at)
        await self._write(plan.changelog)
        self.is_begun = True

    async def _write(self, changelog: list[tuple[bytes, bytes | None]]) -> None:
        await self.writer.write(Plan(position=self.state.position, changelog=changelog))

    def settle(self, clock: Clock) -> None:
        """Judge everything as of now."""
        now = clock.now()
        self.state.advance(now, reach=Reach.END)
        while self.state.unsettled:
            self.state.advance(now, reach=Reach.END)


def rebuilt_partitions(
    settings: Settings, rulebook: Rulebook, clock: Clock, stores: Stores
) -> Mapping[TopicPartition, Rebuilt]:
    """Return every partition of every topic, empty."""
    found = _partitions(settings, rulebook, clock, stores)
    return {TopicPartition(one.source.topic, one.number): one for one in found}


def _partitions(settings: Settings, rulebook: Rulebook, clock: Clock, stores: Stores) -> Iterator[Rebuilt]:
    for source, kind in zip(sources(settings), PROCESSORS, strict=True):
        for number in range(source.partitions):
            state = new_processor(kind, source, number, stores, rulebook=rulebook, clock=clock)
            yield Rebuilt(settings, source, number, state)
