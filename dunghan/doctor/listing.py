"""All checks, in the order in which they are shown: what others stand on comes first."""

from collections.abc import Mapping
from pathlib import Path

from config.clock import Clock
from config.settings import Settings
from dunghan.doctor.alertmanager import AlertmanagerChecks
from dunghan.doctor.api import ApiChecks
from dunghan.doctor.checks import Check, Patient
from dunghan.doctor.clocks import clocks
from dunghan.doctor.grafana import GrafanaChecks
from dunghan.doctor.kafka import KafkaChecks
from dunghan.doctor.local import calendar, disk, policy, settings_check
from dunghan.doctor.prometheus import PrometheusChecks
from dunghan.doctor.redis import RedisChecks


def patients(settings: Settings, clock: Clock, environment: Mapping[str, str], stack_folder: Path) -> list[Patient]:
    """Return the checks of every service."""
    kafka, redis = KafkaChecks(settings, clock), RedisChecks(settings, clock)
    prometheus, alertmanager = PrometheusChecks(settings), AlertmanagerChecks(settings, clock)
    grafana, api = GrafanaChecks(settings), ApiChecks(settings)
    return [
        [
            Check("settings", lambda: settings_check(settings, environment)),
            Check("policy", lambda: policy(settings, clock)),
            Check("disk", lambda: disk(stack_folder)),
        ],
        [Check("calendar", lambda: calendar(settings, clock))],
        [Check("clock", lambda: clocks(settings, clock))],
        [
            Check("kafka.reachable", kafka.reachable),
            Check("kafka.topics", kafka.topics, "kafka.reachable"),
            Check("kafka.topic-settings", kafka.topic_settings, "kafka.topics"),
            Check("kafka.group", kafka.group, "kafka.reachable"),
            Check("kafka.lag", kafka.lag, "kafka.topics"),
            Check("kafka.timestamps", kafka.timestamps, "kafka.topics"),
        ],
        [
            Check("redis.reachable", redis.reachable),
            Check("redis.view", redis.view, "redis.reachable"),
            Check("redis.counts", redis.counts, "redis.reachable"),
        ],
        [
            Check("prometheus.reachable", prometheus.reachable),
            Check("prometheus.targets", prometheus.targets, "prometheus.reachable"),
            Check("prometheus.partitions", prometheus.partitions, "prometheus.reachable"),
            Check("prometheus.rules", prometheus.rules, "prometheus.reachable"),
            Check("prometheus.alertmanager", prometheus.alertmanager, "prometheus.reachable"),
        ],
        [
            Check("alertmanager.reachable", alertmanager.reachable),
            Check("alertmanager.config", alertmanager.config, "alertmanager.reachable"),
            Check("alertmanager.watchdog", alertmanager.watchdog, "alertmanager.reachable"),
        ],
        [
            Check("grafana.reachable", grafana.reachable),
            Check("grafana.datasource", grafana.datasource, "grafana.reachable"),
            Check("grafana.dashboards", grafana.dashboards, "grafana.reachable"),
        ],
        [
            Check("api.health", api.health),
            Check("api.ready", api.ready, "api.health"),
        ],
    ]
