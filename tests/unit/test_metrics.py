"""`/metrics`: names and labels as design.md, section 5, has them, and numbers as the dossiers stand."""

import re
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agents.activity import Activity
from agents.dossiers.processor import DossierProcessor
from alerts.prometheus.metrics import WorkerCollector, serve
from builders import DAY, HOUR, RULEBOOK, KafkaRecord, event, extended, local, milliseconds, portal, status
from config.clock import FixedClock
from dunghan.stack.ports import free_ports
from partition import Partition
from streams.chunk import Reach
from streams.events import AgencyHeartbeat, Petition, PetitionState
from support.alerts import say
from support.cases import step

AT = local("2026-11-02 08:00")  # a Monday
DUE = AT + 3 * DAY  # Thursday 08:00; the numbers are those of 09:00
NOON = local("2026-11-05 11:30")

EXPECTED: dict[str, tuple[str, set[str]]] = {
    "tthc_events": ("counter", {"type", "result"}),
    "tthc_event_lag_seconds": ("histogram", set()),
    "tthc_dossiers": ("gauge", {"agency", "state"}),
    "tthc_dossiers_overdue": ("gauge", {"agency", "age"}),
    "tthc_dossiers_due_soon": ("gauge", {"agency", "rung"}),
    "tthc_dossier_violations": ("gauge", {"agency", "violation"}),
    "tthc_oldest_overdue_timestamp_seconds": ("gauge", {"agency"}),
    "tthc_became_overdue": ("counter", {"agency"}),
    "tthc_alerts": ("counter", {"rule", "change"}),
    "tthc_sync_missing": ("gauge", {"agency", "severity"}),
    "tthc_sync_diverged": ("gauge", {"agency", "kind"}),
    "tthc_indicator_counts": ("gauge", {"agency", "count", "window"}),
    "tthc_sync_ack_seconds": ("histogram", set()),
    "tthc_source_last_event_timestamp_seconds": ("gauge", {"source"}),
    "tthc_dead_letters": ("counter", {"reason"}),
    "tthc_watermark_timestamp_seconds": ("gauge", {"topic", "partition"}),
    "tthc_partition_lag_records": ("gauge", {"topic", "partition"}),
    "tthc_partition_catching_up": ("gauge", {"topic", "partition"}),
    "tthc_unknown_fields": ("counter", set()),
    "tthc_view_failures": ("counter", set()),
    "tthc_procedure_violations": ("gauge", {"agency", "violation"}),
    "tthc_petition_violations": ("gauge", {"agency", "violation"}),
    "tthc_agency_totals_received": ("gauge", {"agency", "window"}),
    "tthc_agency_last_event_timestamp_seconds": ("gauge", {"agency"}),
    "tthc_agency_silent_after_timestamp_seconds": ("gauge", {"agency"}),
    "tthc_source_usual_gap_seconds": ("gauge", {"source"}),
    "tthc_source_stale_after_timestamp_seconds": ("gauge", {"source"}),
    "tthc_bottleneck_threshold": ("gauge", {"bottleneck", "measure", "bound"}),
    "tthc_bottleneck_minimum": ("gauge", {"bottleneck", "measure"}),
    "tthc_calendar_open": ("gauge", set()),
    "tthc_calendar_valid_until_timestamp_seconds": ("gauge", set()),
    "tthc_calendar_info": ("gauge", {"version"}),
    "tthc_build_info": ("gauge", {"version"}),
}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Exposed:
    """A worker of two partitions, as Prometheus sees it."""

    def __init__(self) -> None:
        self.activity = Activity()
        self.partitions = {number: Partition(AT, activity=self.activity) for number in (0, 1)}
        self.waiting = {0: 0, 1: 17}
        self.view_failures = 2
        self.clock = FixedClock(AT)
        self.collector = WorkerCollector(
            self.activity,
            {"dossier-events": self},
            law=lambda: RULEBOOK.at(self.clock.now()),
            clock=self.clock,
            view_failures=lambda: self.view_failures,
        )
        self.registry = CollectorRegistry()
        self.registry.register(self.collector)

    @property
    def serving(self) -> Mapping[int, DossierProcessor]:
        return {number: partition.processor for number, partition in self.partitions.items()}

    def behind(self, partition: int) -> int:
        return self.waiting[partition]

    @property
    def text(self) -> str:
        return generate_latest(self.registry).decode()

    @property
    def samples(self) -> Samples:
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get((name, frozenset(labels.items())))


