"""The Kubernetes manifests and the program: settings, commands, probes, limits of time, and who talks to whom."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from alerts.api.app import openapi_document
from alerts.api.server import _STOP_SECONDS as API_STOPS_WITHIN
from alerts.delivery.http import PATIENCE_SECONDS
from config.settings import Settings, SettingsError, load_settings
from dunghan.cli import main
from streams.clients import _ANSWER_SECONDS, _CLOSE_SECONDS
from support.manifests import KUSTOMIZATION, chosen_by, container, of_kind, pods, secrets, shared_settings
from support.tools import ROOT, tool

COMPONENTS = ["api", "deliver", "topics", "worker"]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SCRAPES = ROOT / "config/prometheus/kubernetes.yml"

every_pod = pytest.mark.parametrize("component", COMPONENTS)


def settings_of(component: str) -> Settings:
    """Return the settings that a process finds, with stand-ins for secrets."""
    return load_settings(shared_settings() | {name: "secret" for name, *_ in secrets(component)})


@every_pod
def test_every_process_is_given_settings_that_exist(component: str) -> None:
    settings = settings_of(component)
    assert (settings.kafka_security_protocol, settings.kafka_sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
    needs_kafka = component != "api"
    assert bool(settings.kafka_password) == needs_kafka
    assert (settings.redis == "secret") == (component in {"worker", "api"})


@every_pod
def test_kubernetes_own_variables_would_be_refused_so_they_are_switched_off(component: str) -> None:
    with pytest.raises(SettingsError, match="DUNGHAN_API_SERVICE_HOST is not a setting"):
        load_settings({"DUNGHAN_API_SERVICE_HOST": "10.0.0.1"})
    assert pods()[component]["spec"]["enableServiceLinks"] is False


@every_pod
def test_the_image_is_this_version_and_its_command_is_one_that_compose_runs_too(component: str) -> None:
    (image,) = KUSTOMIZATION["images"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (container(component)["image"], image) == ("dunghan", {"name": "dunghan", "newTag": project["version"]})
    command = container(component)["args"]
    assert command[0] == COMPOSE[component]["command"][0]
    main.make_context("dunghan", list(command))


@every_pod
def test_files_named_in_the_settings_are_mounted(component: str) -> None:
    mounted = {mount["mountPath"] for mount in container(component)["volumeMounts"]}
    settings = settings_of(component)
    assert str(Path(settings.kafka_ca_file).parent) in mounted
    if component in {"worker", "api"}:  # who judges, or explains
        assert {settings.calendar_dir, str(Path(settings.policy_file).parent)} <= mounted
    if component == "api":
        assert str(Path(settings.api_tokens_file).parent) in mounted


def test_the_ports_are_those_of_the_settings() -> None:
    wanted = {"worker": "metrics_port", "deliver": "deliver_metrics_port", "api": "api_port"}
    for component, setting in wanted.items():
        (port,) = container(component)["ports"]
        assert port["containerPort"] == getattr(settings_of(component), setting)
    for service in of_kind("Service"):
        (port,) = service["spec"]["ports"]
        (component,) = chosen_by({"matchLabels": service["spec"]["selector"]})
        assert container(component)["ports"] == [{"name": port["targetPort"], "containerPort": port["port"]}]


@pytest.mark.parametrize(("component", "path"), [("worker", "/metrics"), ("deliver", "/metrics"), ("api", "/health")])
def test_probes_ask_where_compose_asks(component: str, path: str) -> None:
    one = container(component)
    (port,) = one["ports"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert one[probe]["httpGet"] == {"path": path, "port": port["name"]}
    assert f":{port['containerPort']}{path}'" in COMPOSE[component]["healthcheck"]["test"][-1]


def test_the_api_answers_where_it_is_probed() -> None:
    assert container("api")["livenessProbe"]["httpGet"]["path"] in json.loads(openapi_document())["paths"]


def test_who_is_told_to_stop_has_the_time_that_it_allows_itself() -> None:
    grace = {component: pod["spec"].get("terminationGracePeriodSeconds", 0) for component, pod in pods().items()}
    pause = container("api")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert grace["api"] >= pause + API_STOPS_WITHIN
    assert grace["deliver"] >= 2 * PATIENCE_SECONDS
    fence_and_chunk = 2 * _ANSWER_SECONDS
    assert grace["worker"] >= fence_and_chunk + 2 * _CLOSE_SECONDS


def test_each_worker_has_a_member_id_that_no_other_has() -> None:
    (name,) = [one for one in container("worker")["env"] if one["name"] == "POD_NAME"]
    assert name["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert container("worker")["args"] == ["worker", "--instance-id", "$(POD_NAME)"]
    (workers,) = of_kind("StatefulSet")
    assert workers["spec"]["serviceName"] in {service["metadata"]["name"] for service in of_kind("Service")}


# -- who talks to whom ------------------------------------------------------------------------------------------------


def reach(component: str, direction: str) -> set[Any]:
    """Return the ports that the policies open for a component."""
    policies = [one["spec"] for one in of_kind("NetworkPolicy")]
    return {
        port["port"]
        for policy in policies
        if direction.capitalize() in policy["policyTypes"] and component in chosen_by(policy["podSelector"])
        for rule in policy.get(direction, [])
        for port in rule["ports"]
    }


def test_each_process_reaches_what_it_needs_and_nothing_else() -> None:
    settings = settings_of("deliver")
    kafka, alertmanager = int(settings.kafka.rpartition(":")[2]), urlsplit(settings.alertmanager).port
    dns, redis, grafana, https = 53, 6379, 3000, 443
    assert reach("worker", "egress") == {dns, kafka, redis}
    assert reach("api", "egress") == {dns, redis}
    assert reach("topics", "egress") == {dns, kafka}
    assert reach("deliver", "egress") == {dns, kafka, alertmanager, grafana, https}


def test_only_the_port_of_each_process_can_be_reached() -> None:
    found = {component: reach(component, "ingress") for component in COMPONENTS}
    assert found == {"api": {"http"}, "deliver": {"metrics"}, "worker": {"metrics"}, "topics": set()}


def test_prometheus_finds_the_pods_by_their_labels_and_annotations(tmp_path: Path) -> None:
    read = yaml.safe_load(SCRAPES.read_text())
    for job in read["scrape_configs"]:
        (found,) = job.pop("kubernetes_sd_configs")
        (selector,) = found["selectors"]
        (component,) = chosen_by({"matchLabels": dict(one.split("=") for one in selector["label"].split(","))})
        assert job["job_name"] == f"dunghan-{component}"
        assert found["namespaces"]["names"] == [KUSTOMIZATION["namespace"]]
        annotations = pods()[component]["metadata"]["annotations"]
        (port,) = container(component)["ports"]
        assert annotations == {"prometheus.io/scrape": "true", "prometheus.io/port": str(port["containerPort"])}
    # Debian's promtool is built without discovery in Kubernetes: the rest is checked.
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(read | {"rule_files": []}))
    assert tool("promtool", "check", "config", file).returncode == 0
