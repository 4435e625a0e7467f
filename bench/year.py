"""A province's year, held and restored: `make province`.

1. A year of dossiers is simulated and merged, and each is copied under many codes: to apply thirty million events would
   take half an hour, and the state is the same. It is written as workers write it, in transactions.
2. Workers are started on it, and tell all alerts there are. Then they are started again: how long until each partition
   is served, and all is judged as of now; how fast the changelog was restored; how much memory all of them hold.
3. Beside that, in one process: what an event costs a partition that holds few dossiers, and many.

Example: python -m bench.year --dossiers 100000 --workers 1 --store disk
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice, product
from pathlib import Path
from time import monotonic, process_time, sleep
from typing import NamedTuple
from urllib.request import urlopen

import click
import msgspec
import psutil

from agents.dossiers.dossier import Dossier, dump, load
from agents.dossiers.processor import DossierProcessor
from agents.dossiers.rest_records import made_under, records_of
from agents.dossiers.store import Store
from agents.reading import ReadPlan
from bench import broker
from config.clock import Clock, FixedClock, SystemClock
from config.rulebook import Rulebook, load_rulebook
from config.settings import Settings
from dunghan.demo.interrupts import Interrupts
from dunghan.evaluation import NumberedLine
from dunghan.processors import stores_of
from dunghan.stack import Stack
from dunghan.stack.ports import free_ports
from streams.changelog import ChangelogWriter
from streams.chunk import Plan, Reach
from streams.placement import partition_of
from streams.simulate import Config, Province
from streams.sources import dossiers as dossiers_of
from streams.topics import create_topics

_AGENCIES, _DAYS = 150, 365
_SAMPLE = 10_000  # dossiers that are simulated
_CHUNK = 1000
_WRITTEN_AT_ONCE = 20_000
_SERVED_SECONDS = 600
_TELLING_SECONDS, _VIEW_SECONDS = 60, 30
_EVENTS = 20_000
_SEEDS = (2, 3, 4)
_COSTS = (10_000, 200_000, 2_000_000)
_MIB = 1 << 20
_RESTORED = re.compile(r"serving dossier-events \[[^]]*\]: restored (\d+) records in ([\d.]+) s, ([\d.]+) s")

Facts = Sequence[bytes]


class Start(NamedTuple):
    """How a start of the workers went."""

    ready_seconds: float
    ready_cpu_seconds: float
    restored: int
    restore_seconds: float
    counting_seconds: float
    resident: int


@click.command()
@click.option("--dossiers", default=1_550_000, show_default=True, help="How many there are.")
@click.option("--workers", default=2, show_default=True, help="How many hold them.")
@click.option("--costs/--no-costs", default=True, help="Measure what an event costs, too.")
@click.option(
    "--store",
    "kinds",
    type=click.Choice(["memory", "disk"]),
    default=["memory"],
    multiple=True,
    help="Where workers hold them; give both to compare.  [default: memory]",
)
def main(dossiers: int, workers: int, kinds: Sequence[str], *, costs: bool) -> None:
    """Measure what a province's year takes: memory, the restore, a restart, and an event among few and many."""
    clock, rulebook = SystemClock(), load_rulebook()
    facts = sample(clock, rulebook)
    with Interrupts().caught(), tempfile.TemporaryDirectory(prefix="dunghan-year-") as folder:
        stack = Stack(broker.stack_config(Path(folder)))
        started = stack.up()
        try:
            stack.down(("prometheus", "alertmanager"))
            settings = Settings(
                kafka=f"127.0.0.1:{stack.config.kafka_port}",
                redis=f"redis://127.0.0.1:{stack.config.redis_port}/0",
                app="year",
            )
            create_topics(settings)
            asyncio.run(fill(settings, facts, dossiers, rulebook, clock))
            start(settings, Path(folder), workers, hold_seconds=_TELLING_SECONDS)
            for kind in kinds:
                print(f"{kind}:")
                held = msgspec.structs.replace(settings, store_dir=f"{folder}/store" if kind == "disk" else "")
                tell(start(held, Path(folder), workers, hold_seconds=_VIEW_SECONDS), dossiers)
        finally:
            stack.down(started)
    if costs:
        for held, kind in product(_COSTS, kinds):
            with store_of(kind) as empty:
                spent = cost(facts, held, rulebook, clock, empty)
            print(f"an event among {held:>9,} dossiers, {kind}: {spent:.1f} µs of CPU")


def tell(one: Start, dossiers: int) -> None:
    """Print how a restart went."""
    print(f"ready after {one.ready_seconds:.1f} s, with {one.ready_cpu_seconds:.1f} s of the workers' CPU")
    print(f"{dossiers:,} dossiers ({one.restored:,} records) restored in {one.restore_seconds:.1f} s", end=", ")
    print(f"{one.counting_seconds:.1f} s of it to count: {dossiers / one.restore_seconds:,.0f}/s")
    print(f"{one.resident / _MIB:,.0f} MiB resident")


# -- the year ---------------------------------------------------------------------------------------------------------


def sample(clock: Clock, rulebook: Rulebook) -> Facts:
    """Return the facts of a year of dossiers, as they are stored."""
    processor = DossierProcessor(rulebook=rulebook, clock=clock)
    config = Config(until=clock.now(), dossiers=_SAMPLE, days=_DAYS, agencies=_AGENCIES, broken=0)
    lines = (NumberedLine(one.value, "year", number) for number, one in enumerate(Province(config).events()))
    while chunk := list(islice(lines, _CHUNK)):
        processor.commit(processor.process(chunk))
    return [stored for _, stored in processor.dossiers()]


