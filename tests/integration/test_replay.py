"""A new version of the state on the real broker: built beside the running one, had by workers one after the other."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, ProducerFenced
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from agents.alerting import Holds
from config.clock import SystemClock
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.evaluation import Evaluation
from dunghan.replay import following
from dunghan.replay.rebuild import Rebuild
from dunghan.replay.rebuilt import Rebuilt
from dunghan.stack.ports import free_ports
from streams.alerts import AlertEvent, decode_alert
from streams.changelog import ChangelogWriter
from streams.publish import Publisher
from streams.scan import scan
from streams.simulate import Config, SimulatedEvent
from streams.sources import dossiers, sources
from streams.topics import create_topics
from streams.versions import changelogs, existing_versions, of_version, versions_in_use
from support.alerts import assert_well_told
from support.owner import in_a_loop
from support.program import run
from support.simulated import Simulated
from support.workers import WorkerProcess, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

LOAD_SECONDS = 20
PARTITIONS = 4


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    """A history that ends now, among whose events are messages of many dossiers, copies, and broken ones."""
    return Simulated(Config(until=SystemClock().now(), events=8000, around_the_clock=True, seed=5))


@pytest.fixture
def settings(make_settings: Any) -> Settings:
    return make_settings(partitions=PARTITIONS)


@pytest.fixture
def second(settings: Settings) -> Settings:
    return of_version(settings, 2)


class Told:
    """What has been told of alerts, whichever version told it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def alerts(self) -> list[AlertEvent]:
        records = scan(self.settings, self.settings.alerts_topic)
        return [decode_alert(record.value) for record in records if record.value is not None]

    @property
    def active(self) -> set[tuple[str, str]]:
        """Return the rule and subject of what was told and not resolved; each told as the contract says."""
        return {(one.data.rule, one.subject) for one in assert_well_told(self.alerts).values()}


@contextmanager
def load(simulated: Simulated, settings: Settings) -> Iterator[threading.Thread]:
    """Publish in the background; the end of the block waits for the last event."""
    thread = threading.Thread(target=simulated.publish, args=(settings, len(simulated.events) / LOAD_SECONDS))
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


@contextmanager
def worker(settings: Settings, folder: Path, port: int | None = None) -> Iterator[WorkerProcess]:
    port = port or free_ports(1)[0]
    process = WorkerProcess(settings, folder, f"worker-{port}", port)
    try:
        yield process
    finally:
        process.stop()


def holding(simulated: Simulated) -> set[tuple[str, str]]:
    """Return which rules that alert are broken now, and by what."""
    now = SystemClock().now()
    rulebook = load_rulebook()
    evaluation = Evaluation(now, rulebook)
    evaluation.read("simulated", (event.value for event in simulated.events))
    evaluation.finish()
    shown = rulebook.at(now).policy.alerts
    held: list[tuple[str, Holds]] = [
        (code, one)
        for state in (evaluation.processor, evaluation.procedures, evaluation.petitions)
        for code in subjects(state)
        for one in state._holding(code)
    ]
    return {(one.rule, code) for code, one in held if one.rule in shown}


def subjects(state: Any) -> list[str]:
    return list(state.standings) if hasattr(state, "standings") else [code for code, _ in state.stored()]


def ends(settings: Settings) -> dict[TopicPartition, int]:
    """Return where everything ends that is no changelog of the second version."""
    topics = [
        *(name for one in sources(settings) for name in (one.topic, one.dead_letters, one.changelog, one.told)),
        settings.alerts_topic,
    ]
    admin = KafkaAdminClient(**settings.kafka_client())
    try:
        there = {one["name"]: len(one["partitions"]) for one in admin.describe_topics(topics)}
        partitions = [TopicPartition(name, number) for name, count in there.items() for number in range(count)]
        found = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition: one.offset for partition, one in found.items()}
    finally:
        admin.close()


