"""The rules that Prometheus has loaded, held against the rule files that come with the program.

Prometheus writes an expression anew when it has parsed it: blanks, and the order of matchers, are its own. So texts are
compared without blanks, and what still differs is asked of Prometheus itself (`/api/v1/format_query`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

SHIPPED = Path(str(files("config"))) / "prometheus" / "rules"
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_HEALTHY = ("ok", "unknown")  # unknown: loaded a moment ago, and not evaluated yet


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of either kind, as far as it matters whether it is the same."""

    name: str
    expr: str
    seconds: float = 0.0
    keep_firing_seconds: float = 0.0
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}


Groups = dict[str, list[Rule]]


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule in the answer of Prometheus."""

    name: str
    query: str
    health: str
    duration: float = 0.0
    keepFiringFor: float = 0.0  # noqa: N815 - Prometheus' own name
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    lastError: str = ""  # noqa: N815

    def as_rule(self) -> Rule:
        """Return what matters of it."""
        return Rule(
            name=self.name,
            expr=self.query,
            seconds=self.duration,
            keep_firing_seconds=self.keepFiringFor,
            labels=self.labels,
            annotations=self.annotations,
        )


class LoadedGroup(msgspec.Struct, frozen=True):
    """A group in the answer of Prometheus."""

    name: str
    rules: list[LoadedRule]

    def faults(self) -> list[str]:
        """Name the rules that cannot be evaluated, and why."""
        return [f"{self.name}/{rule.name}: {rule.lastError}" for rule in self.rules if rule.health not in _HEALTHY]


def shipped_groups(folder: Path = SHIPPED) -> Groups:
    """Read the groups of the rule files."""
    groups: Groups = {}
    for file in sorted(folder.glob("*.yml")):
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            groups[group["name"]] = [_shipped(rule) for rule in group["rules"]]
    return groups


def _shipped(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        name=rule.get("record") or rule["alert"],
        expr=str(rule["expr"]),
        seconds=seconds(rule.get("for", "0s")),
        keep_firing_seconds=seconds(rule.get("keep_firing_for", "0s")),
        labels={name: str(value) for name, value in rule.get("labels", {}).items()},
        annotations=rule.get("annotations", {}),
    )


def seconds(duration: str) -> float:
    """Read a duration as Prometheus writes it.

    >>> seconds("1h30m")
    5400
    """
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[smhdwy])", duration))


def missing_groups(shipped: Groups, loaded: Iterable[str]) -> list[str]:
    """Name the groups that are not loaded."""
    return sorted(shipped.keys() - set(loaded))


def different_rules(shipped: Groups, loaded: Groups, formatted: Callable[[str], str]) -> list[str]:
    """Name the rules that are not as they are shipped, in groups that are loaded.

    Args:
        shipped: The groups of the rule files.
        loaded: Those of Prometheus.
        formatted: How Prometheus writes an expression.
    """
    different = []
    for name, wanted in shipped.items():
        found = loaded.get(name, wanted)
        if [rule.name for rule in found] != [rule.name for rule in wanted]:
            different.append(f"{name} (other rules)")
            continue
        changed = (ours.name for ours, theirs in zip(wanted, found, strict=True) if not _same(ours, theirs, formatted))
        different += [f"{name}/{rule}" for rule in dict.fromkeys(changed)]
    return different


def _same(ours: Rule, theirs: Rule, formatted: Callable[[str], str]) -> bool:
    if msgspec.structs.replace(ours, expr="") != msgspec.structs.replace(theirs, expr=""):
        return False
    if _without_blanks(ours.expr) == _without_blanks(theirs.expr):
        return True
    return formatted(ours.expr) == formatted(theirs.expr)


def _without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)
