"""The doctor at a whole monitor, and at one from which a part is missing: each says which, and how to mend it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import msgspec
import pytest
from free_stack import stack_config
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from config.clock import SystemClock, local_date
from config.settings import Settings
from dunghan.doctor import Finding, Patient, Verdict, examine, patients
from dunghan.doctor.clocks import clocks
from dunghan.doctor.kafka import KafkaChecks
from dunghan.doctor.prometheus import PrometheusChecks
from dunghan.stack import Stack
from dunghan.stack.process import read_pid_file
from streams.topics import create_topics
from support.deliver import DeliverProcess
from support.workers import WorkerProcess, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.long]

START_SECONDS = 120  # a worker, a scrape, and the first minute, after which Prometheus says again what fires
HANGING_SECONDS = 15
PAUSE_SECONDS = 1.0  # between two examinations: what is examined needs the processor more
NOT_IN_USE = {"grafana.reachable", "grafana.datasource", "grafana.dashboards", "api.health", "api.ready"}
OFFICES = "source: test\neffective_from: 2000-01-01\nhours: {default: {mon-fri: [07:00-11:30, 13:30-17:00]}}\n"
YEAR = "year: {0}\nsource: test\ndecided_on: 2020-01-01\neffective_from: 2020-01-01\n"


class Monitor(NamedTuple):
    """A whole monitor: the services, and a process of each kind."""

    stack: Stack
    settings: Settings
    worker: WorkerProcess

    def examine(self) -> dict[str, Finding]:
        """Look at all of it."""
        found = examine(patients(self.settings, SystemClock(), {}, self.stack.config.dir))
        return {one.check: one for one in found}

    def wrong(self) -> dict[str, Verdict]:
        """Return what is not well, but for what is not in use here."""
        found = self.examine().values()
        return {
            one.check: one.verdict for one in found if one.verdict is not Verdict.OK and one.check not in NOT_IN_USE
        }

    def signal(self, service: str, number: signal.Signals) -> None:
        """Send a signal to one service of the stack."""
        process = read_pid_file(self.stack.config.dir / "pids" / f"{service}.json")
        assert process is not None
        os.kill(process.pid, number)

    def wait_until_well(self) -> None:
        """Wait until nothing is wrong.

        Raises:
            AssertionError: saying what still is.
        """
        wrong: dict[str, Verdict] = {}

        def well() -> bool:
            nonlocal wrong
            sleep(PAUSE_SECONDS)
            wrong = self.wrong()
            return not wrong

        try:
            wait_until(well, START_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}: {[self.examine()[check] for check in wrong]}") from None


def decided_calendar(folder: Path) -> str:
    """Write a calendar that is well whenever this test is run: the shipped one is not decided for ever."""
    this_year = local_date(SystemClock().now()).year
    folder.mkdir()
    (folder / "offices.yaml").write_text(OFFICES)
    for year in (this_year, this_year + 1):
        (folder / f"{year}.yaml").write_text(YEAR.format(year))
    return str(folder)


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """A monitor of its own, for it will be hurt; whoever hurts it heals it."""
    folder = tmp_path_factory.mktemp("doctor")
    stack = Stack(stack_config(folder / "stack"))
    config = stack.config
    stack.up()
    settings = Settings(
        kafka=f"127.0.0.1:{config.kafka_port}",
        redis=f"redis://127.0.0.1:{config.redis_port}/0",
        prometheus=f"http://127.0.0.1:{config.prometheus_port}",
        alertmanager=f"http://127.0.0.1:{config.alertmanager_port}",
        calendar_dir=decided_calendar(folder / "calendar"),
        partitions=2,
        api_port=1,  # nobody's
    )
    create_topics(settings)
    worker = WorkerProcess(settings, folder, "worker", config.worker_ports[0])
    deliver = DeliverProcess(settings, folder, "alertmanager")
    targets = config.dir / "prometheus" / "config" / "targets"
    (targets / "deliver-of-this-test.json").write_text(f'[{{"targets": ["127.0.0.1:{deliver.port}"]}}]')
    try:
        whole = Monitor(stack, settings, worker)
        whole.wait_until_well()
        yield whole
    finally:
        deliver.kill()
        worker.kill()
        stack.down()


def test_a_whole_monitor_is_well(monitor: Monitor) -> None:
    found = monitor.examine()
    assert {check for check, one in found.items() if one.verdict is not Verdict.OK} == NOT_IN_USE
    assert found["kafka.group"].found.endswith("each of 4 partitions has an owner; members: 1")
    assert "PLAINTEXT" in found["kafka.reachable"].found
    assert not any(one.remedy for one in found.values())


def test_redis_that_is_gone_is_all_that_is_told(monitor: Monitor) -> None:
    monitor.stack.down(["redis"])
    found = monitor.examine()
    assert monitor.wrong() == {
        "redis.reachable": Verdict.FAILED,
        "redis.view": Verdict.SKIPPED,
        "redis.counts": Verdict.SKIPPED,
    }
    assert "DUNGHAN_REDIS" in found["redis.reachable"].remedy
    monitor.stack.up()
    monitor.wait_until_well()


def test_a_prometheus_without_its_rules_is_told_to_load_them(monitor: Monitor) -> None:
    rules = monitor.stack.config.dir / "prometheus" / "config" / "rules"
    kept = {file: file.read_text() for file in rules.glob("*.yml")}
    changed, *others = kept
    changed.write_text(kept[changed].replace("for: 30s", "for: 31s").replace("> 0", "> 1"))
    monitor.signal("prometheus", signal.SIGHUP)
    rules_said = PrometheusChecks(monitor.settings).rules
    wait_until(lambda: "rules that differ" in rules_said().found, 20, "a changed rule")
    for file in others:
        file.unlink()
    monitor.signal("prometheus", signal.SIGHUP)
    wait_until(lambda: "not loaded: tthc-" in rules_said().found, 20, "missing groups")
    assert "reload" in rules_said().remedy
    for file, text in kept.items():
        file.write_text(text)
    monitor.signal("prometheus", signal.SIGHUP)
    monitor.wait_until_well()


def test_a_topic_with_another_cleanup_policy_is_named(monitor: Monitor) -> None:
    other = msgspec.structs.replace(monitor.settings, app="other")
    wrong = NewTopic(other.changelog_topic, num_partitions=2, replication_factor=1)
    with closing(KafkaAdminClient(**other.kafka_client())) as admin:
        admin.create_topics([wrong])
    found = {one.check: one for one in examine([kafka_checks(other)])}
    assert found["kafka.topics"].verdict is Verdict.FAILED
    assert found["kafka.topics"].found == "topic other-dossiers-changelog has cleanup.policy=delete, not compact"
    assert "kafka-configs" in found["kafka.topics"].remedy
    assert found["kafka.group"].found == "consumer group other has no members: nothing is processed"


def kafka_checks(settings: Settings) -> Patient:
    """Return the checks of Kafka."""
    return next(one for one in patients(settings, SystemClock(), {}, Path()) if one[0].id == "kafka.reachable")


def test_records_of_the_future_and_records_that_nobody_reads_are_told(monitor: Monitor) -> None:
    other = msgspec.structs.replace(
        monitor.settings, app="unread", events_topic="unread", catalogue_topic="unread-c", petitions_topic="unread-p"
    )
    create_topics(other)
    soon = SystemClock().now() + timedelta(hours=1)
    with closing(KafkaProducer(**other.kafka_client())) as producer:
        producer.send("unread", b"{}", timestamp_ms=int(soon.timestamp() * 1000))
        producer.flush()
    checks = KafkaChecks(other, SystemClock())
    assert checks.timestamps().verdict is Verdict.WARNING
    assert "records of the future: unread/" in checks.timestamps().found
    lag = checks.lag()
    assert lag.verdict is Verdict.FAILED
    assert lag.found.startswith("1 records wait and none is read in unread/")


def test_a_clock_that_is_wrong_is_told_with_the_way_it_is_wrong(monitor: Monitor) -> None:
    class Fast(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(minutes=5)

    found = clocks(monitor.settings, Fast())
    assert found.verdict is Verdict.FAILED
    assert "behind ours" in found.found


def test_a_monitor_without_a_worker_is_told_to_start_one(monitor: Monitor) -> None:
    monitor.worker.signal(signal.SIGSTOP)  # as one that hangs: Kafka gives it up after its session
    expected = {"kafka.group", "prometheus.targets", "prometheus.partitions"}

    def told() -> bool:
        sleep(PAUSE_SECONDS)
        return expected <= {check for check, verdict in monitor.wrong().items() if verdict is Verdict.FAILED}

    wait_until(told, 60, "the worker is missed")
    found = monitor.examine()
    assert "dunghan worker" in found["kafka.group"].remedy
    assert "dunghan worker" in found["prometheus.targets"].remedy
    monitor.worker.signal(signal.SIGCONT)
    monitor.wait_until_well()


def test_alertmanager_that_is_gone_is_all_that_is_told(monitor: Monitor) -> None:
    monitor.stack.down(["alertmanager"])
    found = monitor.examine()
    assert found["alertmanager.reachable"].verdict is Verdict.FAILED
    assert found["alertmanager.config"].verdict is Verdict.SKIPPED
    assert found["prometheus.rules"].verdict is Verdict.OK
    monitor.stack.up()  # Prometheus says again what fires once a minute: what follows does not wait for it


def test_services_that_hang_do_not_hang_the_doctor(monitor: Monitor) -> None:
    services = ("redis", "kafka", "prometheus", "alertmanager")
    for service in services:
        monitor.signal(service, signal.SIGSTOP)
    try:
        found, seconds = timed(monitor.examine)
    finally:
        for service in services:
            monitor.signal(service, signal.SIGCONT)
    assert seconds < HANGING_SECONDS
    assert all(found[f"{service}.reachable"].verdict is Verdict.FAILED for service in services)


def test_where_nothing_runs_every_service_is_told_soon(monitor: Monitor) -> None:
    monitor.stack.down()
    found, seconds = timed(monitor.examine)
    assert seconds < HANGING_SECONDS
    failed = {check for check, one in found.items() if one.verdict is Verdict.FAILED}
    assert failed == {f"{service}.reachable" for service in ("redis", "kafka", "prometheus", "alertmanager")}
    assert all(found[check].remedy for check in failed)


def timed(look: Callable[[], dict[str, Finding]]) -> tuple[dict[str, Finding], float]:
    begun = monotonic()
    return look(), monotonic() - begun
