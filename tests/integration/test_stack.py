"""The local stack, for real: up, down, and what happens when something is wrong."""

import json
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from free_stack import stack_config
from kafka import KafkaAdminClient
from redis import Redis

import dunghan.stack.stack as stack_module
from config.settings import Settings
from dunghan.stack import Stack, StackConfig, StackError, State

pytestmark = pytest.mark.stack

ALL = ["redis", "alertmanager", "prometheus", "kafka"]


def states(stack: Stack) -> dict[str, State]:
    return {service.name: service.state for service in stack.status()}


def pids(stack: Stack) -> dict[str, int]:
    return {service.name: service.pid for service in stack.status() if service.pid}


@pytest.fixture
def make_stack(tmp_path: Path) -> Iterator[Callable[..., tuple[Stack, list[str]]]]:
    """Make stacks that a test may harm; what they said comes with them."""
    made: list[Stack] = []

    def make(**choices: object) -> tuple[Stack, list[str]]:
        said: list[str] = []
        stack = Stack(stack_config(tmp_path / "stack", **choices), say=said.append)
        made.append(stack)
        return stack, said

    yield make
    for stack in made:
        stack.down()


def test_a_second_up_starts_nothing_and_down_stops_all(make_stack: Callable[..., tuple[Stack, list[str]]]) -> None:
    stack, _ = make_stack()
    assert set(states(stack).values()) == {State.STOPPED}

    assert stack.up() == ALL
    before = pids(stack)
    assert set(states(stack).values()) == {State.RUNNING}

    assert stack.up() == []
    assert pids(stack) == before

    assert stack.down() == ALL
    assert set(states(stack).values()) == {State.STOPPED}
    assert not any(psutil.pid_exists(pid) for pid in before.values())
    assert stack.down() == []


def test_a_service_that_was_killed_is_told_of_and_it_alone_is_started_again(
    make_stack: Callable[..., tuple[Stack, list[str]]],
) -> None:
    stack, said = make_stack()
    stack.up()
    before = pids(stack)
    os.kill(before["redis"], signal.SIGKILL)
    psutil.wait_procs([psutil.Process(before["redis"])], timeout=5)
    assert states(stack)["redis"] is State.DEAD

    said.clear()
    assert stack.up() == ["redis"]
    assert said[0].startswith(f"Redis died (pid {before['redis']}")
    assert {name: pid for name, pid in pids(stack).items() if name != "redis"} == {
        name: pid for name, pid in before.items() if name != "redis"
    }


def test_a_service_that_runs_but_is_silent_is_told_of_and_can_still_be_stopped(
    make_stack: Callable[..., tuple[Stack, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_module, "ANSWER_LIMIT_SECONDS", 1)
    monkeypatch.setattr(stack_module, "STOP_LIMIT_SECONDS", 3)
    stack, _ = make_stack()
    stack.up()
    os.kill(pids(stack)["prometheus"], signal.SIGSTOP)

    assert states(stack)["prometheus"] is State.SILENT
    with pytest.raises(StackError, match=r"Prometheus runs but has not answered .* stack down"):
        stack.up()
    assert sorted(stack.down()) == sorted(ALL)


def test_a_service_that_dies_at_its_start_shows_its_last_words_and_nothing_is_left_running(
    make_stack: Callable[..., tuple[Stack, list[str]]], tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "alertmanager.yml").write_text("route: {receiver: nobody-of-this-name}")
    stack, _ = make_stack(alertmanager_files=tmp_path / "broken")

    with pytest.raises(StackError, match=r"(?s)Alertmanager ended as soon as .*nobody-of-this-name"):
        stack.up()
    assert set(states(stack).values()) == {State.STOPPED}


def test_a_busy_port_is_named_with_its_service_and_the_option_that_chooses_another(
    make_stack: Callable[..., tuple[Stack, list[str]]],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stack, said = make_stack(redis_port=port)
        with pytest.raises(StackError, match=rf"port {port}, wanted for Redis, .* --redis-port"):
            stack.up()
    assert said == []


def test_ports_cannot_be_changed_under_a_running_stack(make_stack: Callable[..., tuple[Stack, list[str]]]) -> None:
    stack, _ = make_stack()
    stack.up()
    other, _ = make_stack()
    with pytest.raises(StackError, match=rf"already runs in .* on port {stack.config.redis_port}: .*stack down"):
        other.up()
    assert set(states(stack).values()) == {State.RUNNING}


def test_nothing_listens_beyond_loopback(stack: Stack) -> None:
    listening = {
        name: {
            connection.laddr.ip.removeprefix("::ffff:")
            for connection in psutil.Process(pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        }
        for name, pid in pids(stack).items()
    }
    assert listening == {name: {"127.0.0.1"} for name in ALL}


def test_everything_the_services_write_is_in_the_folder(stack: Stack) -> None:
    for pid in pids(stack).values():
        written = [file.path for file in psutil.Process(pid).open_files() if file.mode != "r"]
        assert all(Path(path).is_relative_to(stack.config.dir) for path in written)


def test_the_environment_it_prints_leads_every_client_to_it(stack: Stack, settings: Settings) -> None:
    assert stack.config.environment() == {
        "DUNGHAN_KAFKA": settings.kafka,
        "DUNGHAN_REDIS": settings.redis,
        "DUNGHAN_PROMETHEUS": settings.prometheus,
        "DUNGHAN_ALERTMANAGER": settings.alertmanager,
    }
    with Redis.from_url(settings.redis) as redis:
        assert redis.ping()
    admin = KafkaAdminClient(**settings.kafka_client())
    try:
        assert {settings.events_topic, settings.changelog_topic} <= set(admin.list_topics())
    finally:
        admin.close()


def test_a_pid_file_of_a_process_long_gone_does_not_hinder_a_start(
    make_stack: Callable[..., tuple[Stack, list[str]]],
) -> None:
    stack, _ = make_stack()
    file = stack.config.dir / "pids" / "redis.json"
    file.parent.mkdir(parents=True)
    # This test's own pid, with another's mark: recycled. Were it taken for Redis, `down` would end this process.
    file.write_text(json.dumps({"pid": os.getpid(), "started": "before", "ports": [stack.config.redis_port]}))
    assert states(stack)["redis"] is State.DEAD
    assert stack.down() == []
    assert stack.up() == ALL


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = shutil.which("java")
    assert java is not None
    (tmp_path / "java").symlink_to(java)
    monkeypatch.setenv("PATH", str(tmp_path))
    stack = Stack(StackConfig(dir=tmp_path / "stack"))
    with pytest.raises(StackError, match=r"not installed: redis-server, alertmanager, prometheus, Kafka .*install"):
        stack.up()
