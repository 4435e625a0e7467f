"""One run of one contestant: from its first record until the broker holds its last change; refused unless exact."""

import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench import broker
from bench.changelog import read
from bench.contestant import Contestant, Job, RefusedError, Running
from bench.expected import Expected
from bench.meter import Meter
from bench.results import Figures
from bench.task import Report, Task
from config.settings import Settings
from streams.scan import scan

_START_SECONDS = 60.0
# Events a second. Who is slower will not come to an end, and is not waited for: a third of what the slowest of each
# kind does on two cores that others use, too.
_SLOWEST, _SLOWEST_OF_SLOW = 3000.0, 300.0


class Ground(NamedTuple):
    """Where all contestants are measured."""

    settings: Settings
    folder: Path
    broker_pid: int


def measure(contestant: Contestant, ground: Ground, expected: Expected) -> Figures:
    """Run a contestant once, and delete what it leaves behind.

    Raises:
        RefusedError: it did not come to its end, or its counts or states are not what they must be.
    """
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        task = Task(
            kafka=ground.settings.kafka,
            redis=ground.settings.redis,
            topic=expected.topic,
            partitions=ground.settings.partitions,
            records=expected.records,
            app=f"bench-{uuid.uuid4().hex[:8]}",
            folder=folder,
        )
        try:
            return _measured(contestant, ground, task, expected)
        finally:
            broker.delete(ground.settings, task.app)


def _measured(contestant: Contestant, ground: Ground, task: Task, expected: Expected) -> Figures:
    slowest = _SLOWEST_OF_SLOW if contestant.is_slow else _SLOWEST
    running = Running(contestant.commands(task), Path(task.folder), _START_SECONDS + expected.records / slowest)
    try:
        with Meter({"contestant": running.pids, "broker": [ground.broker_pid]}, "contestant") as meter:
            report = contestant.watch(running, task)
    finally:
        running.stop()
    topic = contestant.changelog(task)
    changelog = read(contestant, scan(ground.settings, topic)) if topic else None
    check(contestant, report, changelog.held if changelog else _counts(task), expected)
    before = changelog.applied_before(report.first_at) if changelog else 0
    last_at = changelog.last_at if changelog else report.last_at
    return _figures(meter, report.first_at, last_at, expected.records - before)


def _figures(meter: Meter, start: float, end: float, records: int) -> Figures:
    if records <= 0 or end <= start:
        raise RefusedError("too few events: it was through before the measuring began; give more with --events")
    cpu, broker_cpu, machine = (meter.cpu_seconds(name, start, end) for name in ("contestant", "broker", Meter.MACHINE))
    return Figures(
        records=records,
        seconds=end - start,
        cpu_seconds=cpu,
        broker_cpu_seconds=broker_cpu,
        other_cpu_seconds=max(0.0, machine - cpu - broker_cpu),
        peak_bytes=meter.peak_bytes(),
    )


def check(contestant: Contestant, report: Report, held: Mapping[bytes, Any], expected: Expected) -> None:
    """Compare what a contestant holds with what it must.

    Raises:
        RefusedError: they differ.
    """
    if report.records != expected.records:
        raise RefusedError(f"it saw {report.records:,} records of {expected.records:,}")
    if contestant.job is Job.READ:
        if report.value_bytes != expected.value_bytes:
            raise RefusedError(f"it read {report.value_bytes:,} bytes of {expected.value_bytes:,}")
        return
    wanted: Mapping[bytes, Any] = expected.states if contestant.job is Job.WHOLE else expected.counts
    wrong = sum(1 for key in wanted.keys() | held.keys() if held.get(key) != wanted.get(key))
    if wrong:
        raise RefusedError(f"{wrong:,} of {len(wanted):,} keys are not what they must be")


def _counts(task: Task) -> Mapping[bytes, Any]:
    """Return the counts of a program that has no changelog; none of one that has no state."""
    if not task.counts_file.exists():
        return {}
    counts = msgspec.json.decode(task.counts_file.read_bytes(), type=dict[str, int])
    return {key.encode(): count for key, count in counts.items()}