@pytest.fixture
def exposed() -> Exposed:
    """Return a worker that has seen something of every kind."""
    found = Exposed()
    first, second = found.partitions[0], found.partitions[1]
    first.tell(
        status(AT, 2, due_at=DUE),
        status(AT, 2, code="D-2", due_at=NOON),
        status(AT, 9, code="D-3"),
        portal(AT + HOUR, code="D-3"),
        timestamp=milliseconds(AT + HOUR),
    )
    second.tell(status(AT, 2, code="D-4", due_at=DUE - DAY), status(AT, 2, code="D-5", agency="H42.18"))
    second.tell(
        event(AT, AgencyHeartbeat(), "H42.17"),
        event(AT, Petition(agency="H42.17", state=PetitionState.RECEIVED), "PA-1"),
    )
    second.take([KafkaRecord(b"?", 9)])
    first.advance(DUE + HOUR)
    second.advance(DUE + HOUR, reach=Reach.BEHIND)
    say(first)
    return found


def test_names_types_and_labels_are_those_of_the_design(exposed: Exposed) -> None:
    families = {family.name: family for family in text_string_to_metric_families(exposed.text)}

    assert {name: family.type for name, family in families.items()} == {
        name: kind for name, (kind, _) in EXPECTED.items()
    }
    for name, family in families.items():
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == EXPECTED[name][1], sample


def test_no_dossier_and_no_procedure_is_in_the_text(exposed: Exposed) -> None:
    assert not re.search(r"D-\d|H42\.17-|1\.000656", exposed.text)


