"""Alerts on the real broker, from real workers: each step once, whoever restarts, and none of a year's backfill."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from builders import AGENCY, DAY, HOUR, status
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.alerts import AlertEvent, Change, decode_alert
from streams.decode import encode
from streams.events import Event
from streams.placement import partition_of
from streams.publish import Publisher
from streams.scan import scan
from streams.simulate import Config
from streams.sources import source_of
from support.alerts import assert_well_told, steps
from support.oracle import judge
from support.petitions import said
from support.simulated import Simulated
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

CODE, PETITION = f"{AGENCY}-261124-000001", "PAKN-1"
TOLD_SECONDS = 4.0  # of the 5 s that an event with a past deadline may take to become an alert in Alertmanager
YEAR_SECONDS = 10
IN_TIME = frozenset({"finished_early", "finished_on_time"})


class Topic:
    """The topic of alerts, read from its beginning each time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def records(self) -> list[Any]:
        return list(scan(self.settings, self.settings.alerts_topic))

    @property
    def alerts(self) -> list[AlertEvent]:
        """Every step, in the order of each partition."""
        return [decode_alert(record.value) for record in self.records if record.value is not None]

    def steps(self, subject: str) -> list[tuple[str, str, str]]:
        return [step for step in steps(self.alerts) if step[0] == subject]


@contextmanager
def worker(settings: Settings, folder: Path, name: str = "worker") -> Iterator[WorkerProcess]:
    process = WorkerProcess(settings, folder, name, *free_ports(1))
    try:
        yield process
    finally:
        process.stop()


def publish(settings: Settings, *events: Event) -> None:
    with Publisher(settings) as publisher:
        for event in events:
            topic = source_of(event, settings).topic
            publisher.send(encode(event), event.subject, topic=topic)


def now() -> datetime:
    return SystemClock().now()


def test_an_alert_is_raised_in_time_resolved_with_a_tombstone_and_never_told_again(
    settings: Settings, tmp_path: Path
) -> None:
    topic = Topic(settings)
    raised = [(CODE, "processing-deadline", "raised")]
    with worker(settings, tmp_path) as process:
        wait_until_applied(settings, [process])
        publish(settings, status(now(), 4, code="D-LIVE"))
        received_at = now() - 7 * DAY
        received = status(received_at, 2, code=CODE, due_at=received_at + DAY, received_at=received_at)
        publish(settings, received, status(now(), 4, code=CODE))
        seconds = wait_until(lambda: raised[0] in topic.steps(CODE), 20, "the alert raised")
        assert seconds < TOLD_SECONDS
        (first,) = [one for one in topic.alerts if one.data.rule == "processing-deadline"]
        assert (first.data.backfill, first.data.agency, first.data.since) == (False, AGENCY, received_at + DAY)
        told = topic.steps(CODE)

    with worker(settings, tmp_path, "second") as process:
        wait_until_applied(settings, [process])
        wait_for_another_telling(settings)
        assert topic.steps(CODE) == told
        publish(settings, status(now(), 9, code=CODE))
        wait_until(lambda: (CODE, "processing-deadline", "resolved") in topic.steps(CODE), 20, "the alert resolved")

    home = partition_of(CODE.encode(), settings.partitions)
    of_this = [record for record in topic.records if record.key == first.key.encode()]
    assert [record.partition for record in of_this] == [home] * 3
    assert [decode_alert(record.value).data.change for record in of_this[:2]] == [Change.RAISED, Change.RESOLVED]
    assert of_this[2].value is None
    assert first.key not in assert_well_told(topic.alerts)


def wait_for_another_telling(settings: Settings) -> None:
    """Wait until every partition has had its turn: another dossier of each is told of."""
    topic = Topic(settings)
    homes: dict[int, str] = {}
    for number in range(1000):
        code = f"{AGENCY}-261123-{number:06d}"
        homes.setdefault(partition_of(code.encode(), settings.partitions), code)
    assert len(homes) == settings.partitions
    publish(settings, *(status(now(), 4, code=code, due_at=now() - DAY) for code in homes.values()))
    wait_until(lambda: all(topic.steps(code) for code in homes.values()), 20, "an alert in every partition")


def test_petitions_and_procedures_alert_in_the_first_partition(settings: Settings, tmp_path: Path) -> None:
    topic = Topic(settings)
    with worker(settings, tmp_path) as process:
        wait_until_applied(settings, [process])
        publish(settings, said(now() - 60 * DAY, "received", code=PETITION), said(now(), "processing", code=PETITION))
        wait_until(lambda: topic.steps(PETITION), 20, "the alert of a petition")

    (record,) = topic.records
    event = decode_alert(record.value)
    assert (record.partition, event.data.rule, event.data.backfill) == (0, "petition-processing", False)


# -- a year -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def year() -> Simulated:
    """A year that ends now."""
    return Simulated(Config(until=now(), days=365, dossiers=1500, shuffled=0, around_the_clock=True, seed=18))


def published_before(year: Simulated, settings: Settings, folder: Path) -> None:
    year.publish(settings)
    with worker(settings, folder) as process:
        assert_only_what_is_overdue_alerts(year, Topic(settings), process)


def published_to_a_live_worker(year: Simulated, settings: Settings, folder: Path) -> None:
    with worker(settings, folder) as process:
        wait_until_applied(settings, [process])
        publish(settings, *(status(now(), 4, code=f"D-LIVE-{number}") for number in range(100)))
        wait_until_applied(settings, [process])
        year.publish(settings, len(year.events) / YEAR_SECONDS)
        assert_only_what_is_overdue_alerts(year, Topic(settings), process)


@pytest.mark.parametrize("published", [published_before, published_to_a_live_worker])
def test_a_years_backfill_alerts_of_no_dossier_that_was_finished_in_time_and_pages_nobody_of_what_is_old(
    published: Callable[..., None], year: Simulated, settings: Settings, tmp_path: Path
) -> None:
    published(year, settings, tmp_path)


def assert_only_what_is_overdue_alerts(year: Simulated, topic: Topic, process: WorkerProcess) -> None:
    wait_until_applied(topic.settings, [process])
    verdicts = judge(list(year.said()), now())
    overdue = {code for code, verdict in verdicts.items() if verdict.overdue}

    def active() -> set[str]:
        told = assert_well_told(topic.alerts).values()
        return {one.subject for one in told if one.data.rule == "processing-deadline"}

    wait_until(lambda: active() == overdue, 20, f"alerts of {len(overdue)} overdue dossiers")
    told = [one for one in topic.alerts if one.data.rule == "processing-deadline"]
    never = {code for code, verdict in verdicts.items() if verdict.state in IN_TIME and not verdict.asked_again}
    assert {one.subject for one in told} & never == set()
    last_said = {one.subject: one.at for one in year.said()}
    old = {code for code, at in last_said.items() if at < year.at - 2 * HOUR}
    paged = Counter(one.subject for one in told if not one.data.backfill and one.data.since < year.at - 2 * HOUR)
    assert paged.keys() & old == set()
