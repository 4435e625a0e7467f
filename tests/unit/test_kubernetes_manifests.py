"""The Kubernetes manifests by themselves: whole, valid for each version that is supported, and safe."""

import copy
import re
from typing import Any

import kubernetes_validate
import pytest

from support.manifests import CONFIG, KUSTOMIZATION, chosen_by, container, documents, of_kind, pods, secrets
from support.tools import ROOT

VERSIONS = ("1.30", kubernetes_validate.latest_version())  # `preStop.sleep` came with the first
COMPONENTS = ["api", "deliver", "topics", "worker"]

every_pod = pytest.mark.parametrize("component", COMPONENTS)


def refused(document: dict[str, Any], version: str) -> str | None:
    """Return what the schema of a version of Kubernetes has against an object; unknown fields are wrong."""
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{document['kind']} {document['metadata']['name']}: {error.message}"
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(version: str) -> None:
    assert [wrong for document in documents() if (wrong := refused(document, version))] == []


def test_a_field_that_does_not_exist_or_is_of_another_type_would_be_found() -> None:
    (workers,) = of_kind("StatefulSet")
    for change in ({"replicaCount": 2}, {"replicas": "two"}):
        wrong = copy.deepcopy(workers)
        wrong["spec"] |= change
        assert refused(wrong, VERSIONS[-1]) is not None


def test_the_kustomization_has_every_manifest_and_every_year_of_the_calendar() -> None:
    files = {str(file.relative_to(CONFIG)) for file in (CONFIG / "kubernetes").glob("*.yaml")}
    assert set(KUSTOMIZATION["resources"]) == files
    made = {one["name"]: one.get("files", one.get("envs")) for one in KUSTOMIZATION["configMapGenerator"]}
    calendar = sorted(str(file.relative_to(CONFIG)) for file in (CONFIG / "calendar/data").glob("*.yaml"))
    settings = ["kubernetes/settings.env"]
    assert made == {"dunghan-settings": settings, "dunghan-policy": ["policy.yaml"], "dunghan-calendar": calendar}


def test_all_is_in_one_namespace_that_takes_no_pod_with_power() -> None:
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["name"] == KUSTOMIZATION["namespace"]
    assert namespace["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}


@every_pod
def test_no_pod_has_power(component: str) -> None:
    pod, one = pods()[component]["spec"], container(component)
    (uid,) = re.findall(r"useradd .*--uid (\d+)", (ROOT / "Dockerfile").read_text())
    assert pod["securityContext"]["runAsUser"] == int(uid)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"name": "tmp", "mountPath": "/tmp"} in one["volumeMounts"]


@every_pod
def test_every_pod_says_what_it_needs_and_cannot_take_the_nodes_memory(component: str) -> None:
    resources = container(component)["resources"]
    assert resources["requests"].keys() == {"cpu", "memory"}
    assert resources["limits"].keys() == {"memory"}


@every_pod
def test_what_is_mounted_is_there_and_what_is_there_is_mounted(component: str) -> None:
    volumes = [volume["name"] for volume in pods()[component]["spec"]["volumes"]]
    assert sorted(volumes) == sorted(mount["name"] for mount in container(component)["volumeMounts"])


def test_secrets_are_named_and_never_held() -> None:
    assert of_kind("Secret") == []
    for component in COMPONENTS:
        assert {secret for _, secret, _ in secrets(component)} == {f"dunghan-{component}"}
        given = [one for one in container(component)["env"] if "value" in one]
        assert given == []


def test_services_and_budgets_choose_the_pods_they_are_named_after() -> None:
    for one in [*of_kind("Service"), *of_kind("PodDisruptionBudget"), *of_kind("StatefulSet"), *of_kind("Deployment")]:
        selector = one["spec"]["selector"]
        chosen = chosen_by(selector if "matchLabels" in selector else {"matchLabels": selector})
        assert chosen == {one["metadata"]["name"].removeprefix("dunghan-")}


def test_what_there_are_several_of_is_spread_and_goes_one_by_one() -> None:
    several = {"api", "worker"}
    assert {one["metadata"]["name"] for one in of_kind("PodDisruptionBudget")} == {
        f"dunghan-{name}" for name in several
    }
    for component in several:
        (host, *_) = pods()[component]["spec"]["topologySpreadConstraints"]
        assert chosen_by(host["labelSelector"]) == {component}
    (workers,) = of_kind("StatefulSet")
    assert workers["spec"]["minReadySeconds"] >= 30