def copies(facts: Facts, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield so many dossiers, codes and facts."""
    originals = [load(stored) for stored in facts]
    for number in range(count):
        copied: Dossier = originals[number % len(originals)]
        code = f"{copied.code}-{number // len(originals):03}"
        yield code, dump(msgspec.structs.replace(copied, code=code))


async def fill(settings: Settings, facts: Facts, count: int, rulebook: Rulebook, clock: Clock) -> None:
    """Write the state of so many dossiers, as workers leave it after a year."""
    homes: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
    for code, stored in copies(facts, count):
        homes[partition_of(code.encode(), settings.partitions)].append((code, stored))
    for number in sorted(homes):
        writer = ChangelogWriter(settings, dossiers_of(settings), number)
        await writer.fence()
        try:
            await _fill(writer, homes.pop(number), rulebook, clock)
        finally:
            await writer.close()
        click.echo(f"partition {number} is written", err=True)


async def _fill(
    writer: ChangelogWriter, dossiers: Sequence[tuple[str, bytes]], rulebook: Rulebook, clock: Clock
) -> None:
    now = clock.now()
    rows = [(b"d" + code.encode(), stored) for code, stored in dossiers]
    rows += records_of(dossiers, now, rulebook).items()
    for begin in range(0, len(rows), _WRITTEN_AT_ONCE):
        await writer.write(Plan(position=-1, changelog=[*rows[begin : begin + _WRITTEN_AT_ONCE]]))
    await writer.write(Plan(position=-1, changelog=[_position(now, made_under(rulebook))]))


def _position(now: datetime, counted_under: bytes) -> tuple[bytes, bytes | None]:
    """Return the record that says that all was read by now, and nothing of the topic."""
    plan = ReadPlan(position=-1, watermark=now, counted_under=counted_under)
    plan.keep_position(now)
    return plan.changelog[0]


# -- workers ----------------------------------------------------------------------------------------------------------


def start(settings: Settings, folder: Path, count: int, *, hold_seconds: float) -> Start:
    """Start workers, and stop them so many seconds after they hold everything, and have judged it."""
    begun = monotonic()
    with running(settings, folder, count) as workers:
        while not _are_ready(workers, settings.partitions):
            if monotonic() - begun > _SERVED_SECONDS:
                raise SystemExit(
                    "not ready in time:\n" + "\n".join(log.read_text()[-2000:] for log in workers.values())
                )
            sleep(0.1)
        ready, processes = monotonic() - begun, [psutil.Process(pid) for pid, _ in workers]
        cpu = sum(one.cpu_times().user + one.cpu_times().system for one in processes)
        sleep(hold_seconds)
        resident = sum(one.memory_info().rss for one in processes)
    restored = [_RESTORED.findall(log.read_text()) for log in workers.values()]
    records = sum(int(count) for found in restored for count, _, _ in found)
    took, counting = max((sum(float(one) for _, one, _ in found), float(found[-1][2])) for found in restored)
    return Start(ready, cpu, records, took, counting, resident)


@contextmanager
def running(settings: Settings, folder: Path, count: int) -> Iterator[Mapping[tuple[int, int], Path]]:
    """Run workers; yield their logs by process id and port of metrics."""
    processes, logs = [], {}
    try:
        for number, port in enumerate(free_ports(count)):
            log = folder / f"worker-{number}.log"
            with log.open("wb") as written:
                process = subprocess.Popen(
                    [sys.executable, "-m", "dunghan", "worker", "--loglevel", "INFO", "--metrics-port", str(port)],
                    env=dict(os.environ) | settings.environment(),
                    stdout=written,
                    stderr=written,
                )
            processes.append(process)
            logs[process.pid, port] = log
        yield logs
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(_SERVED_SECONDS)


def _are_ready(workers: Mapping[tuple[int, int], Path], partitions: int) -> bool:
    """Return whether every partition of the dossiers is served by one of them, and judged as of now."""
    served = 0
    for _, port in workers:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            return False
        if re.search(r"^tthc_partition_catching_up\{.*\} 1", text, re.MULTILINE):
            return False
        served += len(re.findall(r'^tthc_partition_lag_records\{.*topic="dossier-events"', text, re.MULTILINE))
    return served == partitions


# -- an event ---------------------------------------------------------------------------------------------------------


@contextmanager
def store_of(kind: str) -> Iterator[Store]:
    """Yield an empty store."""
    with tempfile.TemporaryDirectory(prefix="dunghan-year-") as folder:
        settings = Settings(store_dir=folder if kind == "disk" else "")
        with closing(stores_of(settings)) as stores:
            yield stores.open(settings.events_topic, 0)


def cost(facts: Facts, held: int, rulebook: Rulebook, clock: Clock, store: Store) -> float:
    """Return what an event costs a partition that holds so many dossiers, in µs of CPU: the least of some months."""
    now = clock.now()
    processor = DossierProcessor(rulebook=rulebook, clock=FixedClock(now), store=store)
    for code, stored in copies(facts, held):
        processor.load(b"d" + code.encode(), stored)
    processor.load(*_position(now, b""))
    processor.recount()
    processor.advance(now, reach=Reach.END)
    while processor.unsettled:
        processor.advance(now, reach=Reach.END)
    return min(_month(processor, seed, now) for seed in _SEEDS)


def _month(processor: DossierProcessor, seed: int, now: datetime) -> float:
    config = Config(until=now, events=_EVENTS, agencies=_AGENCIES, broken=0, seed=seed)
    lines = [NumberedLine(one.value, "month", number) for number, one in enumerate(Province(config).events())]
    begun = process_time()
    for first in range(0, len(lines), _CHUNK):
        processor.commit(processor.process(lines[first : first + _CHUNK]))
        processor.advance(now, reach=Reach.END)
    return (process_time() - begun) / len(lines) * 1e6


if __name__ == "__main__":
    main()
