"""What is in force when, and what policy and calendar cannot be together."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import DAY, HOUR, MICROSECOND, local, policy, rulebook_of, sync_limit
from config.calendar import Calendars, load_calendars, parse_document
from config.policy import PetitionLimits, Policies, Policy, PolicyError
from config.policy_file import DEFAULT_FILE
from config.rulebook import Rulebook, load_rulebook
from config.spans import span

JULY = local("2026-07-01")


def offices(effective_from: str, **hours: dict[str, list[str]]) -> Any:
    """Return office hours by agency; `_` in a name is a dot."""
    rows = {"default": {"mon-fri": ["07:00-11:30", "13:30-17:00"]}}
    rows |= {name.replace("_", "."): week for name, week in hours.items()}
    text = yaml.safe_dump({"source": "a decision", "effective_from": effective_from, "hours": rows})
    return parse_document(text, "offices.yaml")


def refusal(*versions: Policy, calendars: Calendars | None = None) -> str:
    with pytest.raises(PolicyError) as raised:
        Rulebook(Policies(versions), calendars or load_calendars())
    return str(raised.value)


# -- what is in force -------------------------------------------------------------------------------------------------


def test_policy_and_calendar_change_each_at_its_own_instant() -> None:
    calendars = Calendars([offices("2026-01-01"), offices("2026-09-01", H42_17={"mon": ["08:00-12:00"]})])
    rulebook = Rulebook(Policies([policy(source="old"), policy("2026-07-01", source="new")]), calendars)
    instants = [local("2025-05-01"), JULY - MICROSECOND, JULY, local("2026-09-01")]
    laws = [rulebook.at(at) for at in instants]

    assert [law.policy.source for law in laws] == ["old", "old", "new", "new"]
    monday = local("2026-09-07 09:00")
    assert [law.calendar.working_time("H42.17").closing(monday) for law in laws] == [
        local("2026-09-07 17:00"),
        local("2026-09-07 17:00"),
        local("2026-09-07 17:00"),
        local("2026-09-07 12:00"),
    ]


def test_the_law_is_the_same_object_until_something_changes() -> None:
    rulebook = rulebook_of([policy(), policy("2026-07-01")])

    assert rulebook.at(JULY - HOUR) is rulebook.at(JULY - MICROSECOND)
    assert rulebook.at(JULY) is rulebook.at(JULY + DAY)
    assert rulebook.at(JULY) is not rulebook.at(JULY - MICROSECOND)


# -- what could never happen ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        (("2h", "2h", "closing"), "warning never ends before critical"),
        (("3h", "2h", "closing"), "warning never ends before critical"),
        (("10m", "2wh", "2wh"), "critical never ends before violation"),
        (("8wh", "1wd", "2wd"), "warning never ends before critical"),
        (("closing", "closing", "1wd"), "warning never ends before critical"),
        (("10m", "closing", "closing"), "critical never ends before violation"),
        (("1wd", "8h", "1d"), "warning never ends before critical"),  # 8 working hours last longer than 8 hours
        (("10m", "1wd", "closing"), "critical never ends before violation"),  # 7:00 is 8 working hours before 17:00
    ],
)
def test_a_severity_that_the_next_one_always_overtakes_is_refused(limits: tuple[str, str, str], named: str) -> None:
    message = refusal(policy(sync_limits={"default": sync_limit(*limits)}))

    assert message.startswith("version of 2000-01-01: sync_limits.default: ")
    assert named in message
    assert "under the calendar in force from 2000-01-01" in message


@pytest.mark.parametrize(
    "limits",
    [
        ("10m", "2wh", "closing"),
        ("2wh", "closing", "1d"),  # in the afternoon a day is longer
        ("2h", "1wh", "closing"),  # in the night the working hour comes later
        ("10m", "7wh", "closing"),  # of what happens before 9:00
    ],
)
def test_an_order_that_is_kept_at_some_hour_is_accepted(limits: tuple[str, str, str]) -> None:
    rulebook_of([policy(sync_limits={"default": sync_limit(*limits)})])


def test_the_limits_of_an_agency_are_checked_along_its_own_hours() -> None:
    limits = {"default": sync_limit("10m", "2wh", "closing"), "H42.17": sync_limit("10m", "3wh", "closing")}
    full, short = offices("2026-01-01"), offices("2026-03-01", H42_17={"mon-fri": ["08:00-11:00"]})

    Rulebook(Policies([policy(sync_limits=limits)]), Calendars([full]))
    message = refusal(policy(sync_limits=limits), calendars=Calendars([full, short]))
    assert "sync_limits.H42.17: critical never ends before violation" in message
    assert "under the calendar in force from 2026-03-01" in message


@pytest.mark.parametrize(
    ("change", "named"),
    [({"refuse": "15wd"}, "refuse"), ({"ask_back": "16wd"}, "ask_back"), ({"process": "1d"}, "refuse")],
)
def test_a_petition_cannot_be_refused_or_asked_back_after_it_should_have_been_answered(
    change: dict[str, str], named: str
) -> None:
    limits = {"refuse": "2wd", "ask_back": "5wd", "process": "15wd", "publish": "2wd"} | change
    spans = PetitionLimits(**{name: span(text) for name, text in limits.items()})

    assert f"petitions: {named} never ends before process" in refusal(policy(petitions=spans))


def test_of_several_versions_the_one_at_fault_is_named() -> None:
    bad = policy("2026-07-01", sync_limits={"default": sync_limit("2h", "1h", "closing")})

    assert refusal(policy(), bad).startswith("version of 2026-07-01: sync_limits.default: ")


# -- files ------------------------------------------------------------------------------------------------------------


def test_what_comes_with_the_program_is_without_contradiction() -> None:
    assert load_rulebook().at(JULY).policy == load_rulebook(str(DEFAULT_FILE)).at(JULY).policy


def test_a_contradiction_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(DEFAULT_FILE.read_text().replace("violation: closing", "violation: 10m"))
    with pytest.raises(PolicyError) as raised:
        load_rulebook(str(file))

    assert str(raised.value).startswith(f"{file}: version of 2000-01-01: sync_limits.default: ")
