"""A worker gives up the facts of what ended long ago, and its numbers stay: after a restart, and for whoever asks."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agents.dossiers.settled import SETTLED
from builders import AGENCY, DAY, HOUR, event, local, portal, status
from config.policy_file import DEFAULT_FILE
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.events import DossierRating, Event
from streams.publish import Publisher
from support.program import run
from support.workers import WorkerProcess, agency_counts, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

NOW = local("2026-11-02 09:00")
OLD, NEW = f"{AGENCY}-241102-0001", f"{AGENCY}-261019-0002"
BY_STATE = {(AGENCY, "finished_early"): 2}


def ended(code: str, days_ago: int) -> list[Event]:
    """Return the course of a dossier that ended in time, as the portal knows."""
    at = NOW - days_ago * DAY
    return [
        status(at - 2 * DAY, 2, code=code, due_at=at + DAY),
        status(at, 9, code=code),
        portal(at + HOUR, code=code),
    ]


def publish(settings: Settings, *events: Event) -> None:
    with Publisher(settings) as publisher:
        for one in events:
            publisher.send(encode(one), one.subject)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a policy that keeps facts for 400 days."""
    policy = tmp_path / "policy.yaml"
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    policy.write_text(text.replace("settled_after: never", "settled_after: 400d"), encoding="utf-8")
    return msgspec.structs.replace(settings, policy_file=str(policy))


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[list[WorkerProcess]]:
    workers: list[WorkerProcess] = []
    yield workers
    for one in workers:
        one.kill()


def started(workers: list[WorkerProcess], settings: Settings, folder: Path) -> WorkerProcess:
    worker = WorkerProcess(settings, folder, "worker", *free_ports(1), "--at", NOW.isoformat())
    workers.append(worker)
    wait_until_applied(settings, [worker])
    return worker


def numbers(worker: WorkerProcess) -> dict[tuple[str, str], int]:
    return dict(agency_counts([worker], "tthc_dossiers", "state"))


def test_what_ended_long_ago_is_counted_and_not_kept(
    settings: Settings, tmp_path: Path, start: list[WorkerProcess]
) -> None:
    publish(settings, *ended(OLD, 730), *ended(NEW, 14))
    worker = started(start, settings, tmp_path)
    wait_until(lambda: stored_state(settings)[OLD] == SETTLED, 20, "the old dossier settled")
    assert stored_state(settings)[NEW] != SETTLED
    assert numbers(worker) == BY_STATE

    worker.kill()
    worker = started(start, settings, tmp_path)
    assert numbers(worker) == BY_STATE

    publish(settings, event(NOW, DossierRating(liked=True), code=OLD))
    wait_until(lambda: worker.metrics().get("tthc_dead_letters_total") == [({"reason": "settled"}, 1)], 20)
    assert numbers(worker) == BY_STATE

    assert "finished" in run("explain", NEW, settings=settings).stdout.lower()
    refused = run("explain", OLD, settings=settings, code=2).stderr
    assert "it ended longer ago than its facts are kept (policy: settled_after); or give the events" in refused
