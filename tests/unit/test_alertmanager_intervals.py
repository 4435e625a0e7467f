"""When agencies are told: the generated hours are the working calendar's, whatever Alertmanager makes of them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from alerts.alertmanager_config.sections import MissingSectionError, rewritten, years_held
from builders import local
from config.calendar import Calendar, last_year_wanted, load_calendars, parse_document
from config.clock import SystemClock, local_date
from support.alertmanager import is_notified
from support.naive_calendar import LOCAL, NaiveOffice
from support.tools import ALERTMANAGER, tool

TEXT = ALERTMANAGER.read_text()
CONFIG = yaml.safe_load(TEXT)
SHIPPED = load_calendars().versions[-1]
AGENCY = {"alertname": "TthcDossiersOverdue", "team": "agency", "agency": "H42.17", "severity": "critical"}
DOSSIER = AGENCY | {"alertname": "TthcDossierOverdue", "scope": "dossier", "dossier": "H42.17-261124-0001"}
PROVINCE = {"alertname": "TthcBottleneckReuse", "team": "province", "province": "H42", "severity": "critical"}
DEAD_LETTERS = {"alertname": "TthcDeadLetters", "team": "operations", "severity": "warning"}
STALLED = {"alertname": "TthcPipelineStalled", "team": "operations", "severity": "critical"}
WATCHDOG = {"alertname": "TthcWatchdog", "team": "operations", "severity": "none"}

# An agency that works in the mornings, Saturday's too: as it would stand in offices.yaml.
OWN_HOURS = """
source: Regulation of the agency
effective_from: 2026-11-01
hours:
  default: {mon-fri: [07:00-11:30, 13:30-17:00]}
  H42.17: {mon-fri: [08:00-12:00], sat: [08:30-11:30]}
