"""The Kubernetes manifests as `kubectl apply -k config` would have them, as far as a test needs it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from support.tools import ROOT

CONFIG = ROOT / "config"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((CONFIG / "kustomization.yaml").read_text())


@cache
def documents() -> list[dict[str, Any]]:
    """Return every object that the kustomization lists."""
    return [
        document
        for resource in KUSTOMIZATION["resources"]
        for document in yaml.safe_load_all((CONFIG / resource).read_text())
    ]


def of_kind(kind: str) -> list[dict[str, Any]]:
    """Return the objects of a kind."""
    return [document for document in documents() if document["kind"] == kind]


def pods() -> dict[str, dict[str, Any]]:
    """Return each pod's template by the component that it is."""
    templates = [document["spec"]["template"] for document in documents() if "template" in document.get("spec", {})]
    return {template["metadata"]["labels"]["app.kubernetes.io/component"]: template for template in templates}


def container(component: str) -> dict[str, Any]:
    """Return the one container of a component."""
    (only,) = pods()[component]["spec"]["containers"]
    return dict(only)


def shared_settings() -> dict[str, str]:
    """Return the variables that every process is given."""
    lines = (CONFIG / "kubernetes/settings.env").read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def secrets(component: str) -> Iterator[tuple[str, str, str]]:
    """Yield variable, Secret and key of what a component is given secretly."""
    for one in container(component)["env"]:
        if reference := one.get("valueFrom", {}).get("secretKeyRef"):
            yield one["name"], reference["name"], reference["key"]


def chosen_by(selector: dict[str, Any]) -> set[str]:
    """Return the components whose pods a selector takes."""
    return {component for component, template in pods().items() if _takes(selector, template["metadata"]["labels"])}


def _takes(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    among = (labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
    return bool(wanted and all(among))
