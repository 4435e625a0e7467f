"""The dated policy: read with care, and refused where it could not be obeyed."""

from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import MICROSECOND, local, policy, sync_limit
from config import alert_rules
from config.bottlenecks import MEASURES, Bottleneck, Bound
from config.policy import ByIssuer, PetitionLimits, Policies, PolicyError, Rung, SecondSupplement, SourceSilence
from config.policy_file import DEFAULT_FILE, load_policies
from config.spans import span

VERSION: dict[str, Any] = {
    "effective_from": "2026-01-01",
    "source": "a decision",
    "sync_limits": {
        "default": {"warning": "10m", "critical": "2wh", "violation": "closing"},
        "H42.17": {"warning": "1h", "critical": "4wh", "violation": "1wd"},
    },
    "overdue_ages": ["1d", "3d"],
    "acceptance": "8wh",
    "due_soon": ["75%", "1wd", "2h"],
    "apology_before": "1d",
    "clock_stops_at": [5],
    "second_supplement": "late",
    "petitions": {"refuse": "2wd", "ask_back": "5wd", "process": "15wd", "publish": "2wd"},
    "announcement_before": {"province": "5wd", "ministry": "20wd"},
    "publication_within": {"province": "5wd", "ministry": "10wd"},
    "procedure_history": "90d",
    "agency_silent_after": "3wd",
    "source_stale": {"factor": 2.5, "at_least": "2wh", "at_most": "1wd"},
    "bottlenecks": {
        "judged_from": {"procedures": 1, "dossiers": 20, "agencies": 7},
        "limits": {
            bottleneck.value: {one.name: "12.5%" for one in MEASURES if one.bottleneck is bottleneck}
            for bottleneck in Bottleneck
        },
    },
    "watermark_slack": "1d",
    "live_within": "1h",
}


