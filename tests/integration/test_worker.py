"""One worker, end to end: metrics, the Redis view, dead letters, and leaving in order."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from redis import Redis

from builders import AGENCY, DAY, local, status
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.publish import Publisher
from support.program import run
from support.workers import WorkerProcess, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

RECEIVED_AT = local("2026-11-02 08:00")
CODES = [f"{AGENCY}-261102-{number:04d}" for number in range(20)]


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that has applied 20 overdue dossiers, one broken record, and one event under another dossier's key."""
    with Publisher(settings) as publisher:
        for code in CODES:
            publisher.send(encode(status(RECEIVED_AT, 2, code=code, due_at=RECEIVED_AT + DAY)), code)
        publisher.send(b'{"name": "Nguyen Van A"', "broken", [("trace", b"abc")])
        publisher.send(encode(status(RECEIVED_AT + DAY, 4, code=CODES[0])), "a key that is not its dossier's")
    worker = WorkerProcess(settings, tmp_path, "worker", *free_ports(1), "--at", (RECEIVED_AT + 10 * DAY).isoformat())
    try:
        wait_until_applied(settings, [worker])
        yield worker
    finally:
        worker.stop()


def overdue(settings: Settings) -> int:
    client = Redis.from_url(settings.redis)
    try:
        return int(client.zcard(f"{settings.app}:overdue:{AGENCY}"))
    finally:
        client.close()


def test_metrics_show_what_was_published(worker: WorkerProcess, settings: Settings) -> None:
    # Old events that keep coming are a replay: only once it is quiet are they judged as of now.
    wait_until(lambda: sum(value for _, value in worker.metrics().get("tthc_dossiers_overdue", [])) == 20, 10)
    metrics = worker.metrics()
    states = {labels["state"]: value for labels, value in metrics["tthc_dossiers"]}
    assert states == {"received": 19, "in_progress": 1}
    assert metrics["tthc_dead_letters_total"] == [({"reason": "malformed"}, 1)]
    assert set(stored_state(settings)) == set(CODES)


def test_the_view_is_written_and_can_be_rebuilt_from_nothing(worker: WorkerProcess, settings: Settings) -> None:
    wait_until(lambda: overdue(settings) == 20, 10, "20 overdue dossiers in the view")
    client = Redis.from_url(settings.redis)
    client.set("someone-elses-key", 1)
    client.zadd(f"{settings.app}:overdue:{AGENCY}", {"a dossier that is not there": 1})
    run("view", "rebuild", settings=settings)
    assert overdue(settings) == 20
    assert client.get("someone-elses-key") == b"1"
    client.close()
    assert f"{AGENCY}\t20\t20\t20" in run("view", "show", settings=settings).stdout


def test_the_view_comes_back_by_itself_when_redis_has_lost_it(worker: WorkerProcess, settings: Settings) -> None:
    wait_until(lambda: overdue(settings) == 20, 10, "20 overdue dossiers in the view")
    client = Redis.from_url(settings.redis)
    client.flushdb()
    client.close()
    wait_until(lambda: overdue(settings) == 20, 10, "the view to come back")


def test_the_index_is_shown_as_the_worker_counts_it_and_comes_back_after_a_rebuild(
    worker: WorkerProcess, settings: Settings
) -> None:
    wait_until(lambda: late(settings) == 20, 20, "20 late dossiers in the index")
    run("view", "rebuild", settings=settings)
    wait_until(lambda: late(settings) == 20, 20, "the index to come back")
    shown = run("view", "index", AGENCY, "--window", "30d", settings=settings).stdout
    assert ["ON_TIME", "0", "20", "0.00", "0.00", "20"] in [line.split() for line in shown.splitlines()]
    assert "in force from 2022-06-23" in shown
    assert f"{settings.partitions + 2} of {settings.partitions + 2} partitions, 0 records wait" in shown
    refused = run("view", "index", "H42.99", settings=settings, code=2).stderr
    assert f"nothing is counted there; there is {AGENCY}" in refused


def late(settings: Settings) -> int | None:
    """Return how many dossiers of the province are late by its index; None while a partition is missing."""
    client = Redis.from_url(settings.redis)
    written = client.keys(f"{settings.app}:counts:*")
    client.close()
    if len(written) < settings.partitions + 2:  # the catalogue and the petitions have one each
        return None
    said = msgspec.json.decode(run("view", "index", "--window", "30d", "--json", settings=settings).stdout)
    on_time = said["indicators"]["ON_TIME"]
    return int(on_time["denominator"] - on_time["numerator"])


def test_a_dead_letter_is_listed_without_its_content_shown_and_replayed(
    worker: WorkerProcess, settings: Settings
) -> None:
    listed = run("dead-letters", "list", settings=settings).stdout
    assert "malformed" in listed
    assert "Nguyen" not in listed
    place = listed.split("\t")[0]
    assert "Nguyen" not in run("dead-letters", "show", place, settings=settings).stdout
    assert run("dead-letters", "show", place, "--payload", settings=settings).stdout == '{"name": "Nguyen Van A"'
    run("dead-letters", "replay", "--all", settings=settings)
    wait_until(lambda: worker.metrics()["tthc_dead_letters_total"] == [({"reason": "malformed"}, 2)], 10)


def test_a_worker_without_its_topics_says_what_to_do(make_settings: object, settings: Settings) -> None:
    elsewhere = Settings(**{name: getattr(settings, name) for name in Settings.__struct_fields__} | {"app": "nowhere"})
    done = run("worker", settings=elsewhere, code=2)
    assert "dunghan topics create" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_worker_on_a_taken_port_says_which_option_helps(worker: WorkerProcess, settings: Settings) -> None:
    done = run("worker", "--metrics-port", str(worker.port), settings=settings, code=2)
    assert "--metrics-port" in done.stderr


def test_a_worker_that_is_told_to_stop_stops_in_order(worker: WorkerProcess) -> None:
    worker.stop()
    assert "Traceback" not in worker.log.read_text()
