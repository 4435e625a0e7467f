"""This project's way to read: Faust coordinates, the partition reader reads, an agent decides; a count by key."""

import gc
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import faust
import mode.loop
import msgspec

from agents import agent
from agents.reading import POSITION_KEY, Position, load_position
from bench.settings import settings_of
from bench.task import Seen, Task
from config.clock import SystemClock
from streams.chunk import Plan, Reach, Record
from streams.faust_app import CoordinatingApp, create_app
from streams.reader import PartitionReader
from streams.sources import dossiers

_COUNT_KEY = b"k"


class CountPlan(Plan, kw_only=True):
    """A chunk's plan, with what `commit` needs."""

    counts: dict[bytes, int] = msgspec.field(default_factory=dict)


class CountProcessor:
    """How often each key came."""

    def __init__(self, seen: Seen, written: Callable[[int], None]) -> None:
        self.position = -1
        self._seen = seen
        self._written = written
        self._counts: dict[bytes, int] = {}
        self._decode = msgspec.json.Decoder().decode
        self._encode = msgspec.msgpack.Encoder().encode

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one changelog record into the state."""
        if value is None:
            return
        if key == POSITION_KEY:
            self.position = load_position(value).offset
        else:
            self._counts[key.removeprefix(_COUNT_KEY)] = int(value)

    def recount(self) -> None:
        """Nothing follows from the counts."""

    def process(self, records: Sequence[Record]) -> Plan:
        """Count a chunk."""
        plan = CountPlan(position=records[-1].offset, records=len(records))
        counts = plan.counts
        for record in records:
            key, value = record.key or b"", record.value or b""
            self._decode(value)
            counts[key] = (counts.get(key) or self._counts.get(key, 0)) + 1
            self._seen.add(value)
        plan.changelog = [(_COUNT_KEY + key, b"%d" % count) for key, count in counts.items()]
        plan.changelog.append((POSITION_KEY, self._encode(Position(plan.position, None))))
        return plan

    def commit(self, plan: Plan) -> None:
        """Make a plan that was written the state."""
        assert isinstance(plan, CountPlan)  # noqa: S101 - the reader hands back what `process` returned
        self.position = plan.position
        self._counts.update(plan.counts)
        self._written(plan.records)

    def tell(self) -> None:
        """Nobody is alerted of a count."""

    def advance(self, now: datetime, *, reach: Reach, quiet: bool = True) -> None:
        """Time changes no count."""


def _app(task: Task) -> CoordinatingApp:
    """Wire the reader to Faust, as `dunghan.worker` does."""
    settings, seen, left = settings_of(task), Seen(task), task.records

    def written(records: int) -> None:
        nonlocal left
        left -= records
        if not left:
            seen.report()

    app = create_app(settings, data_dir=Path(task.folder), instance_id=None)
    source = dossiers(settings)
    reader = PartitionReader(
        settings,
        source,
        clock=SystemClock(),
        new_processor=lambda _: CountProcessor(seen, written),
        handle=agent.register(app, source.topic),
        on_failure=app.crash,
    )
    app.delegate(source.topic)

    async def assigned(_: Any, assigned: set[Any], **_rest: Any) -> None:
        await reader.assign({tp.partition for tp in assigned})

    async def revoked(_: Any, _revoked: set[Any], **_rest: Any) -> None:
        await reader.revoke()

    app.on_partitions_assigned.connect(assigned, weak=False)
    app.on_partitions_revoked.connect(revoked, weak=False)
    app.before_leaving.append(reader.stop)
    return app


if __name__ == "__main__":
    gc.set_threshold(100_000, 50, 100)  # as the worker does
    mode.loop.use("uvloop")
    faust.Worker(_app(Task.given()), loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()