def test_promtool_finds_nothing_to_mend(exposed: Exposed) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    result = subprocess.run(
        ["promtool", "check", "metrics"], input=exposed.text, capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_the_numbers_are_sums_over_the_partitions_served(exposed: Exposed) -> None:
    assert exposed.value("tthc_dossiers", agency="H42.17", state="received") == 3
    assert exposed.value("tthc_dossiers", agency="H42.17", state="finished_undated") == 1
    assert exposed.value("tthc_dossiers", agency="H42.18", state="received") == 1
    assert exposed.value("tthc_dossiers_overdue", agency="H42.17", age="le_1d") == 1
    assert exposed.value("tthc_oldest_overdue_timestamp_seconds", agency="H42.17") == DUE.timestamp()
    assert exposed.value("tthc_became_overdue_total", agency="H42.17") == 1
    assert exposed.value("tthc_became_overdue_total", agency="H42.18") == 0  # the first one is seen as an increase
    assert exposed.value("tthc_alerts_total", rule="processing-deadline", change="raised") == 1
    # Of the second partition, which catches up, nothing is late yet.
    assert exposed.value("tthc_sync_missing", agency="H42.17", severity="violation") == 2
    assert exposed.value("tthc_dossiers_due_soon", agency="H42.17", rung="4wh") == 1  # 2.5 h are left
    assert exposed.value("tthc_dossier_violations", agency="H42.17", violation="apology_missing") == 1


def test_a_dossier_is_on_one_rung_and_breaks_as_many_rules_as_it_does(exposed: Exposed) -> None:
    told = status(AT, 4, code="D-6", step=step(AT + HOUR), due_at=DUE - DAY)
    exposed.partitions[0].tell(told, extended(AT, DUE - DAY, code="D-6"), extended(AT + HOUR, DUE, code="D-6"))
    exposed.partitions[0].settle(DUE + HOUR)

    names = ("apology_missing", "second_extension", "step_overdue")
    broken = {name: exposed.value("tthc_dossier_violations", agency="H42.17", violation=name) for name in names}
    assert broken == {"apology_missing": 2, "second_extension": 1, "step_overdue": 1}
    rungs = {key: value for key, value in exposed.samples.items() if key[0] == "tthc_dossiers_due_soon"}
    assert list(rungs.values()) == [1]


def test_the_working_calendar_in_force_is_told(exposed: Exposed) -> None:
    opened = []
    for text in ("2026-11-02 08:00", "2026-11-02 12:00", "2026-11-08 08:00"):  # in office hours, at noon, on a Sunday
        exposed.clock.set(local(text))
        opened.append(exposed.value("tthc_calendar_open"))

    assert opened == [1, 0, 0]
    valid_until = exposed.value("tthc_calendar_valid_until_timestamp_seconds")
    assert valid_until == RULEBOOK.calendars.at(AT).valid_until.timestamp()
    assert exposed.value("tthc_calendar_info", version=RULEBOOK.at(AT).calendar.id) == 1


def test_the_oldest_overdue_of_all_partitions_is_the_oldest(exposed: Exposed) -> None:
    exposed.partitions[1].advance(DUE + HOUR)
    oldest = [exposed.value("tthc_oldest_overdue_timestamp_seconds", agency="H42.17")]
    exposed.partitions = dict(reversed(exposed.partitions.items()))
    oldest.append(exposed.value("tthc_oldest_overdue_timestamp_seconds", agency="H42.17"))

    assert oldest == [(DUE - DAY).timestamp()] * 2


def test_what_the_worker_did_is_counted(exposed: Exposed) -> None:
    kind = "vn.tthc.dossier.status.v1"
    assert exposed.value("tthc_events_total", type=kind, result="applied") == 5
    assert exposed.value("tthc_events_total", type="unknown", result="rejected") == 1
    assert exposed.value("tthc_dead_letters_total", reason="malformed") == 1
    assert exposed.value("tthc_dead_letters_total", reason="wrong_topic") == 1
    assert exposed.value("tthc_event_lag_seconds_count") == 4
    assert exposed.value("tthc_sync_ack_seconds_sum") == 3600
    assert exposed.value("tthc_source_last_event_timestamp_seconds", source="/test") == (AT + HOUR).timestamp()
    assert exposed.value("tthc_view_failures_total") == 2
    assert exposed.value("tthc_unknown_fields_total") == 0


def test_each_partition_says_how_far_it_is(exposed: Exposed) -> None:
    watermark = exposed.value("tthc_watermark_timestamp_seconds", topic="dossier-events", partition="0")
    assert watermark == (AT + HOUR).timestamp()
    assert exposed.value("tthc_partition_lag_records", topic="dossier-events", partition="1") == 17
    assert exposed.value("tthc_partition_catching_up", topic="dossier-events", partition="0") == 0
    assert exposed.value("tthc_partition_catching_up", topic="dossier-events", partition="1") == 1


def test_a_histogram_counts_upwards_to_all(exposed: Exposed) -> None:
    buckets = [value for (name, _), value in exposed.samples.items() if name == "tthc_event_lag_seconds_bucket"]

    assert sorted(buckets) == buckets
    assert buckets[-1] == exposed.value("tthc_event_lag_seconds_count")
    assert exposed.value("tthc_event_lag_seconds_bucket", le="+Inf") == buckets[-1]


def test_counters_stay_and_gauges_go_when_a_partition_leaves(exposed: Exposed) -> None:
    before = exposed.samples
    del exposed.partitions[1]
    after = exposed.samples

    counters = {key: value for key, value in before.items() if key[0].endswith(("_total", "_count", "_sum", "_bucket"))}
    assert {key: after[key] for key in counters} == counters
    assert exposed.value("tthc_dossiers", agency="H42.18", state="received") is None
    assert exposed.value("tthc_partition_lag_records", topic="dossier-events", partition="1") is None
    assert exposed.value("tthc_dossiers", agency="H42.17", state="received") == 2


def test_a_worker_that_serves_nothing_still_exposes_what_it_did() -> None:
    exposed = Exposed()
    exposed.partitions.clear()

    names = {name for name, _ in exposed.samples}
    assert "tthc_build_info" in names
    assert "tthc_unknown_fields_total" in names


def test_metrics_are_served_on_the_address_given_until_stopped(exposed: Exposed) -> None:
    (port,) = free_ports(1)
    stop = serve(exposed.collector, "127.0.0.1", port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    finally:
        stop()

    assert "tthc_dossiers_overdue{" in text
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5)
