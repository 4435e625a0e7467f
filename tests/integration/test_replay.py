"""A new version of the state on the real broker: built beside the running one, had by workers one after the other."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import ProducerFenced
from kafka import KafkaProducer, TopicPartition

from config.clock import SystemClock
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.replay.rebuild import Rebuild
from dunghan.stack.ports import free_ports
from streams.changelog import ChangelogReader, ChangelogWriter
from streams.scan import scan
from streams.simulate import Config
from streams.sources import dossiers, sources
from streams.topics import create_topics
from streams.versions import changelogs, existing_versions, of_version, versions_in_use
from support.owner import in_a_loop
from support.program import run
from support.simulated import Simulated
from support.versions import Told, applied, archive, assert_all_is_told, assert_told_on, ends, load, publish, worker
from support.workers import stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

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


def others(settings: Settings) -> dict[TopicPartition, int]:
    """Return where everything ends that is no changelog of the second version."""
    names = [name for one in sources(settings) for name in (one.topic, one.dead_letters, one.changelog, one.told)]
    return ends(settings, [*names, settings.alerts_topic])


# -- the whole way ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_version_built_under_load_is_had_by_workers_one_after_the_other_and_can_be_given_back(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path
) -> None:
    told = Told(settings)
    ports = free_ports(3)
    with ExitStack() as running:
        old = running.enter_context(worker(settings, tmp_path, ports[0]))
        with worker(settings, tmp_path, ports[1]) as leaving:
            wait_until(lambda: old.partitions() and leaving.partitions(), 60, "both serve")
            publishing = running.enter_context(load(simulated.events, settings))
            built = run("replay", settings=settings)
            assert publishing.is_alive(), "it was built under load"
            assert "restart the workers, one after the other, with DUNGHAN_STATE_VERSION=2" in built.stdout
            wait_until(lambda: versions_in_use(settings) == {1: 2}, 20, "two workers of the first version")
        new = running.enter_context(worker(second, tmp_path, ports[2]))
        wait_until(lambda: old.partitions() and new.partitions(), 60, "two versions side by side")
        wait_until(lambda: versions_in_use(settings) == {1: 1, 2: 1}, 20, "a worker of each version")
        refused = run("replay", settings=settings, code=2)
        assert "version 2 is in use by 1 worker, so it cannot be built" in refused.stderr
        publishing.finish()
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
    before, letters = others(settings), dead_letters(settings)

    built = run("replay", "--compare", settings=settings)
    assert others(settings) == before
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


@pytest.mark.long
def test_archived_files_come_first_and_the_topics_from_where_they_end(
    simulated: Simulated, settings: Settings, second: Settings, tmp_path: Path
) -> None:
    half = len(simulated.events) // 2
    file = archive(simulated.events[:half], tmp_path / "archive.ndjson")
    publish(simulated.events[: half // 2], settings)
    since = SystemClock().now().isoformat()
    applied(simulated.events[half:], settings, tmp_path)

    built = run("replay", str(file), "--since", since, "--compare", settings=settings)
    assert f"records, {half:,} lines of files" in built.stdout
    only = re.search(r"([\d,]+) only in version 2:", built.stdout)
    assert only is not None
    assert int(only[1]) == len(simulated.state) - len(stored_state(settings))
    assert stored_state(second) == simulated.state


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


# -- what an older program left ---------------------------------------------------------------------------------------


class Loaded(list[bytes | None]):
    """Keeps the values that are restored."""

    def load(self, _key: bytes, value: bytes | None) -> None:
        self.append(value)


@in_a_loop
async def test_what_was_told_prevails_over_what_an_old_changelog_holds_of_it(
    settings: Settings,
) -> None:
    source, loaded = dossiers(settings), Loaded()
    producer = KafkaProducer(**settings.kafka_client())
    for topic, value in ((source.told, b"later"), (source.changelog, b"before")):
        producer.send(topic, key=b"tH42.17-1", value=value, partition=0)
    producer.close()
    reader = ChangelogReader(settings, source)
    try:
        await reader.start()
        assert await reader.restore({0: loaded}) == 2
    finally:
        await reader.stop()
    assert loaded == [b"before", b"later"]
