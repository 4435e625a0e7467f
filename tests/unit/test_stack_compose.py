"""docker-compose.yml and the Dockerfile, as far as they can be judged without an engine."""

import re
from typing import Any

import pytest
import yaml

from config.settings import Settings, load_settings
from dunghan.stack import StackConfig
from dunghan.stack.kafka import kafka_version
from support.tools import ROOT, tool

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROMETHEUS = ROOT / "config" / "prometheus"

every_service = pytest.mark.parametrize("name", SERVICES)


@every_service
def test_ports_are_published_on_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_the_published_ports_are_the_local_stacks_so_the_default_settings_find_them() -> None:
    published = {int(port.split(":")[1]) for service in SERVICES.values() for port in service.get("ports", [])}
    stack = StackConfig()
    wanted = {stack.kafka_port, stack.redis_port, stack.prometheus_port, stack.alertmanager_port, stack.api_port}
    assert wanted <= published
    assert (stack.api_port, stack.deliver_port) == (Settings().api_port, Settings().deliver_metrics_port)


@every_service
def test_images_are_pinned_to_one_version(name: str) -> None:
    image = SERVICES[name]["image"]
    if SERVICES[name].get("build"):
        assert image == "dunghan:local"
    else:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+(-[a-z]+)?", image)


def test_kafka_is_of_the_version_the_local_stack_fetches() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka_version()}"


@every_service
def test_what_keeps_running_has_a_health_check_and_what_ends_has_none(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check == {"disable": True} if name == "topics" else check["test"][0] == "CMD"


@every_service
def test_whoever_depends_waits_until_the_other_can_serve(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other == "topics" else "service_healthy"
        assert how == {"condition": wanted}


def test_workers_wait_for_their_topics_and_topics_for_the_broker() -> None:
    assert "topics" in SERVICES["worker"]["depends_on"]
    assert list(SERVICES["topics"]["depends_on"]) == ["kafka"]


@pytest.mark.parametrize("name", ["worker", "topics", "deliver", "api"])
def test_the_projects_own_containers_are_given_settings_that_exist_and_little_power(name: str) -> None:
    environment = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    assert load_settings(environment).metrics_port == Settings().metrics_port
    assert SERVICES[name]["user"] == "10001:10001"


@every_service
def test_no_container_has_any_of_roots_powers_or_can_gain_them(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICES[name]


@every_service
def test_what_need_not_write_its_own_files_cannot(name: str) -> None:
    if name in {"kafka", "grafana"}:  # they write configuration, or a plugin, as they start
        assert "read_only" not in SERVICES[name]
    else:
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["tmpfs"] == ["/tmp"]


@every_service
def test_no_secret_stands_in_the_file_or_in_an_argument(name: str) -> None:
    words = [*map(str, SERVICES[name].get("command", [])), *map(str, SERVICES[name].get("environment", {}).values())]
    assert not [word for word in words if re.search(r"(?i)password|secret=|//[^/@]*:[^/@]*@", word)]


def test_as_many_workers_can_be_started_as_one_likes_for_nothing_of_theirs_is_there_only_once() -> None:
    worker = SERVICES["worker"]
    assert worker["deploy"] == {"replicas": 2}  # what --scale worker=N overrules
    assert not {"container_name", "hostname", "ports", "volumes"} & worker.keys()
    assert worker["command"] == ["worker"]  # a member id or a port given here would be every worker's
    assert [name for name in SERVICES if name.startswith("worker")] == ["worker"]


def test_prometheus_finds_every_worker_by_the_services_name() -> None:
    mounted = [volume.partition(":")[0] for volume in SERVICES["prometheus"]["volumes"]]
    assert "./config/prometheus" in mounted
    assert "--config.file=/etc/prometheus/compose.yml" in SERVICES["prometheus"]["command"]
    read = yaml.safe_load((PROMETHEUS / "compose.yml").read_text())
    workers, deliver = read["scrape_configs"]
    (found,) = workers["dns_sd_configs"]
    assert (found["names"], found["type"], found["port"]) == (["worker"], "A", Settings().metrics_port)
    assert deliver["static_configs"] == [{"targets": [f"deliver:{Settings().deliver_metrics_port}"]}]
    assert read["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["alertmanager:9093"]}]}]
    result = tool("promtool", "check", "config", PROMETHEUS / "compose.yml")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("file", ["compose.yml", "kubernetes.yml"])
def test_prometheus_does_the_same_everywhere_but_for_where_it_looks(file: str) -> None:
    def without_places(name: str) -> Any:
        read = yaml.safe_load((PROMETHEUS / name).read_text())
        del read["alerting"]
        return read | {"scrape_configs": [one["job_name"] for one in read["scrape_configs"]]}

    assert without_places(file) == without_places("prometheus.yml")


def test_data_that_should_outlive_a_container_is_in_a_named_volume() -> None:
    named = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith("./")
    }
    assert named == set(COMPOSE["volumes"])


def test_files_of_the_project_are_mounted_read_only_and_exist() -> None:
    mounts = [volume for service in SERVICES.values() for volume in service.get("volumes", []) if volume[0] == "."]
    assert mounts
    for mount in mounts:
        source, _, mode = mount.split(":")
        assert (ROOT / source).is_dir()
        assert mode == "ro"


def test_the_image_runs_as_nobody_in_particular_and_installs_only_what_the_locks_pin() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["10001:10001"]
    assert all(re.search(r":\d+\.\d+\.\d+-slim", line) for line in dockerfile.splitlines() if line.startswith("FROM"))
    installs = re.findall(r"pip install .*", dockerfile)
    assert installs
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)


def test_the_dockerfile_copies_every_package_of_the_project() -> None:
    packages = {folder.parent.name for folder in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    copied = set(re.findall(r"^COPY (\w+) \w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    admitted = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert packages == copied
    assert packages <= admitted


def test_the_build_backend_is_found_in_the_development_lock_with_its_hashes() -> None:
    lock = (ROOT / "requirements-dev.lock").read_text()
    wanted = re.search(r'requires = \["(setuptools==[^"]+)"\]', (ROOT / "pyproject.toml").read_text())
    assert wanted
    assert re.search(rf"^{re.escape(wanted[1])} \\\n( +--hash=sha256:\w+( \\)?\n)+", lock, re.MULTILINE)
