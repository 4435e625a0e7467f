"""Prometheus: whom it scrapes, the rules it has, and whom it tells of alerts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import yaml

from config.settings import Settings
from dunghan.doctor.checks import Result, failed, ok, some, warning
from dunghan.doctor.http import HttpService
from dunghan.doctor.rules import LoadedGroup, different_rules, missing_groups, shipped_groups
from streams.sources import sources

T = TypeVar("T")
CONFIG = Path(str(files("config"))) / "prometheus" / "prometheus.yml"
_START = "start it (make stack-up) or set DUNGHAN_PROMETHEUS; its log is in var/stack/logs"
_RELOAD = (
    "copy config/prometheus/rules to where Prometheus reads them and reload it: kill -HUP its process, or, the local "
    "stack: dunghan stack down, then up"
)
_STARTED_BY = {"dunghan-worker": "dunghan worker", "dunghan-deliver": "dunghan deliver"}
"""The jobs without which nothing is counted, or nobody told; others may be down by choice."""


class _Target(msgspec.Struct):
    labels: dict[str, str]
    health: str
    lastError: str = ""  # noqa: N815 - Prometheus' own name


class _Targets(msgspec.Struct):
    activeTargets: list[_Target]  # noqa: N815


class _Rules(msgspec.Struct):
    groups: list[LoadedGroup]


class _Alertmanager(msgspec.Struct):
    url: str


class _Alertmanagers(msgspec.Struct):
    activeAlertmanagers: list[_Alertmanager]  # noqa: N815


class _Vector(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Vectors(msgspec.Struct):
    result: list[_Vector]


class _Build(msgspec.Struct):
    version: str


class _Answer(msgspec.Struct, Generic[T]):
    data: T


class PrometheusChecks:
    """The checks of Prometheus."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = HttpService("Prometheus", settings.prometheus, _START)

    def reachable(self) -> Result:
        """Ask whether it is ready, and for its version."""
        self._http.get("/-/ready")
        version = self._http.ask("/api/v1/status/buildinfo", _Answer[_Build]).data.version
        return ok(f"{self._http.where}: Prometheus {version}")

    def targets(self) -> Result:
        """Look whether each job has a target that answers."""
        answer = self._http.ask("/api/v1/targets", _Answer[_Targets], {"state": "active"})
        by_job: defaultdict[str, list[str]] = defaultdict(list)
        for target in answer.data.activeTargets:
            by_job[target.labels.get("job", "?")].append(target.health)
        return judge_targets(expected_jobs(), by_job)

    def partitions(self) -> Result:
        """Look whether the partitions of every topic are in the metrics."""
        query = "count by (topic) (count by (topic, partition) (tthc_partition_lag_records))"
        answer = self._http.ask("/api/v1/query", _Answer[_Vectors], {"query": query})
        seen = {row.metric.get("topic", "?"): int(float(row.value[1])) for row in answer.data.result}
        return judge_partitions({source.topic: source.partitions for source in sources(self._settings)}, seen)

    def rules(self) -> Result:
        """Hold the rules that are loaded against those that come with the program."""
        loaded = self._http.ask("/api/v1/rules", _Answer[_Rules]).data.groups
        return judge_rules(loaded, self._formatted)

    def alertmanager(self) -> Result:
        """Look whether it knows an Alertmanager."""
        known = self._http.ask("/api/v1/alertmanagers", _Answer[_Alertmanagers]).data.activeAlertmanagers
        if not known:
            return failed(
                "Prometheus knows no Alertmanager: nobody is told of anything",
                "name it in targets/alertmanager.json beside prometheus.yml (alerting: alertmanagers)",
            )
        return ok(f"alerts go to {', '.join(one.url for one in known)}")

    def _formatted(self, expression: str) -> str:
        return self._http.ask("/api/v1/format_query", _Answer[str], {"query": expression}).data


def expected_jobs(config: Path = CONFIG) -> list[str]:
    """Return the jobs of the configuration that comes with the program."""
    return [job["job_name"] for job in yaml.safe_load(config.read_text(encoding="utf-8"))["scrape_configs"]]


def judge_targets(expected: Iterable[str], by_job: Mapping[str, Iterable[str]]) -> Result:
    """Say whether every job has a target that is up; of the places where workers may be, some are empty."""
    health = {job: list(by_job.get(job, ())) for job in expected}
    unknown = [job for job, targets in health.items() if not targets]
    if unknown:
        return failed(
            f"Prometheus scrapes no {some(unknown)}", "reload it with config/prometheus/prometheus.yml and targets/"
        )
    down = [job for job, targets in health.items() if "up" not in targets]
    found = ", ".join(f"{job} {targets.count('up')} of {len(targets)}" for job, targets in health.items())
    start = "; ".join(_STARTED_BY.get(job, f"start {job}") for job in down)
    if any(job in _STARTED_BY for job in down):
        return failed(f"no target of {some(down)} answers ({found} up)", f"start it where Prometheus looks: {start}")
    return warning(f"no target of {some(down)} answers ({found} up)", start) if down else ok(f"up: {found}")


def judge_partitions(wanted: Mapping[str, int], seen: Mapping[str, int]) -> Result:
    """Say whether all partitions are seen: each is exposed by the worker that owns it."""
    missing = [
        f"{topic} {seen.get(topic, 0)} of {count}" for topic, count in wanted.items() if seen.get(topic, 0) < count
    ]
    if missing:
        return failed(
            f"partitions that no scraped worker exposes: {some(missing)}",
            "list every worker in targets/worker.json beside prometheus.yml, by its DUNGHAN_METRICS_PORT",
        )
    return ok(f"all {sum(wanted.values())} partitions are in the metrics")


def judge_rules(loaded: list[LoadedGroup], formatted: Callable[[str], str]) -> Result:
    """Say whether the rules that come with the program are loaded, as they are, and can be evaluated."""
    shipped = shipped_groups()
    if missing := missing_groups(shipped, (group.name for group in loaded)):
        return failed(f"rule groups that are not loaded: {some(missing)}", _RELOAD)
    groups = {group.name: [rule.as_rule() for rule in group.rules] for group in loaded}
    if different := different_rules(shipped, groups, formatted):
        return failed(f"rules that differ from those of this version: {some(different)}", _RELOAD)
    if faults := [fault for group in loaded if group.name in shipped for fault in group.faults()]:
        return failed(f"rules that cannot be evaluated: {some(faults)}", "is Prometheus at least 2.42? See its log")
    return ok(f"{sum(map(len, shipped.values()))} rules in {len(shipped)} groups are those of this version")
