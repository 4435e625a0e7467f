"""Workers whose clocks are an hour ahead and behind: once clocks are right, nothing is left of what they thought."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from support.figures import Figures
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import Team, assert_all_ends_as_it_must, published, team

pytestmark = [pytest.mark.stack, thorough]

HOUR = timedelta(hours=1)


def restart(workers: Team, number: int, skew: timedelta) -> None:
    """Start a worker again, with a clock that is wrong by so much."""
    workers.members[number].kill()
    workers.members[number] = workers.start(number, "--at", (workers.simulated.at + skew).isoformat())


def test_what_clocks_that_ran_ahead_or_behind_made_of_it_is_put_right(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 2) as workers:
        restart(workers, 0, HOUR)
        restart(workers, 1, -HOUR)
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            workers.wait_until_serving()
        restart(workers, 0, -HOUR)  # each partition has had the other clock, too
        restart(workers, 1, HOUR)
        workers.wait_until_serving()
        restart(workers, 0, timedelta())
        restart(workers, 1, timedelta())
        started = time.monotonic()
        workers.wait_until_serving()
        figures.note("clocks an hour ahead and behind, put right", len(simulated.events), time.monotonic() - started)
        assert_all_ends_as_it_must(workers)