def assert_all_is_told(simulated: Simulated, told: Told) -> list[AlertEvent]:
    """Wait until it is; return every step."""
    wait_until(lambda: told.active == holding(simulated), 30, "each alert that holds told, and no other")
    return told.alerts


def assert_told_on(before: list[AlertEvent], after: list[AlertEvent], held: set[tuple[str, str]]) -> None:
    """Check that nothing was told twice, and that what has held all along was not resolved."""
    known = {one.id for one in before}
    assert known <= {one.id for one in after}
    new = [(one.data.rule, one.subject) for one in after if one.id not in known]
    assert not held.intersection(new), "time alone changes little in a minute, and raises what did not hold before"


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_a_version_built_under_load_is_had_by_workers_one_after_the_other_and_can_be_given_back(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path
) -> None:
    told = Told(settings)
    ports = free_ports(3)
    with ExitStack() as running:
        old = running.enter_context(worker(settings, tmp_path, ports[0]))
        with worker(settings, tmp_path, ports[1]) as leaving:
            wait_until(lambda: old.partitions() and leaving.partitions(), 60, "both serve")
            publishing = running.enter_context(load(simulated, settings))
            built = run("replay", settings=settings)
            assert publishing.is_alive(), "it was built under load"
            assert "restart the workers, one after the other, with DUNGHAN_STATE_VERSION=2" in built.stdout
            wait_until(lambda: versions_in_use(settings) == {1: 2}, 20, "two workers of the first version")
        new = running.enter_context(worker(second, tmp_path, ports[2]))
        wait_until(lambda: old.partitions() and new.partitions(), 60, "two versions side by side")
        wait_until(lambda: versions_in_use(settings) == {1: 1, 2: 1}, 20, "a worker of each version")
        refused = run("replay", settings=settings, code=2)
        assert "version 2 is in use by 1 worker, so it cannot be built" in refused.stderr
        publishing.join()
        wait_until_applied(settings, [old, new])
        steps = assert_all_is_told(simulated, told)
        held = told.active
        old.stop()
        wait_until_applied(second, [new])
        refused = run("replay", "--drop", "2", settings=settings, code=2)
        assert "version 2 is in use by 1 worker, so it cannot be deleted" in refused.stderr
        assert_told_on(steps, assert_all_is_told(simulated, told), held)
    assert stored_state(second) == simulated.state

    with worker(settings, tmp_path) as back:
        wait_until_applied(settings, [back])
        assert_told_on(steps, assert_all_is_told(simulated, told), held)
    assert stored_state(settings) == simulated.state


def test_a_replay_writes_nothing_but_its_version_and_finds_it_the_same(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path
) -> None:
    simulated.publish(settings)
    told = Told(settings)
    with worker(settings, tmp_path) as old:
        wait_until_applied(settings, [old])
        steps = assert_all_is_told(simulated, told)
        held = told.active
    before, letters = ends(settings), dead_letters(settings)

    built = run("replay", "--compare", settings=settings)
    assert ends(settings) == before
    assert stored_state(second) == simulated.state
    lines = [" ".join(line.split()) for line in built.stdout.splitlines()]
    assert f"version 2 beside version 1, of {len(simulated.state):,} dossiers" in lines
    assert lines[-4:] == [
        "0 stand otherwise",
        "0 only have other facts",
        "0 only in version 1",
        "0 only in version 2",
    ]
    assert f"{letters:,} could not be applied" in built.stdout

    with worker(second, tmp_path) as new:
        wait_until_applied(second, [new])
        assert_told_on(steps, assert_all_is_told(simulated, told), held)
    assert stored_state(second) == simulated.state
    assert dead_letters(settings) == letters

    dropped = run("replay", "--drop", "1", "--yes", settings=second)
    assert dropped.stdout.split() == [word for topic in changelogs(settings) for word in ("deleted:", topic)]
    wait_until(lambda: existing_versions(settings) == [2], 10, "version 1 gone")
    assert "there is no version 1; there are: 2" in run("replay", "--drop", "1", settings=second, code=2).stderr
    assert "the one in the settings" in run("replay", "--drop", "2", settings=second, code=2).stderr


