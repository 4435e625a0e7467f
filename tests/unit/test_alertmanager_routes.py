"""Who is told of which alert, and of which not because another says it all: Alertmanager's configuration as shipped."""

import pytest
import yaml

from alerts.alertmanager.names import ALERT_NAMES
from support.alertmanager import Labels, route_of, told
from support.tools import ALERTMANAGER, tool

CONFIG = yaml.safe_load(ALERTMANAGER.read_text())
AGENCY = {"team": "agency", "agency": "H42.17"}
DOSSIER = {**AGENCY, "scope": "dossier", "severity": "warning"}


def alert(name: str, **labels: str) -> dict[str, str]:
    return {"alertname": name, **labels}


def one_dossier(name: str, code: str = "H42.17-261124-0001", **labels: str) -> dict[str, str]:
    return {**DOSSIER, "alertname": name, "dossier": code, **labels}


OVERDUE = {**AGENCY, "alertname": "TthcDossiersOverdue", "severity": "warning"}
SILENT = {**AGENCY, "alertname": "TthcAgencySilent", "severity": "critical"}
STALLED = {"alertname": "TthcPipelineStalled", "severity": "critical", "team": "operations", "cause": "no_worker"}
BEHIND = {"alertname": "TthcPipelineBehind", "severity": "warning", "team": "operations", "cause": "queue"}
STALE = {"alertname": "TthcSourceStale", "severity": "warning", "team": "operations", "source": "/h42"}
REUSE = {"alertname": "TthcBottleneckReuse", "severity": "critical", "team": "province", "province": "H42"}
SINK = {"alertname": "TthcSinkFailing", "severity": "critical", "team": "operations", "sink": "alertmanager"}

RECEIVERS: list[tuple[Labels, str]] = [
    (OVERDUE, "agencies"),
    (OVERDUE | {"severity": "critical"}, "agencies"),
    (alert("TthcSyncMissing", **AGENCY, severity="critical"), "agencies"),
    (alert("TthcDossiersDueSoon", **AGENCY, severity="info"), "agencies"),
    (alert("TthcPetitionsOverdue", **AGENCY, violation="processing_missing"), "agencies"),
    (alert("TthcBottleneckReuse", **AGENCY, measure="reused"), "agencies"),
    (SILENT, "agencies"),
    (REUSE, "provinces"),
    (alert("TthcGroupScoreFalling", team="province", province="H42", group="TDGQ"), "provinces"),
    (alert("TthcDeadLetters", team="operations", severity="warning", reason="malformed"), "operations"),
    (STALLED, "operations"),
    (BEHIND, "operations"),
    (STALE, "operations"),
    (SINK, "operations"),
    (alert("TthcWatchdog", team="operations", severity="none"), "watchdog"),
    *((one_dossier(name), "dossiers") for name in ALERT_NAMES.values()),
    (one_dossier("TthcDossierUnsynced", severity="violation"), "dossiers"),
    ({**DOSSIER, "alertname": "TthcDossierOverdue", "collapsed": "true"}, "dossiers"),
    (one_dossier("TthcDossierOverdue", backfill="true"), "listed"),
    ({**DOSSIER, "alertname": "TthcDossierOverdue", "collapsed": "true", "backfill": "true"}, "listed"),
    (alert("SomethingElse"), "operations"),
    (alert("TthcOfNoAgency", team="agency"), "operations"),
]


@pytest.mark.parametrize(("labels", "receiver"), RECEIVERS)
def test_an_alert_goes_to_its_receiver(labels: Labels, receiver: str) -> None:
    pairs = [f"{name}={value}" for name, value in labels.items()]
    result = tool("amtool", "config", "routes", "test", "--config.file", ALERTMANAGER, *pairs)
    assert result.stdout.split() == [receiver], result.stderr
    assert route_of(labels, CONFIG)["receiver"] == receiver, "the tests' own reading of routes is another one"


def test_amtool_accepts_the_configuration() -> None:
    result = tool("amtool", "check-config", ALERTMANAGER)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("labels", "by"),
    [
        (OVERDUE, ["agency"]),
        (one_dossier("TthcDossierOverdue"), ["agency", "alertname"]),
        (one_dossier("TthcDossierOverdue", backfill="true"), ["agency", "alertname"]),
        (REUSE, ["province"]),
        (STALLED, ["alertname"]),
    ],
)
def test_alerts_are_gathered_by_whom_they_are_for(labels: Labels, by: list[str]) -> None:
    assert route_of(labels, CONFIG)["group_by"] == by


def test_no_receiver_sends_anything_off_the_machine_as_shipped() -> None:
    assert [sorted(receiver) for receiver in CONFIG["receivers"]] == [["name"]] * len(CONFIG["receivers"])


LATE, STEP = one_dossier("TthcDossierOverdue"), one_dossier("TthcDossierStepOverdue")
COUNTED = {**DOSSIER, "alertname": "TthcDossierOverdue", "collapsed": "true"}
CRITICAL = OVERDUE | {"severity": "critical"}
UNSYNCED = one_dossier("TthcDossierUnsynced", severity="critical")
OTHER_AGENCY = {"agency": "H42.18"}
OTHER_DOSSIER = {"dossier": "H42.17-261124-0002"}
BACKFILL = {"backfill": "true"}


@pytest.mark.parametrize(
    ("firing", "remaining"),
    [
        # an agency that does not use the system: its numbers are old
        ([OVERDUE, LATE, SILENT], [SILENT]),
        ([CRITICAL, OVERDUE, SILENT], [SILENT]),
        ([OVERDUE | OTHER_AGENCY, LATE | OTHER_AGENCY, SILENT], [OVERDUE | OTHER_AGENCY, LATE | OTHER_AGENCY, SILENT]),
        ([OVERDUE, STALE], [OVERDUE, STALE]),  # the one says nothing of the other
        ([REUSE, SILENT], [REUSE, SILENT]),
        # a monitor that does not follow the events
        ([OVERDUE, LATE, COUNTED, SILENT, REUSE, STALE, BEHIND, SINK, STALLED], [STALE, SINK, STALLED]),
        ([OVERDUE, LATE, REUSE, BEHIND], [OVERDUE, LATE, REUSE, BEHIND]),
        # critical says it all, but not of another dossier
        ([CRITICAL, OVERDUE], [CRITICAL]),
        ([CRITICAL, OVERDUE | OTHER_AGENCY], [CRITICAL, OVERDUE | OTHER_AGENCY]),
        ([UNSYNCED, UNSYNCED | OTHER_DOSSIER | {"severity": "warning"}],) * 2,
        # the agency's own alert calls, its dossiers' are listed
        ([CRITICAL, OVERDUE, LATE], [CRITICAL, LATE]),
        # one that counts stands for the single ones, but not for those of long ago, nor for others
        ([COUNTED], [COUNTED]),
        ([COUNTED, LATE], []),  # for the moment in which one replaces the other
        ([COUNTED | BACKFILL, LATE], [COUNTED | BACKFILL, LATE]),
        ([COUNTED, LATE | OTHER_AGENCY, UNSYNCED], [COUNTED, LATE | OTHER_AGENCY, UNSYNCED]),
        # a dossier late as a whole, and its step
        ([LATE, STEP, STEP | OTHER_DOSSIER], [LATE, STEP | OTHER_DOSSIER]),
        ([COUNTED, {**COUNTED, "alertname": "TthcDossierStepOverdue"}],) * 2,
    ],
)
def test_what_is_inhibited_is_not_told(firing: list[Labels], remaining: list[Labels]) -> None:
    assert told(firing, CONFIG) == remaining
