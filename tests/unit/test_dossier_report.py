"""The numbers of an agency and the alerts, as `dunghan evaluate` prints them."""

from agents.dossiers.report import AgencyReport, agency_reports, alerts
from agents.dossiers.standing import Violation
from builders import DAY, HOUR, MINUTE, extended, local, portal, status
from streams.events import Event
from support.cases import apology, standing, step

RECEIVED = local("2026-11-02 08:00")  # a Monday
DUE = local("2026-11-10 17:00")  # the Tuesday after next


def open_dossier(*events: Event) -> tuple[Event, ...]:
    """Return a received dossier with an appointment, whose every status the portal knows at once."""
    said = (status(RECEIVED, 2, due_at=DUE), *events)
    return (*said, *(portal(one.at) for one in said))


def test_an_agency_report_counts_each_dossier_where_it_belongs() -> None:
    at = DUE + 2 * HOUR
    standings = [
        standing(at, *open_dossier()),
        standing(at, *open_dossier(status(DUE, 5))),
        standing(at, *open_dossier(status(DUE, 9))),
        standing(at, status(at - HOUR, 3)),
        standing(at, status(RECEIVED, 1), status(RECEIVED + HOUR, 8)),
        standing(at, status(RECEIVED, 2), status(RECEIVED + HOUR, 7)),
    ]
    reports = agency_reports([(one.contribution, 1) for one in standings] + [(standings[0].contribution, 2)])

    report = reports["H42.17"]
    assert (report.received, report.open, report.suspended, report.overdue_open) == (6, 4, 1, 3)
    assert (report.finished_on_time, report.refused, report.stopped, report.withdrawn) == (1, 1, 1, 1)
    assert report.missing_sync == 3  # the refused, the stopped and the withdrawn one were never told to the portal


def test_an_agency_report_counts_what_is_due_soon_and_every_rule_broken() -> None:
    at = DUE - HOUR
    standings = [
        standing(at, *open_dossier()),  # of the last four hours
        standing(at, status(RECEIVED, 1, channel=2)),
        standing(at, status(RECEIVED, 4, step=step(DUE - DAY))),
        standing(at, status(RECEIVED, 4, due_at=at - DAY), apology(at - HOUR)),
        standing(at, status(RECEIVED, 4, due_at=at - DAY)),
        standing(at, status(RECEIVED, 4), extended(RECEIVED, at + 9 * DAY), extended(at - DAY, at + 19 * DAY)),
    ]
    report = agency_reports([(one.contribution, 1) for one in standings])["H42.17"]

    assert (report.due_soon, report.acceptance_overdue, report.step_overdue) == (1, 1, 1)
    assert (report.apology_late, report.apology_missing, report.second_extension) == (1, 1, 1)
    assert report.overdue_open == 2


def test_every_rule_that_can_be_broken_has_a_number_in_the_report() -> None:
    assert set(Violation) <= set(AgencyReport.__struct_fields__)


def test_alerts_name_the_rule_broken_and_since_when() -> None:
    at = DUE + HOUR  # 18:00, after closing
    late, unknown = standing(at, *open_dossier()), standing(at, status(at - 11 * MINUTE, 2))
    soon = standing(at, status(RECEIVED, 2, due_at=local("2026-11-11 09:00")), portal(RECEIVED))

    found = alerts([("B", unknown), ("A", late), ("C", None), ("D", soon)])
    assert [(one.rule, one.subject, one.raised_at, one.severity) for one in found] == [
        ("apology", "A", DUE, "warning"),
        # 2 h are left on Wednesday, and 2 of the 4 h on Tuesday: since 15:00.
        ("due-soon", "D", local("2026-11-10 15:00"), "info"),
        ("processing-deadline", "A", DUE, "warning"),
        ("sync-missing", "B", at - MINUTE, "warning"),
    ]
    assert {one.agency for one in found} == {"H42.17"}
