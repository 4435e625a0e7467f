"""Workers that share the partitions of one history; and the check that all ends as it must, whatever happened to them.

with team(simulated, settings, folder, 2) as workers, published(simulated, settings, seconds=12):
    …
assert_all_ends_as_it_must(workers)
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.alerts import AlertEvent, decode_alert
from streams.scan import scan
from support.alerts import assert_well_told
from support.simulated import Simulated
from support.workers import WorkerProcess, agency_counts, stored_state, wait_until, wait_until_applied

TOLD_SECONDS = 30


class Team:
    """Workers that share the partitions, judging as of the end of a simulated history."""

    def __init__(self, simulated: Simulated, settings: Settings, folder: Path, count: int) -> None:
        self.simulated, self.settings, self.folder = simulated, settings, folder
        self.ports = free_ports(count)
        self.members = [self.start(number) for number in range(count)]

    def start(self, number: int, *options: str) -> WorkerProcess:
        """Start the worker of this number, again if it has ended."""
        at = self.simulated.at.isoformat()
        name = f"worker-{number}"
        options = ("--instance-id", name, "--at", at, *options)
        return WorkerProcess(self.settings, self.folder, name, self.ports[number], *options)

    def wait_until_serving(self) -> None:
        """Wait until each partition is served by one of them."""
        everything = list(range(self.settings.partitions))
        wait_until(lambda: self.served() == everything, 60, "all partitions served")

    def served(self) -> list[int]:
        """Return the partitions that are served; one that two serve stands there twice."""
        return sorted(number for worker in self.members for number in worker.partitions())


@contextmanager
def team(simulated: Simulated, settings: Settings, folder: Path, count: int) -> Iterator[Team]:
    """Start workers; kill those that are left."""
    workers = Team(simulated, settings, folder, count)
    try:
        yield workers
    finally:
        for worker in workers.members:
            worker.kill()


class Load(threading.Thread):
    """Publishes a history over so many seconds."""

    def __init__(self, simulated: Simulated, settings: Settings, seconds: float) -> None:
        super().__init__()
        self._simulated, self._settings = simulated, settings
        self._rate = len(simulated.events) / seconds
        self.failure: Exception | None = None

    def run(self) -> None:
        """Publish. What the broker has not acknowledged in the end is noted: then a test proves nothing."""
        try:
            self._simulated.publish(self._settings, self._rate)
        except Exception as error:  # noqa: BLE001 - raised where the end is awaited
            self.failure = error


@contextmanager
def published(simulated: Simulated, settings: Settings, seconds: float) -> Iterator[Load]:
    """Publish in the background; the end of the block waits until the last event is acknowledged."""
    load = Load(simulated, settings, seconds)
    load.start()
    try:
        yield load
    finally:
        load.join()
    if load.failure is not None:
        raise load.failure


def assert_all_ends_as_it_must(workers: Team, *, seconds: float = 90, also_bad: Iterable[bytes] = ()) -> None:
    """Wait for the end. Compare what is shown, told and, once the workers are stopped, left behind.

    Every event of the history was acknowledged, so `evaluate` and the oracle know what they amount to. Bad records
    may have come among them.
    """
    wait_until_applied(workers.settings, workers.members, seconds)
    assert_shown_as_the_oracle_says(workers)
    assert_told_what_holds(workers)
    for worker in workers.members:
        worker.stop()
    assert_stored_as_by_evaluate(workers.simulated, workers.settings)
    assert dead_letters(workers.settings) == workers.simulated.broken.union(also_bad)


def assert_shown_as_the_oracle_says(workers: Team) -> None:
    """Compare the metrics of all workers together with the oracle's verdicts."""
    verdicts = workers.simulated.verdicts.values()
    states = agency_counts(workers.members, "tthc_dossiers", "state")
    assert states == Counter((verdict.agency, verdict.state) for verdict in verdicts)
    overdue: Counter[str] = Counter()
    for (agency, _age), count in agency_counts(workers.members, "tthc_dossiers_overdue", "age").items():
        overdue[agency] += count
    assert overdue == Counter(verdict.agency for verdict in verdicts if verdict.overdue)
    unsynced = agency_counts(workers.members, "tthc_sync_missing", "severity")
    assert unsynced == Counter((verdict.agency, verdict.missing_sync) for verdict in verdicts if verdict.missing_sync)


def assert_told_what_holds(workers: Team) -> None:
    """Check that each alert was told once, step by step, and that those are active that hold in the end."""
    simulated = workers.simulated
    alerting = load_rulebook().at(simulated.at).policy.alerts
    expected = {f"{one.rule}/{one.subject}" for one in simulated.evaluation.alerts if one.rule in alerting}
    active: set[str] = set()

    def is_told() -> bool:
        active.clear()
        active.update(one.key for one in told_active(workers.settings))
        return active == expected

    try:
        wait_until(is_told, TOLD_SECONDS)
    except AssertionError:
        missed, false = sorted(expected - active), sorted(active - expected)
        raise AssertionError(
            f"alerts missed: {missed[:5]} ({len(missed)}), false: {false[:5]} ({len(false)})"
        ) from None


def told_active(settings: Settings) -> list[AlertEvent]:
    """Return what the topic of alerts says of each that is active, once it is certain that each was told once."""
    records = scan(settings, settings.alerts_topic)
    return list(assert_well_told(decode_alert(record.value) for record in records if record.value is not None).values())


def assert_stored_as_by_evaluate(simulated: Simulated, settings: Settings) -> None:
    """Compare what Kafka holds with what `evaluate` makes of the same events, whose numbers are the oracle's."""
    expected, found = simulated.state, stored_state(settings)
    assert found.keys() == expected.keys()
    different = [code for code, stored in found.items() if stored != expected[code]]
    assert not different


def dead_letters(settings: Settings) -> set[bytes]:
    """Return the values that were refused."""
    return {record.value for record in scan(settings, settings.dead_letters_topic)}
