"""The only broker stops answering, for long or again and again, or dies, under load: all goes on afterwards."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from support.cluster import Victim
from support.figures import Figures, seconds_to_recover
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import assert_all_ends_as_it_must, published, team

pytestmark = pytest.mark.stack

MANY = 15
SHORT, LONG = 0.3, 6.0  # shorter than a heartbeat, and longer than a worker's session


def frozen_for(seconds: float) -> Callable[[Victim], None]:
    """Return the fault of a broker that answers nobody for so long."""

    def fault(broker: Victim) -> None:
        broker.freeze()
        time.sleep(seconds)
        broker.wake()

    return fault


def frozen_again_and_again(broker: Victim) -> None:
    """Freeze a broker many times, so that it wakes into all that its clients do about the time before."""
    rng = random.Random(7)
    for _ in range(MANY):
        frozen_for(rng.uniform(SHORT, LONG))(broker)
        time.sleep(rng.uniform(SHORT, 2.0))


def killed(broker: Victim) -> None:
    """Kill a broker, and start it again with what it had written."""
    broker.kill()
    broker.start()


FAULTS = {
    "frozen for 3 s": frozen_for(3),
    "frozen for 9 s": frozen_for(9),
    "frozen for 12 s": frozen_for(12),  # what is under way is given up after 10 s
    "frozen for 20 s": frozen_for(20),
    f"frozen {MANY} times in a row": frozen_again_and_again,
    "killed and started again": killed,
}
IN_SHORT = "frozen for 12 s"


@pytest.mark.parametrize("name", [name if name == IN_SHORT else pytest.param(name, marks=thorough) for name in FAULTS])
def test_all_ends_as_it_must_when_the_only_broker_was(
    *,
    name: str,
    simulated: Simulated,
    broker: Victim,
    settings: Settings,
    figures: Figures,
    tmp_path: Path,
) -> None:
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            try:
                FAULTS[name](broker)
                seconds = seconds_to_recover(settings)
            finally:
                broker.restore()
        figures.note(f"the only broker {name}", len(simulated.events), seconds)
        assert_all_ends_as_it_must(workers)
