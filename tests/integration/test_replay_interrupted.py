"""A replay that is killed, again and again, or whose changelogs are lost, still ends in the facts of `evaluate`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from agents.agencies.state import SOURCE_KEY
from agents.reading import POSITION_KEY, load_position
from config.clock import SystemClock
from config.settings import Settings
from streams.scan import scan
from streams.simulate import Config
from streams.sources import petitions
from streams.topics import create_topics
from streams.versions import changelogs, existing_versions, of_version
from support.program import run
from support.simulated import Simulated
from support.versions import applied, archive, ends, publish
from support.workers import environment, stored_state, wait_until

pytestmark = pytest.mark.stack

# A checkpoint every 200 records, so that there are many moments between two of them, and within one.
HURRIED = """
from dunghan.cli import main
from dunghan.replay import build, following
from dunghan.replay.rebuild import Rebuild
build._LINES = following._FETCHED_AT_ONCE = 200
Rebuild.is_due = property(lambda _: True)
main()
"""


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    """A history in which petitions tell of dossiers, and dossiers of procedures."""
    now = SystemClock().now()
    return Simulated(
        Config(until=now, events=6000, around_the_clock=True, petitions=0.2, catalogue=True, broken=0, seed=11)
    )


@pytest.fixture(scope="module")
def settings(make_settings: Any, simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose workers have read everything. Each test builds a version of its own."""
    settings: Settings = make_settings(partitions=4)
    applied(simulated.events, settings, tmp_path_factory.mktemp("applied"))
    return settings


@contextmanager
def replaying(settings: Settings, version: int, *files: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Build a version with many checkpoints; it is killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", HURRIED, "replay", "--to", str(version), *map(str, files)],
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def written(settings: Settings) -> int:
    return sum(ends(settings, changelogs(settings)).values())


def kill_once_it_has_written(records: int, settings: Settings, version: int, *files: Path) -> None:
    """Kill a replay when it has written so many records more than there were."""
    new = of_version(settings, version)
    create_topics(new)
    before = written(new)
    with replaying(settings, version, *files) as process:
        wait_until(lambda: written(new) >= before + records, 60, "something written")
        assert process.poll() is None, "it was killed in the middle"


def held(settings: Settings, topic: str) -> dict[bytes, bytes | None]:
    """Return the facts a changelog holds: not how far it is, nor how often sources spoke as chunks came."""
    found = {record.key: record.value for record in scan(settings, topic)}
    return {key: value for key, value in found.items() if key != POSITION_KEY and not key.startswith(SOURCE_KEY)}


def assert_whole(simulated: Simulated, new: Settings) -> None:
    """Check that the version holds the facts of `evaluate`."""
    assert stored_state(new) == simulated.state
    found = held(new, petitions(new).changelog).values()
    assert sorted(found) == sorted(stored for _, stored in simulated.evaluation.petitions.stored())


def test_a_replay_that_is_killed_again_and_again_goes_on_and_ends_in_the_same_facts(
    simulated: Simulated, settings: Settings
) -> None:
    new = of_version(settings, 2)
    for records in (1, 150, 700):
        kill_once_it_has_written(records, settings, 2)
    assert stored_state(new) != simulated.state
    run("replay", settings=settings)
    assert_whole(simulated, new)


@pytest.mark.long
def test_a_replay_that_is_killed_while_it_reads_files_is_given_them_again(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    file = archive(simulated.events, tmp_path / "archive.ndjson")
    kill_once_it_has_written(300, settings, 3, file)
    refused = run("replay", "--to", "3", settings=settings, code=2)
    assert "these were not read to their end; give the same files again" in refused.stderr
    kill_once_it_has_written(300, settings, 3, file)
    run("replay", "--to", "3", str(file), settings=settings)
    assert_whole(simulated, of_version(settings, 3))


def test_a_version_of_which_a_changelog_was_lost_is_not_gone_on_with_but_built_anew(
    simulated: Simulated, settings: Settings
) -> None:
    """What petitions said of dossiers is gone with those, and no petition has anything to say that is new."""
    new = of_version(settings, 4)
    run("replay", "--to", "4", settings=settings)
    before = [held(new, topic) for topic in changelogs(new)]
    delete(new, new.changelog_topic)
    refused = run("replay", "--to", "4", settings=settings, code=2)
    assert "version 4 has lost a part of its changelogs; begin anew" in refused.stderr
    run("replay", "--drop", "4", "--yes", settings=settings)
    wait_until(lambda: 4 not in existing_versions(settings), 10, "the version gone")
    run("replay", "--to", "4", settings=settings)
    assert_whole(simulated, new)
    assert [held(new, topic) for topic in changelogs(new)] == before


@pytest.mark.long
def test_a_topic_that_was_made_anew_is_left_to_the_workers(
    simulated: Simulated, make_settings: Any, tmp_path: Path
) -> None:
    settings = make_settings(partitions=1)
    applied(simulated.events[:1000], settings, tmp_path)
    run("replay", settings=settings)
    delete(settings, settings.events_topic)
    create_topics(settings)
    publish(simulated.events[:20], settings)
    assert "it was deleted and created anew" in run("replay", settings=settings, code=2).stderr
    run("replay", "--to", "3", settings=settings)
    records = scan(settings, of_version(settings, 3).changelog_topic)
    assert {load_position(record.value).offset for record in records if record.key == POSITION_KEY} == {-1}


def delete(settings: Settings, topic: str) -> None:
    admin = KafkaAdminClient(**settings.kafka_client())
    try:
        admin.delete_topics([topic])
        wait_until(lambda: topic not in admin.list_topics(), 10, "the topic gone")
    finally:
        admin.close()
