"""docker-compose.yml and the Dockerfile, as far as they can be judged without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings, load_settings
from dunghan.stack import StackConfig
from dunghan.stack.kafka import kafka_version

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = [name for name in SERVICES if name.startswith("worker")]

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
    assert all("topics" in SERVICES[name]["depends_on"] for name in WORKERS)
    assert list(SERVICES["topics"]["depends_on"]) == ["kafka"]


@pytest.mark.parametrize("name", [*WORKERS, "topics", "deliver", "api"])
def test_the_projects_own_containers_are_given_settings_that_exist_and_little_power(name: str) -> None:
    environment = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    assert load_settings(environment).metrics_port == Settings().metrics_port
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["read_only"] is True


def test_prometheus_scrapes_every_worker_and_knows_alertmanager() -> None:
    targets = ROOT / "config" / "prometheus" / "targets"
    workers = yaml.safe_load((targets / "worker.json").read_text())
    port = Settings().metrics_port
    assert workers == [{"targets": [f"{name}:{port}" for name in WORKERS]}]
    deliver = yaml.safe_load((targets / "deliver.json").read_text())
    assert deliver == [{"targets": [f"deliver:{Settings().deliver_metrics_port}"]}]
    assert yaml.safe_load((targets / "alertmanager.json").read_text()) == [{"targets": ["alertmanager:9093"]}]


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
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["dunghan"]
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
