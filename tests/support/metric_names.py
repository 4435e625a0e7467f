"""Every name of a metric there is: what rules record, and what the processes expose."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

_ROOT = Path(__file__).parents[2]
_FAMILY = re.compile(r'(\w*(?:MetricFamily|_gauge|_counter|_histogram))\(\s*"(tthc_\w+)"')
_NAME = re.compile(r"\b((?:\w+:)?(?:tthc_\w+|ALERTS)(?::\w+)?)")


@cache
def existing() -> frozenset[str]:
    """Return all names."""
    return frozenset({"ALERTS", *_recorded(), *_exposed()})


def named(expr: str) -> set[str]:
    """Return the names that an expression asks for."""
    return set(_NAME.findall(re.sub(r'"[^"]*"', '""', expr)))


def _recorded() -> Iterator[str]:
    for file in (_ROOT / "config/prometheus/rules").glob("*.yml"):
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (rule["record"] for rule in group["rules"] if "record" in rule)


def _exposed() -> Iterator[str]:
    """Yield the names in `/metrics`, by the families that the collectors' code makes."""
    for file in (_ROOT / "alerts").rglob("*.py"):
        for kind, name in _FAMILY.findall(file.read_text()):
            yield from _series(kind, name)


def _series(kind: str, name: str) -> tuple[str, ...]:
    if "ounter" in kind:
        return (f"{name}_total",)
    if "istogram" in kind:
        return f"{name}_bucket", f"{name}_sum", f"{name}_count"
    return (f"{name}_info",) if "Info" in kind else (name,)