def dead_letters(settings: Settings) -> int:
    return sum(len(list(scan(settings, source.dead_letters))) for source in sources(settings))


# -- what it goes on from ---------------------------------------------------------------------------------------------


def test_a_replay_that_crashes_between_facts_and_positions_goes_on(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(simulated.events, settings, tmp_path)
    asyncio.run(crash(second, settings, monkeypatch))
    assert 0 < len(stored_state(second)) < len(simulated.state)
    rest = run("replay", settings=settings)
    records = re.search(r"read now: ([\d,]+) records", rest.stdout)
    assert records is not None
    assert 0 < int(records[1].replace(",", "")) < len(simulated.events)
    assert stored_state(second) == simulated.state


async def crash(second: Settings, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the second version with many checkpoints, and fail in the last third of one."""
    create_topics(second)
    built = Rebuild(second, load_rulebook(), SystemClock())
    follow = following.Following(settings, built)
    write, written = Rebuilt.write_position, 0

    async def fail_at_last(partition: Rebuilt) -> None:
        nonlocal written
        written += 1
        if written > 3 * len(built.partitions) + 2:
            raise KafkaConnectionError("crashed")
        await write(partition)

    monkeypatch.setattr(following, "_FETCHED_AT_ONCE", 500)
    monkeypatch.setattr(Rebuild, "is_due", property(lambda _: True))
    monkeypatch.setattr(Rebuilt, "write_position", fail_at_last)
    try:
        await built.start()
        await follow.start()
        with pytest.raises(KafkaError, match="crashed"):
            await follow.catch_up()
    finally:
        await follow.stop()
        await built.stop()
        monkeypatch.undo()


def applied(events: list[SimulatedEvent], settings: Settings, folder: Path) -> None:
    """Publish events, and let a worker of the first version read them all."""
    publish(events, settings)
    with worker(settings, folder) as old:
        wait_until_applied(settings, [old])


def publish(events: list[SimulatedEvent], settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for event in events:
            publisher.publish(event.value, event.key, sent_as=event.sent_as)


def test_archived_files_come_first_and_the_topics_from_where_they_end(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path
) -> None:
    half = len(simulated.events) // 2
    archive = tmp_path / "archive.ndjson"
    archive.write_bytes(b"".join(event.value + b"\n" for event in simulated.events[:half]))
    publish(simulated.events[: half // 2], settings)
    since = SystemClock().now().isoformat()
    applied(simulated.events[half:], settings, tmp_path)

    built = run("replay", str(archive), "--since", since, "--compare", settings=settings)
    assert f"records, {half:,} lines of files" in built.stdout
    only = re.search(r"([\d,]+) only in version 2:", built.stdout)
    assert only is not None
    assert int(only[1]) == len(simulated.state) - len(stored_state(settings))
    assert stored_state(second) == simulated.state


def test_a_version_of_which_the_files_were_not_read_to_their_end_is_not_gone_on_with(
    simulated: Simulated, settings: Settings, second: Settings
) -> None:
    async def crash() -> None:
        create_topics(second)
        built = Rebuild(second, load_rulebook(), SystemClock())
        try:
            await built.start()
            built.take_lines(event.value for event in simulated.events[:100])
            await built.write_facts()
        finally:
            await built.stop()

    asyncio.run(crash())
    refused = run("replay", settings=settings, code=2)
    assert "version 2 was begun from files, and these were not read to their end" in refused.stderr


# -- two who would write it -------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_worker_of_a_version_shuts_out_the_replay_that_still_builds_it(second: Settings) -> None:
    create_topics(second)
    built = Rebuild(second, load_rulebook(), SystemClock())
    heir = ChangelogWriter(second, dossiers(second), 0)
    try:
        await built.start()
        await built.checkpoint()
        await heir.fence()
        with pytest.raises(ProducerFenced):
            await built.checkpoint()
    finally:
        await heir.close()
        await built.stop()