"""
OFFICES = "source: ours\neffective_from: 2026-11-01\nhours: {{default: {{{days}: [08:00-16:00]}}}}"


@pytest.fixture(scope="module")
def with_own_hours() -> Calendar:
    return load_calendars().with_documents([parse_document(OWN_HOURS, "offices.yaml")]).versions[-1]


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-25 06:59", False),
        ("2026-11-25 07:00", True),
        ("2026-11-25 11:29", True),
        ("2026-11-25 11:30", False),  # lunch
        ("2026-11-25 13:29", False),
        ("2026-11-25 13:30", True),
        ("2026-11-25 16:59", True),
        ("2026-11-25 17:00", False),
        ("2026-11-25 02:00", False),
        ("2026-11-28 09:00", False),  # Saturday
        ("2026-11-29 09:00", False),
        ("2026-11-24 09:00", False),  # a holiday on a Tuesday
        ("2026-01-02 09:00", False),  # off, in exchange for
        ("2026-01-10 09:00", True),  # this Saturday
        ("2026-01-10 12:00", False),
        ("2026-08-31 09:00", False),
        ("2026-08-22 15:00", True),
        ("2026-08-29 15:00", False),  # another Saturday of the month
        ("2026-02-13 09:00", True),  # the Friday before Tết
        ("2026-02-16 09:00", False),
        ("2026-02-20 09:00", False),
        ("2026-02-23 09:00", True),  # the Monday after it
        ("2027-02-08 09:00", False),
        ("2027-02-11 09:00", True),
    ],
)
def test_agencies_and_provinces_are_told_in_office_hours_only(at: str, *, open_: bool) -> None:
    for alert in (AGENCY, DOSSIER, PROVINCE, DEAD_LETTERS):
        assert is_notified(alert, local(at), CONFIG) is open_, alert


@pytest.mark.parametrize("at", ["2026-11-25 02:00", "2026-11-25 12:00", "2026-11-28 09:00", "2026-02-17 09:00"])
def test_what_is_critical_to_operations_is_told_at_any_hour_and_so_is_the_sign_of_life(at: str) -> None:
    assert is_notified(STALLED, local(at), CONFIG)
    assert is_notified(WATCHDOG, local(at), CONFIG)


@pytest.mark.parametrize("year", [2026, 2027])
def test_every_quarter_of_an_hour_of_a_year_is_as_in_the_calendar_written_by_hand(year: int) -> None:
    office, at, wrong = NaiveOffice(datetime(year, 1, 1, tzinfo=LOCAL)), datetime(year, 1, 1, tzinfo=LOCAL), []
    sessions = office.sessions(at)
    opening, closing = next(sessions)
    while at.year == year:
        if at >= closing:
            opening, closing = next(sessions)
        if is_notified(AGENCY, at, CONFIG) != (opening <= at < closing):
            wrong.append(at)
        at += timedelta(minutes=15)
    assert wrong == []


def test_the_committed_file_is_current() -> None:
    assert rewritten(TEXT, SHIPPED, years_held(TEXT)) == TEXT, "run: dunghan alertmanager write"


def test_the_committed_file_has_this_year_and_from_november_on_the_next() -> None:
    today = local_date(SystemClock().now())
    wanted = set(range(today.year, last_year_wanted(today) + 1))
    assert wanted <= set(years_held(TEXT)), "run: dunghan alertmanager write"


def test_an_agency_of_hours_of_its_own_is_told_in_these(with_own_hours: Calendar) -> None:
    config = yaml.safe_load(rewritten(TEXT, with_own_hours, (2026, 2027)))
    neighbour = {"agency": "H42.18"}
    times = ("2026-11-25 07:30", "2026-11-25 11:45", "2026-11-25 14:00", "2026-11-28 09:00", "2026-11-24 09:00")
    for alert in (AGENCY, DOSSIER):
        assert [is_notified(alert, local(at), config) for at in times] == [False, True, False, True, False]
        assert [is_notified(alert | neighbour, local(at), config) for at in times] == [True, False, True, False, False]


def test_a_day_worked_in_exchange_has_the_hours_of_the_offices_longest_day(with_own_hours: Calendar) -> None:
    config = yaml.safe_load(rewritten(TEXT, with_own_hours, (2026,)))
    times = ("2026-08-22 07:59", "2026-08-22 08:00", "2026-08-22 11:59", "2026-08-22 14:00")
    assert [is_notified(AGENCY, local(at), config) for at in times] == [False, True, True, False]


@pytest.mark.parametrize("days", ["mon-sun", "sat-sun", "fri-sun", "sun", "tue"])
def test_alertmanager_s_week_begins_on_sunday_and_any_week_of_an_office_can_be_said(days: str, tmp_path: Path) -> None:
    offices = parse_document(OFFICES.format(days=days), "offices.yaml")
    calendar = load_calendars().with_documents([offices]).versions[-1]
    file = tmp_path / "alertmanager.yml"
    file.write_text(rewritten(TEXT, calendar, (2026,)))
    result = tool("amtool", "check-config", file)
    assert result.returncode == 0, result.stderr
    config, office = yaml.safe_load(file.read_text()), calendar.working_time(None)
    week = [local("2026-11-02 09:00") + timedelta(days=day) for day in range(7)]
    assert [is_notified(AGENCY, at, config) for at in week] == [office.is_open(at) for at in week]


def test_amtool_accepts_the_file_with_offices_of_their_own_hours(with_own_hours: Calendar, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(rewritten(TEXT, with_own_hours, (2026, 2027)))
    result = tool("amtool", "check-config", file)
    assert result.returncode == 0, result.stderr
    route = ("agency=H42.17", "team=agency", "alertname=TthcDossiersOverdue")
    assert tool("amtool", "config", "routes", "test", "--config.file", file, *route).stdout.split() == ["agencies"]


def test_written_once_more_for_other_hours_nothing_is_left_of_the_first(with_own_hours: Calendar) -> None:
    changed = rewritten(TEXT, with_own_hours, (2026, 2027))
    assert changed != TEXT
    assert rewritten(changed, SHIPPED, years_held(TEXT)) == TEXT


def test_what_an_operator_wrote_outside_the_marks_stays() -> None:
    mine = TEXT.replace("  - name: provinces\n", "  - name: provinces\n    webhook_configs: [{url_file: /etc/hook}]\n")
    assert rewritten(mine, SHIPPED, years_held(mine)) == mine != TEXT


def test_a_section_that_was_taken_out_is_missed() -> None:
    with pytest.raises(MissingSectionError, match="working-time"):
        rewritten(TEXT.replace("# >>> working-time", "#"), SHIPPED, (2026,))
