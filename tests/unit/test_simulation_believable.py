"""The province is believable: most of it is fine, and each bottleneck has its agency."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from agents.dossiers.report import AgencyReport, agency_reports
from config.rulebook import load_rulebook
from dunghan.evaluation import Evaluation
from streams.decode import Line, decode
from streams.events import DossierExtended, DossierStatus, Event, LimitUnit, Status
from streams.simulate import Config, Province

UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)
PATCHY = ("H42.06", "H42.12")


@pytest.fixture(scope="module")
def told() -> list[bytes]:
    return [event.value for event in Province(Config(until=UNTIL)).events()]


@pytest.fixture(scope="module")
def said(told: list[bytes]) -> dict[str, Event]:
    """What was said, once each."""
    return {event.id: event for value in told for event in decode(Line(value)).events}


@pytest.fixture(scope="module")
def reports(told: list[bytes]) -> dict[str, AgencyReport]:
    evaluation = Evaluation(UNTIL, load_rulebook())
    evaluation.read("simulated", told)
    evaluation.finish()
    return dict(agency_reports(evaluation.processor.tally.contributions.items()))


def test_every_agency_takes_part(reports: dict[str, AgencyReport]) -> None:
    assert sorted(reports) == [f"H42.{number:02d}" for number in range(1, 13)]


def test_most_dossiers_are_finished_in_time(reports: dict[str, AgencyReport]) -> None:
    in_time = sum(report.finished_early + report.finished_on_time for report in reports.values())
    late = sum(report.finished_late for report in reports.values())
    assert 0.01 < late / (late + in_time) < 0.1


def test_some_open_dossiers_are_overdue_and_most_are_not(reports: dict[str, AgencyReport]) -> None:
    overdue = {agency: report.overdue_open for agency, report in reports.items()}
    assert 0 < sum(overdue.values()) < 0.1 * sum(report.open for report in reports.values())
    assert overdue["H42.05"] > 3  # slow
    assert overdue["H42.09"] > 3  # silent: what it has finished nobody knows


def test_a_handful_of_agencies_miss_most_of_the_syncs(reports: dict[str, AgencyReport]) -> None:
    missing = {agency: report.missing_sync for agency, report in reports.items()}
    assert sum(missing[agency] for agency in PATCHY) > 0.7 * sum(missing.values())
    assert sum(count > 20 for count in missing.values()) == len(PATCHY)


def test_dossiers_wait_for_citizens_and_end_in_other_ways_too(reports: dict[str, AgencyReport]) -> None:
    for count in ("suspended", "refused", "withdrawn", "stopped"):
        total = sum(getattr(report, count) for report in reports.values())
        assert 0 < total < 0.05 * sum(report.received for report in reports.values())


@pytest.mark.parametrize(
    "count", ["acceptance_overdue", "step_overdue", "apology_missing", "apology_late", "second_extension"]
)
def test_each_duty_is_neglected_here_and_there(reports: dict[str, AgencyReport], count: str) -> None:
    total = sum(getattr(report, count) for report in reports.values())
    assert 0 < total < 0.05 * sum(report.received for report in reports.values())


def test_some_dossiers_are_due_soon(reports: dict[str, AgencyReport]) -> None:
    assert 0 < sum(report.due_soon for report in reports.values()) < 0.2 * sum(one.open for one in reports.values())


def test_some_procedures_promise_only_a_limit_in_each_unit(said: dict[str, Event]) -> None:
    receptions = [event.data for event in said.values() if isinstance(event.data, DossierStatus) and event.data.limit]
    undated = Counter(data.limit.unit for data in receptions if data.limit and data.due_at is None)
    assert undated.keys() == set(LimitUnit)
    assert 0.05 < undated.total() / len(receptions) < 0.4


def test_few_dossiers_are_asked_for_papers_again_or_given_a_second_new_date(said: dict[str, Event]) -> None:
    asked = {
        (event.subject, event.at)
        for event in said.values()
        if isinstance(event.data, DossierStatus) and event.data.status is Status.SUPPLEMENT_REQUESTED
    }
    extended = {(event.subject, event.at) for event in said.values() if isinstance(event.data, DossierExtended)}
    for times in (Counter(code for code, _ in asked), Counter(code for code, _ in extended)):
        assert 0 < sum(number > 1 for number in times.values()) < 0.2 * len(times)
