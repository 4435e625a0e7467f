"""The JSON API while the view changes: pages, the calendar, a Redis that lost everything, a missing partition."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis

from builders import AGENCY, DAY, HOUR, portal, status
from config.calendar import OfficesDocument, load_calendars
from config.clock import SystemClock
from streams.calendar_feed import publish_document
from streams.events import Event
from support.api import ApiProcess, Serving, acknowledged, publish, serving
from support.program import run
from support.workers import wait_until

pytestmark = pytest.mark.stack

NOW = SystemClock().now().replace(microsecond=0)
LATE, SOON, UNKNOWN = (f"{AGENCY}-{number}" for number in range(3))
TIES = 300


def told() -> Iterator[Event]:
    """Yield a late dossier, one that is due soon, and one that the portal does not know."""
    for code, due_at in ((LATE, NOW - 9 * DAY), (SOON, NOW + HOUR)):
        yield status(NOW - 20 * DAY, 4, code=code, due_at=due_at)
        yield portal(NOW - 20 * DAY, code=code)
    yield status(NOW - 20 * DAY, 4, code=UNKNOWN)


@pytest.fixture(scope="module")
def served(make_settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(make_settings(partitions=3), tmp_path_factory.mktemp("api"), told()) as found:
        yield found


def test_what_changes_shows_within_seconds_and_what_ended_well_is_gone(served: Serving) -> None:
    settings, _, api = served
    publish(settings, [acknowledged(NOW, 4, UNKNOWN), status(NOW, 9, code=SOON), acknowledged(NOW, 9, SOON)])

    wait_until(lambda: api.codes("unsynced") == [], 10, "what the portal now knows to leave the list")
    wait_until(lambda: api.answer(f"/v1/dossiers/{SOON}").status_code == 404, 10, "what ended well to be gone")
    ledger = api.get(f"/v1/dossiers/{UNKNOWN}")["explanation"]["sync"]["ledger"]
    assert [entry["acknowledged_at"] for entry in ledger] == [f"{NOW:%Y-%m-%dT%H:%M:%SZ}"]


def test_pages_hold_each_dossier_that_stays_once_whatever_leaves_or_joins(served: Serving) -> None:
    settings, _, api = served
    ties = [f"H42.20-{number:04d}" for number in range(TIES)]
    due_at = NOW - 2 * DAY  # of all of them, as appointments are
    publish(settings, (status(NOW - 20 * DAY, 4, code=code, agency="H42.20", due_at=due_at) for code in ties))
    wait_until_listed(api, TIES)

    leaving, seen, cursor = set(ties[20:40] + ties[200:220]), [], ""
    while cursor is not None:
        page = api.get("/v1/overdue", agency="H42.20", limit=33, cursor=cursor)
        seen += [dossier["code"] for dossier in page["dossiers"]]
        cursor = page["next"]
        if len(seen) == 33:  # the last one that was seen leaves too: the next page begins behind where it stood
            leaving.add(seen[-1])
            joining = [f"H42.20-{number:04d}-a" for number in (5, 150)]
            publish(settings, (status(NOW, 9, code=code, agency="H42.20") for code in leaving))
            publish(settings, (status(NOW, 4, code=code, agency="H42.20", due_at=due_at) for code in joining))
            wait_until_listed(api, TIES - len(leaving) + len(joining))

    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    assert set(ties) - leaving <= set(seen)
    assert set(seen) & leaving == set(ties[20:33])  # those that were seen before they left
    assert "H42.20-0150-a" in seen


def wait_until_listed(api: ApiProcess, total: int) -> None:
    wait_until(lambda: api.get("/v1/overdue", agency="H42.20")["total"] == total, 30, f"{total} on the list")


def test_an_applied_calendar_reaches_the_explanation(served: Serving) -> None:
    settings, _, api = served
    before = api.get(f"/v1/dossiers/{LATE}")["explanation"]["calendar"]["id"]
    calendars = load_calendars()
    (hours,) = {one.subject: one for one in calendars.documents if isinstance(one, OfficesDocument)}.values()
    publish_document(settings, msgspec.structs.replace(hours, source="a later decision", effective_from=NOW - HOUR))

    def follows() -> bool:
        return bool(api.get(f"/v1/dossiers/{LATE}")["explanation"]["calendar"]["id"] != before)

    wait_until(follows, 15, "the explanation to follow the calendar")
    sources = api.get(f"/v1/dossiers/{LATE}")["explanation"]["calendar"]["sources"]
    assert "offices: a later decision" in sources


def test_redis_that_lost_everything_is_said_and_filled_again(served: Serving) -> None:
    settings, _, api = served
    before = {name: api.codes(name) for name in ("overdue", "due-soon", "unsynced", "diverged")}
    explained = api.get(f"/v1/dossiers/{LATE}")["explanation"]["facts"]

    run("view", "rebuild", settings=settings)
    wait_until(api.is_ready, 30, "the API to be ready")

    assert {name: api.codes(name) for name in before} == before
    assert api.get(f"/v1/dossiers/{LATE}")["explanation"]["facts"] == explained
    assert api.get(f"/v1/dossiers/{LATE}")["explanation"]["calendar"]["sources"]


def test_it_stops_in_good_order_and_its_log_names_no_dossier(served: Serving, tmp_path: Path) -> None:
    api = ApiProcess(served.settings, tmp_path)
    api.get(f"/v1/dossiers/{LATE}")
    api.answer("/v1/overdue", agency="H42.17", nothing="x")

    assert api.stop() == 0
    log = api.log.read_text()
    assert "Finished server process" in log
    assert not any(word in log for word in (LATE, "H42.17", "/v1/", api.token))


def test_what_is_not_there_is_said(make_settings: Any, tmp_path: Path) -> None:
    with serving(make_settings(partitions=3), tmp_path, told()) as (settings, worker, api):
        worker.stop()
        owners = [f"{settings.app}:view:{number}:owner" for number in range(settings.partitions)]
        with closing(Redis.from_url(settings.redis)) as client:
            client.set(owners[0], b"somebody:writing")
            client.delete(owners[1])

        answer = api.answer("/ready")
        assert answer.status_code == 503
        assert f"not in the view: {settings.events_topic}/1" in answer.json()["detail"]
        assert f"being written: {settings.events_topic}/0" in answer.json()["detail"]
        completeness = api.get("/v1/overdue")["completeness"]
        assert completeness["complete"] is False
        assert (completeness["missing"], completeness["writing"]) == (
            [f"{settings.events_topic}/1"],
            [f"{settings.events_topic}/0"],
        )
        missing = {api.answer(f"/v1/dossiers/nobody-{number}").status_code for number in range(20)}
        assert missing == {404, 503}  # nobody knows of those that would live in a partition that is not there
