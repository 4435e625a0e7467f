"""A topic that is deleted and created anew, or has lost its oldest records, while the state is of the time before."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.resuming import TopicReplacedError
from streams.topics import create_topics
from support.cluster import Victim
from support.owner import PARTITIONS, Owner, evaluated, in_a_loop, publish, receptions, until
from support.simulated import Simulated
from support.suite import thorough
from support.team import team
from support.workers import WorkerProcess, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

SAID = "it was deleted and created anew, or has lost records"


@pytest.fixture
def small(broker: Victim, make_settings: Callable[..., Settings]) -> Settings:
    """Settings with few partitions."""
    return make_settings(broker.address, partitions=PARTITIONS, chunk_records=50)


def make_anew(settings: Settings) -> None:
    """Delete the events topic, and create it again."""
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        admin.delete_topics([settings.events_topic])
        wait_until(lambda: settings.events_topic not in admin.list_topics(), 20, "the topic gone")
    create_topics(settings)


@thorough
def test_a_running_worker_stops_with_one_clear_line_and_so_does_the_next(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    simulated.publish(settings)
    with team(simulated, settings, tmp_path, 1) as workers:
        wait_until_applied(settings, workers.members)
        before = stored_state(settings)
        make_anew(settings)
        (worker,) = workers.members
        wait_until(lambda: worker.process.poll() is not None, 60, "the worker ended")
        assert_said_why(worker)
        assert stored_state(settings) == before

    again = WorkerProcess(settings, tmp_path, "again", *free_ports(1))
    try:
        wait_until(lambda: again.process.poll() is not None, 60, "the next worker ended")
        assert_said_why(again)
    finally:
        again.kill()


def assert_said_why(worker: WorkerProcess) -> None:
    """Check that it did not end well, and that the log names the cause and what to do."""
    assert worker.process.returncode not in (0, None)
    (line,) = [line for line in worker.log.read_text().splitlines() if "the worker stops" in line]
    assert SAID in line
    assert "docs/reliability.md" in line


@in_a_loop
async def test_a_reader_that_finds_the_topic_shorter_than_its_state_serves_nothing_of_it(small: Settings) -> None:
    publish(small, receptions(0, 60))
    async with Owner(small) as owner:
        await owner.apply({0: 59})
        make_anew(small)
        publish(small, receptions(0, 30))
        await until(lambda: owner.failures)
        assert type(owner.failures[0]) is TopicReplacedError
        assert owner.reader.serving == {}


@pytest.mark.parametrize("applied", [0, 20])
@in_a_loop
async def test_a_reader_goes_on_with_the_oldest_record_there_is(
    applied: int, small: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    events = receptions(0, 100)
    publish(small, events[:applied])
    async with Owner(small) as owner:
        if applied:
            await owner.apply({0: applied - 1})
            await owner.reader.revoke()
        publish(small, events[applied:])
        with closing(KafkaAdminClient(**small.kafka_client())) as admin:
            admin.delete_records({TopicPartition(small.events_topic, 0): 50})
        await owner.apply({0: 99})
        assert owner.state == evaluated([*events[:applied], *events[50:]])
        assert ("records 20 to 49 are gone" in caplog.text) == bool(applied)
