"""Kafka by SASL_SSL, with SCRAM users who have the rights that `dunghan topics acls` prints: no more, and no less."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from free_stack import LIBS
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from builders import DAY, status
from config.clock import SystemClock
from config.settings import Settings
from dunghan.doctor import Verdict
from dunghan.doctor.kafka import KafkaChecks
from dunghan.stack import Stack, StackConfig
from dunghan.stack.ports import free_ports
from streams.acls import Role
from streams.decode import encode
from streams.topics import create_topics
from streams.versions import of_version
from support.deliver import DeliverProcess
from support.program import run
from support.secured import SecuredKafka, make_certificates, running
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

NOW = SystemClock().now().replace(microsecond=0)
CODES = [f"H42.17-261102-{number:04}" for number in range(20)]


class Secured(NamedTuple):
    """A broker that asks who one is, and a worker that does its work there."""

    kafka: SecuredKafka
    settings: Settings
    worker: WorkerProcess

    def settings_of(self, role: Role) -> Settings:
        """Return how a role finds the broker."""
        return self.kafka.settings_of(role, self.settings)


@pytest.fixture(scope="module")
def secured(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured-kafka")
    port, admin_port, controller_port, worker_port = free_ports(4)
    config = StackConfig(dir=folder, kafka_libs=LIBS, kafka_port=port, kafka_controller_port=controller_port)
    kafka = SecuredKafka(config, admin_port, make_certificates(folder / "tls"))
    settings = Settings(app="ninh-binh", partitions=2, redis=f"redis://127.0.0.1:{stack.config.redis_port}/0")
    with running(kafka):
        create_topics(kafka.admin_settings(settings))
        kafka.grant_everything(settings)
        worker = WorkerProcess(kafka.settings_of(Role.WORKER, settings), folder, "worker", worker_port)
        try:
            yield Secured(kafka, settings, worker)
        finally:
            assert worker.stop() == 0


def publish(secured: Secured, folder: Path, lines: list[bytes], role: Role = Role.UPSTREAM) -> None:
    """Publish as an upstream system may."""
    file = folder / "events.ndjson"
    file.write_bytes(b"\n".join(lines) + b"\n")
    run("publish", str(file), settings=secured.settings_of(role))


def test_each_process_does_its_work_with_the_rights_of_its_role(secured: Secured, tmp_path: Path) -> None:
    events = [encode(status(NOW - 20 * DAY, 4, code=code, due_at=NOW - DAY)) for code in CODES]
    publish(secured, tmp_path, [*events, b'{"specversion":"1.0","type":"vn.tthc.nothing.v1"}'])
    wait_until_applied(secured.settings, [secured.worker])
    DeliverProcess(secured.settings_of(Role.DELIVER), tmp_path).stop()  # it was ready, and ended well

    tools = secured.settings_of(Role.TOOLS)
    run("topics", "check", settings=tools)
    run("topics", "create", settings=tools)  # all are there: nothing has to be made
    assert "unknown_type" in run("dead-letters", "list", settings=tools).stdout
    run("dead-letters", "replay", "--reason", "unknown_type", settings=tools)
    assert CODES[3] in run("explain", CODES[3], settings=tools).stdout
    publish(secured, tmp_path, [encode(status(NOW, 9, code=CODES[3], finished_at=NOW))], Role.TOOLS)
    wait_until_applied(secured.settings, [secured.worker])
    checks = KafkaChecks(tools, SystemClock())
    assert {check().verdict for check in (checks.reachable, checks.topics, checks.group, checks.lag)} == {Verdict.OK}

    written = secured.worker.log.read_text()
    assert "Authorization" not in written, secured.worker.tail()
    assert not any(word in written for word in secured.kafka.passwords.values())
    assert not any(
        word.encode() in Path(f"/proc/{secured.worker.process.pid}/cmdline").read_bytes()
        for word in secured.kafka.passwords.values()
    )


def test_a_replay_builds_a_version_with_the_rights_of_its_role_and_a_worker_goes_on_with_it(
    secured: Secured, tmp_path: Path
) -> None:
    replay = secured.settings_of(Role.REPLAY)
    built = " ".join(run("replay", "--compare", settings=replay).stdout.split())
    assert "version 2 beside version 1, of 20 dossiers" in built
    assert "0 stand otherwise" in built

    heir = WorkerProcess(of_version(secured.settings_of(Role.WORKER), 2), tmp_path, "heir", *free_ports(1))
    try:
        wait_until(heir.partitions, 60, "a worker serves a partition of version 2")
        assert "Authorization" not in heir.log.read_text(), heir.tail()
    finally:
        assert heir.stop() == 0
    wait_until(lambda: sorted(secured.worker.partitions()) == [0, 1], 60, "the first one serves all again")
    assert "deleted: ninh-binh-v2-dossiers-changelog" in run("replay", "--drop", "2", "--yes", settings=replay).stdout


def write(topic: str) -> Callable[[dict[str, Any]], None]:
    """Return an attempt to write to a topic."""

    def attempt(client: dict[str, Any]) -> None:
        with closing(KafkaProducer(**client, max_block_ms=3000)) as producer:
            producer.send(topic, b"x").get(5)

    return attempt


def read(topic: str) -> Callable[[dict[str, Any]], None]:
    """Return an attempt to read a topic."""

    def attempt(client: dict[str, Any]) -> None:
        with closing(KafkaConsumer(**client)) as consumer:
            if not consumer.partitions_for_topic(topic):  # as a broker says of what is not to be seen
                raise TopicAuthorizationFailedError
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek(TopicPartition(topic, 0), 0)
            consumer.poll(3000)

    return attempt


def create(topic: str) -> Callable[[dict[str, Any]], None]:
    """Return an attempt to make a topic."""

    def attempt(client: dict[str, Any]) -> None:
        with closing(KafkaAdminClient(**client)) as admin:
            admin.create_topics([NewTopic(topic, 1, 1)])

    return attempt


EVENTS, CHANGELOG, CALENDAR, LETTERS, ALERTS = (
    "dossier-events",
    "ninh-binh-dossiers-changelog",
    "ninh-binh-calendar",
    "dossier-events.dlq",
    "dossier-alerts",
)


@pytest.mark.parametrize(
    ("role", "attempt"),
    [
        *((Role.UPSTREAM, read(topic)) for topic in (EVENTS, CHANGELOG, LETTERS, ALERTS, CALENDAR)),
        *((Role.UPSTREAM, write(topic)) for topic in (CHANGELOG, LETTERS, ALERTS, CALENDAR)),
        *((Role.TOOLS, write(topic)) for topic in (CHANGELOG, LETTERS, ALERTS)),
        *((Role.DELIVER, read(topic)) for topic in (EVENTS, CHANGELOG, LETTERS)),
        *((Role.DELIVER, write(topic)) for topic in (EVENTS, ALERTS)),
        *((Role.REPLAY, write(topic)) for topic in (EVENTS, ALERTS, LETTERS)),
        (Role.WORKER, write(CALENDAR)),
        (Role.WORKER, read(LETTERS)),
        *((role, create("another")) for role in Role),
    ],
)
def test_nobody_does_more(secured: Secured, role: Role, attempt: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(KafkaError, match="Authorization"):
        attempt(secured.settings_of(role).kafka_client())


def refused(settings: Settings, *arguments: str, code: int = 2) -> str:
    """Return the one line by which a command says that it may not, or cannot."""
    told = run(*arguments, settings=settings, code=code).stderr
    assert len(told.splitlines()) == 1, told
    assert settings.kafka_password not in told
    return told


def test_whoever_may_not_is_told_so_in_one_clear_line(secured: Secured, tmp_path: Path) -> None:
    upstream, tools, deliver = (secured.settings_of(role) for role in (Role.UPSTREAM, Role.TOOLS, Role.DELIVER))
    file = tmp_path / "events.ndjson"
    file.write_bytes(encode(status(NOW, 4, code=CODES[0])))

    for told, user in (
        (refused(deliver, "publish", str(file), code=1), "dunghan-deliver"),
        (refused(deliver, "dead-letters", "list"), "dunghan-deliver"),
        (refused(upstream, "dead-letters", "list"), "dunghan-upstream"),
        (refused(upstream, "worker", "--metrics-port", "0"), "dunghan-upstream"),
        (refused(msgspec.structs.replace(tools, app="another"), "topics", "create"), "dunghan-tools"),
        (refused(tools, "worker", "--metrics-port", "0"), "dunghan-tools"),
    ):
        assert f"{user} may not" in told
        assert "dunghan topics acls" in told
    assert "dunghan-tools may not Write topic" in told, "the last of them may do the rest"


def test_a_wrong_password_and_a_wrong_authority_are_one_clear_line(secured: Secured, tmp_path: Path) -> None:
    tools = secured.settings_of(Role.TOOLS)
    other = make_certificates(tmp_path / "tls").authority
    for settings, command in (
        (msgspec.structs.replace(tools, kafka_password="wrong"), ("topics", "check")),
        (msgspec.structs.replace(tools, kafka_ca_file=str(other)), ("dead-letters", "list")),
    ):
        told = refused(settings, *command)
        assert "refuses dunghan-tools; check DUNGHAN_KAFKA" in told
