"""`dunghan calendar apply` on the real broker: documents reach the workers, open dossiers follow, closed ones stay."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from builders import AGENCY, DAY, HOUR, local, status
from config.calendar import CalendarDocument, YearDocument, load_calendars, parse_document
from config.clock import VIETNAM, SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.calendar_feed import CalendarFeed, publish_document, read_documents
from streams.decode import encode
from streams.events import Limit, LimitUnit
from streams.publish import Publisher
from support.program import run
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

DOCUMENT = b"""
year: 2027
source: Notice 1/TB of 2-12-2026
decided_on: 2026-12-02
effective_from: 2026-12-02
days_off: {2027-05-04: in exchange for Saturday 8-5-2027}
days_worked: {2027-05-08: in exchange for Tuesday 4-5-2027}
"""


def document(effective_from: str = "2026-12-02", source: str = "Notice 1/TB of 2-12-2026") -> YearDocument:
    read = parse_document(DOCUMENT, "2027.yaml")
    assert isinstance(read, YearDocument)
    return msgspec.structs.replace(read, effective_from=local(effective_from), source=source)


def brief(documents: list[CalendarDocument]) -> list[tuple[str, str]]:
    """Return documents in few words."""
    return [(f"{one.effective_from:%Y-%m-%d}", one.source) for one in documents]


def test_every_version_stays_and_the_same_version_again_replaces_it(settings: Settings) -> None:
    assert read_documents(settings) == []
    publish_document(settings, document("2026-12-02", "first"))
    publish_document(settings, document("2026-12-20", "second"))
    publish_document(settings, document("2026-12-02", "first, with a slip mended"))
    assert brief(read_documents(settings)) == [("2026-12-01", "first, with a slip mended"), ("2026-12-19", "second")]


def test_a_worker_reads_what_there_is_and_then_follows(settings: Settings) -> None:
    publish_document(settings, document("2026-12-02", "first"))
    with Publisher(settings, settings.calendar_topic) as publisher:
        publisher.send(b"year: [broken", b"2028@2026-12-02")

    async def follow() -> None:
        feed, told = CalendarFeed(settings), asyncio.Queue[list[CalendarDocument]]()
        assert brief(await feed.start()) == [("2026-12-01", "first")]
        task = asyncio.create_task(feed.follow(told.put_nowait))
        for source in ("second", "third"):
            await asyncio.to_thread(publish_document, settings, document("2026-12-20", source))
            assert brief(await asyncio.wait_for(told.get(), 10)) == [("2026-12-01", "first"), ("2026-12-19", source)]
        task.cancel()
        await asyncio.wait([task])
        await feed.stop()

    asyncio.run(follow())


def test_a_worker_starts_where_no_calendar_was_ever_applied(settings: Settings) -> None:
    async def start() -> list[CalendarDocument]:
        feed = CalendarFeed(settings)
        try:
            return await feed.start()
        finally:
            await feed.stop()

    assert asyncio.run(start()) == []


# -- with a worker ----------------------------------------------------------------------------------------------------

OPEN, CLOSED = f"{AGENCY}-1", f"{AGENCY}-2"
AN_HOUR = Limit(amount=1, unit=LimitUnit.HOURS)


def last_working_day() -> date:
    """Return the last day before today on which offices were open."""
    office, day = load_calendars().at(SystemClock().now()).working_time(None), SystemClock().now().astimezone(VIETNAM)
    return next(one for one in (day.date() - n * DAY for n in range(1, 30)) if office.is_working_day(one))


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that has applied two dossiers, due on the last working day at 8:00: one open, one finished late."""
    day = local(f"{last_working_day()} 07:00")
    with Publisher(settings) as publisher:
        for code in (OPEN, CLOSED):
            publisher.send(encode(status(day, 2, code=code, limit=AN_HOUR)), code)
        publisher.send(encode(status(day + 2 * HOUR, 9, code=CLOSED)), CLOSED)
    worker = WorkerProcess(settings, tmp_path, "worker", *free_ports(1))
    try:
        wait_until_applied(settings, [worker])
        yield worker
    finally:
        worker.stop()


@pytest.fixture
def storm(tmp_path: Path) -> list[Path]:
    """Documents, one a year, by which the last working day and the 30 days after it are off."""
    days = [last_working_day() + n * DAY for n in range(31)]
    files = []
    for year in sorted({day.year for day in days}):
        off = ", ".join(f"{day}: storm" for day in days if day.year == year)
        files.append(tmp_path / f"{year}.yaml")
        files[-1].write_text(f"year: {year}\nsource: test\nconfirmed: false\ndays_off: {{{off}}}\n")
    return files


def states(worker: WorkerProcess) -> dict[str, float]:
    """Return how many dossiers are in each state, and how many are overdue."""
    metrics = worker.metrics()
    found = {labels["state"]: value for labels, value in metrics.get("tthc_dossiers", []) if value}
    overdue = sum(value for _, value in metrics.get("tthc_dossiers_overdue", []))
    return found | ({"overdue": overdue} if overdue else {})


BEFORE = {"received": 1, "finished_late": 1, "overdue": 1}
AFTER = {"received": 1, "finished_late": 1}


def test_an_open_dossier_follows_an_applied_calendar_and_a_closed_one_stays(
    worker: WorkerProcess, settings: Settings, storm: list[Path], tmp_path: Path
) -> None:
    wait_until(lambda: states(worker) == BEFORE, 10, "one open dossier to be overdue")
    assert f"1 cease to be overdue: {OPEN}" in run("calendar", "preview", str(storm[0]), settings=settings).stdout

    for file in storm:
        assert "applied: " in run("calendar", "apply", str(file), "--yes", settings=settings).stdout
    wait_until(lambda: states(worker) == AFTER, 20, "the open dossier to be overdue no more")

    told = json.loads(run("explain", OPEN, "--json", settings=settings).stdout)
    assert datetime.fromisoformat(told["due_at"]) > SystemClock().now()
    told = json.loads(run("explain", CLOSED, "--json", settings=settings).stdout)
    assert (told["state"], datetime.fromisoformat(told["due_at"]).date()) == ("finished_late", last_working_day())
    assert "storm" in run("calendar", "show", str(last_working_day().year), "--running", settings=settings).stdout

    worker.stop()
    again = WorkerProcess(settings, tmp_path, "again", *free_ports(1))
    try:
        wait_until_applied(settings, [again])
        assert states(again) == AFTER
    finally:
        again.stop()


def test_what_nobody_stored_or_what_cannot_be_reached_is_said_in_one_line(
    settings: Settings, storm: list[Path]
) -> None:
    assert "stored no such dossier" in run("explain", "nobody", settings=settings, code=2).stderr
    elsewhere = msgspec.structs.replace(settings, kafka="127.0.0.1:1")
    for arguments in (("explain", OPEN), ("calendar", "apply", str(storm[0]), "--yes")):
        (line,) = run(*arguments, settings=elsewhere, code=2).stderr.splitlines()
        assert "Kafka at 127.0.0.1:1 does not answer" in line
