"""A version with an archive, and other rules, taken over under load: what changes is told, once, and nothing else."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest

from config.calendar.calendars import DEFAULT_FOLDER
from config.clock import SystemClock
from config.policy_file import DEFAULT_FILE
from config.settings import Settings
from dunghan.evaluation import Evaluation
from streams.alerts import AlertEvent, Change
from streams.decode import Line, decode
from streams.simulate import Config, SimulatedEvent
from streams.versions import of_version
from support.program import run
from support.simulated import Simulated
from support.standings import standings_of
from support.versions import Told, applied, archive, assert_all_is_told, fresh, load, worker
from support.workers import agency_counts, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(make_settings: Any) -> Settings:
    return make_settings(partitions=4)


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Settings:
    """The settings of the next version: the clock stands still while a fee is due, and offices open half a day."""
    policy = replaced(DEFAULT_FILE.read_text(), "clock_stops_at: [5]", "clock_stops_at: [5, 6]")
    policy = replaced(policy, "      - sync-diverged\n", "      - due-soon\n")
    (tmp_path / "policy.yaml").write_text(policy)
    offices = copytree(DEFAULT_FOLDER, tmp_path / "calendar") / "offices.yaml"
    offices.write_text(replaced(offices.read_text(), "mon-fri: [07:00-11:30, 13:30-17:00]", "mon-fri: [07:00-11:30]"))
    return msgspec.structs.replace(
        of_version(settings, 2), policy_file=str(tmp_path / "policy.yaml"), calendar_dir=str(tmp_path / "calendar")
    )


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_other_rules_and_an_archive_come_into_force_under_load_and_only_what_they_change_is_told(
    settings: Settings, other: Settings, tmp_path: Path
) -> None:
    simulated = Simulated(Config(until=SystemClock().now(), events=9000, around_the_clock=True, seed=8))
    third = len(simulated.events) // 3
    file = archive(simulated.events[:third], tmp_path / "archive.ndjson")
    applied(simulated.events[third : 2 * third], settings, tmp_path)
    live = simulated.events[2 * third :]
    told = Told(other)
    with ExitStack() as running:
        old = running.enter_context(worker(settings, tmp_path))
        wait_until_applied(settings, [old])
        before, held = told.alerts, told.active

        publishing = running.enter_context(load(live, settings))
        run("replay", str(file), settings=of_version(other, 1))
        new = running.enter_context(worker(other, tmp_path))
        wait_until(lambda: old.partitions() and new.partitions(), 60, "two versions, and two policies, side by side")
        old.stop()
        publishing.finish()  # they changed places under load
        wait_until_applied(other, [new])
        after = assert_all_is_told(simulated, told)
        assert agency_counts([new], "tthc_dossiers", "state") == states(fresh(simulated, other))
    assert stored_state(other) == simulated.state

    active = told.active
    assert "sync-diverged" in rules(held - active), "it does not alert any more"
    assert "due-soon" in rules(active - held), "it does now"
    assert "processing-deadline" in rules(held ^ active), "other deadlines"
    known = {one.id for one in before}
    assert_told_once([one for one in after if one.id not in known], held & active, spoken_of(live))


def states(expected: Evaluation) -> Counter[tuple[str, str]]:
    standings = (one.contribution for one in standings_of(expected.processor).values())
    return Counter((one.agency, str(one.state)) for one in standings)


def rules(alerts: set[tuple[str, str]]) -> set[str]:
    return {rule for rule, _ in alerts}


def spoken_of(events: list[SimulatedEvent]) -> set[str]:
    return {said.subject for one in events for said in decode(Line(one.value)).events}


def assert_told_once(steps: list[AlertEvent], lasting: set[tuple[str, str]], live: set[str]) -> None:
    """Check that what held before and holds now was neither resolved nor raised anew, unless events came of it."""
    ends = [(one.data.rule, one.subject) for one in steps if one.data.change is not Change.CHANGED]
    quiet = {one for one in lasting if one[1] not in live}
    assert quiet
    assert not quiet.intersection(ends)
