"""What the services of the local stack are told: loopback only, everything in one folder, the project's own rules."""

import json
import re
import socket
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from dunghan.stack import Stack, StackConfig, StackError
from dunghan.stack.config import CONFIG_FILES
from dunghan.stack.kafka import PROPERTIES, Kafka
from dunghan.stack.lock import locked
from dunghan.stack.ports import check_free, free_ports, is_free
from dunghan.stack.prometheus import Alertmanager, Prometheus
from dunghan.stack.redis import Redis


def test_the_default_ports_are_those_of_the_settings() -> None:
    assert load_settings(StackConfig().environment()) == Settings()
    assert Settings().metrics_port in StackConfig().worker_ports


def test_a_relative_folder_is_made_absolute_for_the_services_outlive_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert StackConfig(dir=Path("stack")).dir == tmp_path / "stack"


@pytest.mark.parametrize("service", [Redis, Prometheus, Alertmanager])
def test_every_address_on_a_command_line_is_of_loopback(service: type[Redis], tmp_path: Path) -> None:
    command = " ".join(service(StackConfig(dir=tmp_path)).command())
    assert "127.0.0.1" in command
    assert "0.0.0.0" not in command  # noqa: S104 - what must not be there


def test_kafka_listens_on_loopback_only(tmp_path: Path) -> None:
    del tmp_path
    addresses = re.findall(r"://([^:]+):", PROPERTIES) + re.findall(r"@([^:]+):", PROPERTIES)
    assert set(addresses) == {"{host}"}


def test_alertmanager_does_not_listen_for_peers(tmp_path: Path) -> None:
    assert "--cluster.listen-address=" in Alertmanager(StackConfig(dir=tmp_path)).command()


def test_prometheus_gets_the_projects_rules_and_the_targets_of_this_machine(tmp_path: Path) -> None:
    config = StackConfig(dir=tmp_path, worker_ports=(7001, 7002), alertmanager_port=7003)
    prometheus = Prometheus(config)
    prometheus.prepare()
    copied = prometheus.home / "config"
    assert (copied / "prometheus.yml").read_text() == (CONFIG_FILES / "prometheus" / "prometheus.yml").read_text()
    rules = {file.name for file in (CONFIG_FILES / "prometheus" / "rules").glob("*.yml")}
    assert {file.name for file in (copied / "rules").iterdir()} == rules
    assert json.loads((copied / "targets" / "worker.json").read_text()) == [
        {"targets": ["127.0.0.1:7001", "127.0.0.1:7002"]}
    ]
    assert json.loads((copied / "targets" / "alertmanager.json").read_text()) == [{"targets": ["127.0.0.1:7003"]}]


def test_a_rule_taken_out_of_the_project_is_gone_after_the_next_start(tmp_path: Path) -> None:
    prometheus = Prometheus(StackConfig(dir=tmp_path))
    prometheus.prepare()
    old = prometheus.home / "config" / "rules" / "old.yml"
    old.write_text("groups: []")
    prometheus.prepare()
    assert not old.exists()


def test_jars_count_only_when_all_of_the_present_pom_were_fetched(tmp_path: Path) -> None:
    kafka = Kafka(StackConfig(dir=tmp_path))
    assert not kafka.has_jars()
    kafka.config.libs.mkdir(parents=True)
    (kafka.config.libs / ".fetched").write_text("<project>of another day</project>")
    assert not kafka.has_jars()


def test_a_port_in_use_is_not_free_whichever_address_holds_it() -> None:
    for address in ("127.0.0.1", ""):
        with socket.create_server((address, 0)) as other:
            assert not is_free(other.getsockname()[1])


def test_free_ports_are_free_and_offered_once_for_some_are_taken_up_only_later() -> None:
    ports = free_ports(5) + free_ports(4)
    assert len(set(ports)) == len(ports) == 9
    assert all(is_free(port) for port in ports)


def test_a_taken_port_is_named_with_its_service_and_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        kafka = Kafka(StackConfig(dir=tmp_path, kafka_controller_port=port, kafka_port=free_ports(1)[0]))
        with pytest.raises(StackError, match=rf"port {port}, wanted for Kafka, .* --kafka-controller-port"):
            check_free([kafka])


def test_one_port_for_two_services_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"--alertmanager-port and --kafka-controller-port are both 19093"):
        Stack(StackConfig(dir=tmp_path, kafka_controller_port=19093))


def test_two_commands_do_not_work_in_one_folder_at_the_same_time(tmp_path: Path) -> None:
    stack = Stack(StackConfig(dir=tmp_path))
    with locked(tmp_path), pytest.raises(StackError, match="another `dunghan stack` command is at work"):
        stack.down()
    assert stack.down() == []