def written(tmp_path: Path, *versions: dict[str, Any]) -> Path:
    file = tmp_path / "policy.yaml"
    text = yaml.safe_dump({"versions": list(versions)}).replace("'", "")  # dates as an operator writes them
    file.write_text(text)
    return file


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the version with another value at `path`; None leaves the field out."""
    version = deepcopy(VERSION)
    *tables, field = path.split("/")
    table = version
    for name in tables:
        table = table[name]
    if value is None:
        del table[field]
    else:
        table[field] = value
    return version


def refusal(file: Path) -> str:
    with pytest.raises(PolicyError) as raised:
        load_policies(file)
    message = str(raised.value)
    assert message.startswith(f"{file}: ")
    assert "\n" not in message
    return message


# -- what it says -----------------------------------------------------------------------------------------------------


def test_the_policy_that_comes_with_the_program_has_the_documented_limits() -> None:
    shipped = load_policies().at(local("2026-11-24 08:00"))

    assert shipped.sync_limit("H42.17") == sync_limit("10m", "2wh", "closing")
    assert shipped.acceptance == span("8wh")
    assert [rung.name for rung in shipped.due_soon] == ["75%", "1wd", "4wh"]
    assert shipped.apology_before == span("1d")
    assert (shipped.clock_stops_at, shipped.second_supplement) == ({5}, SecondSupplement.LATE)
    assert shipped.petitions == PetitionLimits(span("2wd"), span("5wd"), span("15wd"), span("2wd"))
    assert shipped.announcement_before == ByIssuer(province=span("5wd"), ministry=span("20wd"))
    assert shipped.publication_within == ByIssuer(province=span("5wd"), ministry=span("10wd"))
    assert shipped.procedure_history == timedelta(days=90)
    assert shipped.settled_after is None
    assert shipped.agency_silent_after == span("2wd")
    assert shipped.source_stale == SourceSilence(3, span("1wh"), span("2wd"))
    assert {one.name: shipped.bottlenecks.share(one) for one in MEASURES if one.bound is Bound.AT_LEAST} == {
        "payable_online": 0.8,
        "paid_online": 0.5,
        "reused": 0.05,
        "filed_online": 0.5,
    }
    assert shipped.alerts == alert_rules.DEFAULT == alert_rules.CAN_ALERT - {"due-soon"}
    assert shipped.source
    assert load_policies(DEFAULT_FILE).at(local("1999-01-01")) == shipped  # also before its first version


def test_a_policy_file_says_what_it_says(tmp_path: Path) -> None:
    found = load_policies(written(tmp_path, VERSION)).at(local("2026-02-01"))

    assert (found.effective_from, found.day) == (local("2026-01-01 00:00"), "2026-01-01")
    assert found.sync_limit("H42.17") == sync_limit("1h", "4wh", "1wd")
    assert found.sync_limit("H42.18") == sync_limit("10m", "2wh", "closing")
    assert found.overdue_ages == (timedelta(days=1), timedelta(days=3))
    assert found.due_soon == (
        Rung("75%", share=0.75),
        Rung("1wd", left=span("1wd")),
        Rung("2h", left=span("2h")),
    )
    assert found.agency_silent_after == span("3wd")
    assert found.source_stale == SourceSilence(2.5, span("2wh"), span("1wd"))
    assert {found.bottlenecks.share(one) for one in MEASURES} == {0.125}
    assert {one.of.value: found.bottlenecks.minimum(one) for one in MEASURES} == VERSION["bottlenecks"]["judged_from"]
    assert (found.watermark_slack, found.live_within) == (timedelta(days=1), timedelta(hours=1))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("due_soon", []),  # nobody wants to be reminded
        ("apology_before", "0d"),  # on time until the deadline itself
        ("watermark_slack", "0s"),
        ("sync_limits/default", {"warning": "0s", "critical": "1h", "violation": "2h"}),
        ("clock_stops_at", []),
        ("clock_stops_at", [5, 6]),
        ("second_supplement", "clock_stops"),
        ("acceptance", "10000wd"),
        ("alerts", []),  # nobody wants to be told of single dossiers
        ("alerts", ["due-soon"]),
        ("source_stale/factor", 1),
        ("source_stale/at_least", "1wd"),
        ("bottlenecks/limits/overdue/late", "0%"),  # whatever is late is told
        ("bottlenecks/limits/online_payment/payable_online", "100%"),
    ],
)
def test_what_is_unusual_but_can_be_obeyed_is_accepted(tmp_path: Path, path: str, value: object) -> None:
    load_policies(written(tmp_path, changed(path, value)))


def test_a_version_is_in_force_from_midnight_in_viet_nam() -> None:
    policies = Policies([policy("2026-07-01", source="new"), policy("2026-01-01", source="old")])
    change = local("2026-07-01 00:00")

    assert policies.at(change - MICROSECOND).source == "old"
    assert policies.at(change).source == "new"
    assert policies.at(local("2025-01-01")).source == "old"


# -- what is refused --------------------------------------------------------------------------------------------------

NEVER = [
    # What can never happen, or would never end.
    ("overdue_ages", ["0d", "1d"], "overdue_ages: 0d is no time at all"),
    ("overdue_ages", ["3d", "1d"], "overdue_ages: write at least one, in rising order"),
    ("overdue_ages", ["1d", "24h"], "overdue_ages: write at least one, in rising order, each once"),
    ("overdue_ages", [], "overdue_ages: write at least one"),
    ("acceptance", "0wh", "acceptance: 0wh is no time at all"),
    ("due_soon", ["100%"], "due_soon: 100%: a rung lies between 1% and 99%"),
    ("due_soon", ["0%"], "due_soon: 0%: a rung lies between 1% and 99%"),
    ("due_soon", ["0wh"], "due_soon: 0wh is no time at all"),
    ("due_soon", ["4wh", "4wh"], "due_soon: write each rung once"),
    ("due_soon", ["8wh", "75%", "1wd"], "due_soon: write each rung once (1wd is 8wh)"),
    ("due_soon", ["75%", "075%"], "due_soon: write each rung once"),
    ("clock_stops_at", [5, 4], "clock_stops_at: status 4 may not stop the clock: it would stand still for ever"),
    ("clock_stops_at", [9], "clock_stops_at: status 9"),
    ("clock_stops_at", [11], "clock_stops_at: status 11"),
    ("petitions/process", "0wd", "petitions.process: 0wd is no time at all"),
    ("announcement_before/ministry", "0d", "announcement_before.ministry: 0d is no time at all"),
    ("publication_within/province", "0d", "publication_within.province: 0d is no time at all"),
    ("agency_silent_after", "0wd", "agency_silent_after: 0wd is no time at all"),
    ("source_stale/factor", 0.5, "source_stale: factor: 0.5 is not between 1 and 100"),
    ("source_stale/factor", 101, "source_stale: factor: 101 is not between 1 and 100"),
    ("source_stale/at_least", "0wh", "source_stale: at_least: 0wh is no time at all"),
    ("source_stale/at_least", "9wh", "source_stale: at_least 9wh is more than at_most 1wd"),
    ("live_within", "0s", "live_within: 0s is no time at all"),
    (
        "bottlenecks/limits/overdue/late",
        "100%",
        "limits.overdue.late: no share can exceed 100%, so it would never be told",
    ),
    ("bottlenecks/limits/reuse/reused", "0%", "limits.reuse.reused: no share can fall short of 0%"),
    ("bottlenecks/judged_from/dossiers", 0, "bottlenecks: judged_from.dossiers: 0 is no number of dossiers"),
    ("effective_from", "2070-01-01", "effective_from: 2070-01-01 is outside the years of the calendar"),
    ("effective_from", "0001-01-01", "effective_from: 0001-01-01 is outside the years of the calendar (2000 to 2069)"),
    ("acceptance", "10001wd", "acceptance: too long a span of time: '10001wd' (at most 10000 days or working days)"),
    ("watermark_slack", "99999999999999d", "watermark_slack: too long a span of time"),
]
SLIPS = [
    # What is wall time cannot be working time, and closing is an instant of the day, not a length.
    ("overdue_ages", ["1wd"], "overdue_ages: 1wd: only wall time"),
    ("watermark_slack", "8wh", "watermark_slack: 8wh: only wall time"),
    ("live_within", "1wd", "live_within: 1wd: only wall time"),
    ("procedure_history", "60wd", "procedure_history: 60wd: only wall time"),
    ("settled_after", "500wd", "settled_after: 500wd: only wall time"),
    ("settled_after", "365d", "settled_after: 365d: the index looks back on up to a year"),
    ("settled_after", "always", "settled_after"),
    ("agency_silent_after", "2d", "agency_silent_after: 2d: only working time can be meant here"),
    ("agency_silent_after", "closing", "agency_silent_after: closing cannot be counted here"),
    ("source_stale/at_most", "1d", "source_stale: at_most: 1d: only working time can be meant here"),
    ("source_stale/factor", "often", "factor"),
    ("source_stale/factor", ".nan", "factor"),
    ("source_stale/at_most", None, "at_most"),
    ("bottlenecks/limits/overdue/late", "5", "bottlenecks: limits.overdue.late: 5 is no share (write 0% to 100%)"),
    ("bottlenecks/limits/overdue/late", "101%", "limits.overdue.late: 101% is no share"),
    ("bottlenecks/limits/overdue/late", "-5%", "limits.overdue.late: -5% is no share"),
    ("bottlenecks/limits/overdue/late", None, "limits.overdue.late is missing"),
    (
        "bottlenecks/limits/overdue/lat",
        "5%",
        "limits.overdue.lat is not known (known: apology_missing, late, overdue_open)",
    ),
    ("bottlenecks/limits/overdue", None, "limits.overdue is missing"),
    ("bottlenecks/limits/underdue", {"late": "5%"}, "limits.underdue is not known"),
    ("bottlenecks/judged_from/agencies", None, "judged_from.agencies is missing"),
    ("bottlenecks/judged_from/agencies", "few", "judged_from"),
    ("bottlenecks", None, "bottlenecks"),
    ("acceptance", "closing", "acceptance: closing cannot be counted here"),
    ("due_soon", ["closing"], "due_soon: closing cannot be counted here"),
    ("apology_before", "closing", "apology_before: closing cannot be counted here"),
    ("petitions/publish", "closing", "petitions.publish: closing cannot be counted here"),
    # What is none of it, or not there.
    ("sync_limits", {}, "sync_limits: a default is required"),
    ("sync_limits/default/violation", "noon", "sync_limits.default: violation: not a span of time: 'noon'"),
    ("sync_limits/H42.17/critical", None, "critical"),
    ("sync_limits/default/fatal", "1d", "fatal"),
    ("overdue_ages", ["soon"], "overdue_ages: not a span of time: 'soon'"),
    ("due_soon", ["many%"], "due_soon: many%"),
    ("due_soon", ["75"], "due_soon: not a span of time: '75'"),
    ("clock_stops_at", ["5wh"], "clock_stops_at"),
    ("second_supplement", "forgiven", "second_supplement"),
    ("petitions/refuse", None, "refuse"),
    ("announcement_before/village", "1wd", "village"),
    ("live_within", None, "live_within"),
    ("effective_from", "tomorrow", "effective_from"),
    ("effective_from", "2026-02-30", "effective_from"),
    ("source", None, "source"),
    ("source", '""', "source"),
    ("alerts", ["processing-deadlines"], "alerts: processing-deadlines is no rule that can alert (known: acceptance, "),
    ("alerts", ["petition-refusal"], "alerts: petition-refusal is no rule that can alert"),
    ("alerts", "apology", "alerts"),
    ("a_typo", 1, "a_typo"),
]


@pytest.mark.parametrize(("path", "value", "named"), NEVER + SLIPS)
def test_a_policy_that_cannot_be_obeyed_is_refused_by_file_and_field(
    tmp_path: Path, path: str, value: object, named: str
) -> None:
    assert named in refusal(written(tmp_path, changed(path, value)))


def test_a_second_request_cannot_stop_a_clock_that_no_request_stops(tmp_path: Path) -> None:
    version = VERSION | {"second_supplement": "clock_stops", "clock_stops_at": [6]}

    assert "second_supplement: clock_stops, but no request ever stops the clock" in refusal(written(tmp_path, version))


def test_of_several_versions_the_one_at_fault_is_named(tmp_path: Path) -> None:
    bad = changed("acceptance", "0wh") | {"effective_from": "2026-07-01"}

    assert "version of 2026-07-01: acceptance: " in refusal(written(tmp_path, VERSION, bad))


def test_a_version_that_another_one_replaces_at_once_is_refused(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, VERSION, VERSION))

    assert "two versions are effective from 2026-01-01: the first can never be in force" in message


def test_a_limit_that_another_one_would_overrule_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, VERSION)
    file.write_text(file.read_text().replace("acceptance: 8wh\n", "acceptance: 8wh\n  acceptance: 4wh\n"))

    assert "acceptance: given twice" in refusal(file)


def test_a_policy_without_a_version_a_file_that_is_no_yaml_and_none_at_all_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("versions: [")
    assert "no version is given" in refusal(written(tmp_path))
    assert "expected" in refusal(broken)
    assert "No such file" in refusal(tmp_path / "none.yaml")
