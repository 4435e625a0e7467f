"""What the doctor says of what Redis, Prometheus, the clocks, the calendar and the disk show."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.redis.index import Completeness
from config.calendar import load_calendars
from config.settings import Settings
from dunghan.doctor import Verdict
from dunghan.doctor.clocks import judge_skews, proven_skew
from dunghan.doctor.local import judge_calendar, judge_disk, settings_check
from dunghan.doctor.prometheus import expected_jobs, judge_partitions, judge_targets
from dunghan.doctor.redis import judge_counts, judge_view

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
GIB = 1024**3


def second(count: float) -> timedelta:
    return timedelta(seconds=count)


def complete(**changes: object) -> Completeness:
    usual: dict[str, object] = {
        "as_of": AT - second(10),
        "judged_at": AT,
        "expected": 10,
        "present": 10,
        "missing": (),
        "catching_up": (),
        "waiting": 0,
    }
    return Completeness(**(usual | changes))  # type: ignore[arg-type]


def test_every_partition_of_the_view_has_been_written() -> None:
    assert judge_view({0: "a", 1: "b"}).verdict is Verdict.OK
    assert judge_view({0: "a", 1: "b:writing"}).verdict is Verdict.WARNING
    found = judge_view({0: None, 1: "b:writing"})
    assert (found.verdict, found.found) == (Verdict.FAILED, "partitions that nobody has written: 0")


@pytest.mark.parametrize(
    ("changes", "verdict", "says"),
    [
        ({}, Verdict.OK, "counts of 10 partitions, 10 s old"),
        ({"as_of": AT - second(61)}, Verdict.FAILED, "counts are 61 s old"),
        ({"as_of": None}, Verdict.FAILED, "counts are of no instant"),
        ({"present": 9, "missing": ("dossier-events/3",)}, Verdict.FAILED, "counts of 9 of 10 partitions"),
        ({"catching_up": ("dossier-events/3",), "waiting": 7}, Verdict.WARNING, "7 records wait"),
    ],
)
def test_counts_are_judged_by_age_and_completeness(changes: dict[str, object], verdict: Verdict, says: str) -> None:
    found = judge_counts(complete(**changes), AT)
    assert found.verdict is verdict
    assert says in found.found


def test_of_the_places_where_workers_may_be_one_has_to_answer() -> None:
    found = judge_targets(["dunghan-worker"], {"dunghan-worker": ["up", "down", "down"], "other": ["down"]})
    assert (found.verdict, found.found) == (Verdict.OK, "up: dunghan-worker 1 of 3")


def test_a_job_without_any_target_that_answers_is_named_with_what_to_start() -> None:
    found = judge_targets(
        ["dunghan-worker", "dunghan-deliver"], {"dunghan-worker": ["up"], "dunghan-deliver": ["down"]}
    )
    assert found.verdict is Verdict.FAILED
    assert "no target of dunghan-deliver answers" in found.found
    assert found.remedy.endswith("dunghan deliver")


def test_a_job_that_may_be_down_by_choice_is_a_warning_and_one_that_is_not_known_a_failure() -> None:
    assert judge_targets(["dunghan-extra"], {"dunghan-extra": ["down"]}).verdict is Verdict.WARNING
    assert judge_targets(["dunghan-extra"], {}).verdict is Verdict.FAILED


def test_the_jobs_of_the_shipped_configuration_are_expected() -> None:
    assert "dunghan-worker" in expected_jobs()


def test_a_partition_that_is_in_no_metrics_is_missed() -> None:
    assert judge_partitions({"a": 8, "b": 1}, {"a": 8, "b": 1, "another-app": 3}).verdict is Verdict.OK
    found = judge_partitions({"a": 8, "b": 1}, {"a": 7})
    assert (found.verdict, found.found) == (
        Verdict.FAILED,
        "partitions that no scraped worker exposes: a 7 of 8, b 0 of 1",
    )


@pytest.mark.parametrize(
    ("shown", "tick", "proven"),
    [
        (AT + second(1), 0, 0),  # within the time that asking took
        (AT - second(0.5), 1, 0),  # its fraction may make up for it
        (AT - second(3.5), 1, -2.5),
        (AT + second(12), 1, 10),
        (AT + second(12), 0, 10),
    ],
)
def test_only_what_a_reading_proves_is_called_a_skew(shown: datetime, tick: float, proven: float) -> None:
    assert proven_skew(AT, shown, AT + second(2), second(tick)) == second(proven)


@pytest.mark.parametrize(
    ("skew", "verdict"),
    [(0, Verdict.OK), (-2, Verdict.OK), (2.5, Verdict.WARNING), (-29, Verdict.WARNING), (-31, Verdict.FAILED)],
)
def test_the_worst_clock_is_judged(skew: float, verdict: Verdict) -> None:
    found = judge_skews({"Redis": second(0), "Prometheus": second(skew)})
    assert found.verdict is verdict
    assert ("Prometheus is at least" in found.found) == (verdict is not Verdict.OK)
    assert ("behind ours" in found.found) == (verdict is not Verdict.OK and skew < 0)


def test_without_any_clock_to_compare_nothing_is_said() -> None:
    assert judge_skews({}).verdict is Verdict.SKIPPED


def test_the_calendar_needs_next_years_document_from_november_on(tmp_path: Path) -> None:
    (tmp_path / "offices.yaml").write_text(
        "source: test\neffective_from: 2000-01-01\nhours: {default: {mon-fri: [07:00-11:30, 13:30-17:00]}}\n"
    )
    (tmp_path / "2026.yaml").write_text(
        "year: 2026\nsource: test\ndecided_on: 2025-12-01\neffective_from: 2026-01-01\n"
    )
    calendars = load_calendars(tmp_path)
    october, november, after = (datetime(*day, tzinfo=UTC) for day in ((2026, 10, 30), (2026, 11, 2), (2027, 1, 2)))
    assert judge_calendar(calendars, october).verdict is Verdict.OK
    found = judge_calendar(calendars, november)
    assert found.verdict is Verdict.WARNING
    assert "2027 is missing" in found.found
    assert judge_calendar(calendars, after).verdict is Verdict.FAILED


def test_a_year_that_is_not_decided_is_named_and_becomes_a_warning_a_month_before_it() -> None:
    shipped = load_calendars()
    found = judge_calendar(shipped, AT)
    assert (found.verdict, found.found) == (Verdict.OK, "valid until 2028-01-01, not decided yet: 2027")
    assert judge_calendar(shipped, datetime(2026, 12, 2, tzinfo=UTC)).verdict is Verdict.WARNING


def test_room_for_one_segment_of_kafka_is_too_little(tmp_path: Path) -> None:
    assert judge_disk(tmp_path, 6 * GIB).verdict is Verdict.OK
    assert judge_disk(tmp_path, 3 * GIB).verdict is Verdict.WARNING
    assert judge_disk(tmp_path, GIB // 2).verdict is Verdict.FAILED


def test_settings_are_named_and_their_values_never_told() -> None:
    given = {"DUNGHAN_REDIS": "redis://:hush@127.0.0.1/0", "HOME": "/root"}
    assert settings_check(Settings(), given).found == "set: DUNGHAN_REDIS"
    assert settings_check(Settings(), {}).verdict is Verdict.OK
    found = settings_check(Settings(kafka_security_protocol="SASL_PLAINTEXT"), {})
    assert found.verdict is Verdict.WARNING
    assert "unencrypted" in found.found
