"""The JSON API over a view that a real worker fills: lists, agencies, the index, explanations, each as of when."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from litestar.exceptions import HTTPException

from alerts.api.reading import Reading
from alerts.redis.rebuild import connect
from builders import DAY, HOUR, portal, status
from config.clock import FixedClock, SystemClock
from config.index import load_indexes
from config.settings import Settings
from streams.events import Event
from support.api import ApiProcess, Serving, acknowledged, serving
from support.program import run

pytestmark = pytest.mark.stack

NOW = SystemClock().now().replace(microsecond=0)
LATE, LATER, SOON, UNKNOWN, AHEAD, GOOD = (f"H42.17-{number}" for number in range(6))
ELSEWHERE = "H42.18-với/gạch chéo"  # a code may hold anything
TIES = 300


def told() -> Iterator[Event]:
    """Yield a dossier for each list."""
    for code, due_at in ((LATE, NOW - 9 * DAY), (LATER, NOW - 10 * DAY), (SOON, NOW + HOUR), (GOOD, NOW + 200 * DAY)):
        yield status(NOW - 20 * DAY, 4, code=code, due_at=due_at)
        yield acknowledged(NOW - 20 * DAY, 4, code)
    yield status(NOW - 20 * DAY, 4, code=UNKNOWN)
    yield status(NOW - 20 * DAY, 4, code=AHEAD)
    yield acknowledged(NOW - 20 * DAY, 4, AHEAD)
    yield acknowledged(NOW - 19 * DAY, 9, AHEAD)
    yield status(NOW - 20 * DAY, 4, code=ELSEWHERE, agency="H42.18", due_at=NOW - DAY)
    yield portal(NOW - 20 * DAY, code=ELSEWHERE)


@pytest.fixture(scope="module")
def served(make_settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(make_settings(partitions=3), tmp_path_factory.mktemp("api"), told()) as found:
        yield found


@pytest.fixture
def api(served: Serving) -> ApiProcess:
    return served.api


@pytest.fixture
def settings(served: Serving) -> Settings:
    return served.settings


def test_each_list_has_the_dossiers_that_belong_there_the_oldest_first(api: ApiProcess) -> None:
    assert api.codes("overdue") == [LATER, LATE, ELSEWHERE]
    assert api.codes("overdue", agency="H42.17") == [LATER, LATE]
    assert api.codes("overdue", agency="H42.99") == []
    assert api.codes("due-soon") == [SOON]
    assert api.codes("unsynced") == [UNKNOWN]
    assert api.codes("diverged") == [AHEAD]

    (ahead,) = api.get("/v1/diverged")["dossiers"]
    assert (ahead["diverged"], ahead["agency"], ahead["state"]) == ("status_ahead", "H42.17", "in_progress")
    assert [breach["rule"] for breach in ahead["breaches"]] == ["sync-diverged"]


def test_every_answer_says_of_when_it_is_and_that_it_is_the_whole(api: ApiProcess, settings: Settings) -> None:
    for path in ("overdue", "due-soon", "agencies", "agencies/H42.17", f"dossiers/{GOOD}"):
        answer = api.get(f"/v1/{path}")
        assert answer["as_of"] > f"{NOW:%Y-%m-%dT%H:%M:%SZ}", path
        assert answer["completeness"] == {
            "complete": True,
            "partitions": settings.partitions,
            "missing": [],
            "writing": [],
            "catching_up": [],
            "waiting": 0,
        }


def test_the_agencies_are_counted(api: ApiProcess) -> None:
    counts = {one["agency"]: one for one in api.get("/v1/agencies")["agencies"]}

    assert counts["H42.17"] == {
        "agency": "H42.17",
        "level": counts["H42.17"]["level"],
        "open": 6,
        "overdue": 2,
        "due_soon": 1,
        "unsynced": 1,
        "diverged": 1,
    }
    assert api.get("/v1/agencies/H42.17")["agency"] == counts["H42.17"]
    assert api.get("/v1/agencies/H42.17")["oldest_overdue_since"] == f"{NOW - 10 * DAY:%Y-%m-%dT%H:%M:%SZ}"
    assert "no dossier of such an agency" in api.answer("/v1/agencies/H42.99").json()["detail"]


def test_the_index_is_as_the_command_shows_it(api: ApiProcess, settings: Settings) -> None:
    for chosen, unit in (({"agency": "H42.17"}, ("H42.17",)), ({}, ("--province", "H42"))):
        answer = api.get("/v1/indicators", window="30d", **chosen)
        shown = json.loads(run("view", "index", *unit, "--window", "30d", "--json", settings=settings).stdout)
        rows = {row["indicator"]: row for row in answer["indicators"]}

        assert rows.keys() == shown["indicators"].keys()
        for indicator, expected in shown["indicators"].items():
            assert {name: rows[indicator][name] for name in expected} == expected
        assert answer["definition"] == shown["definition"]
    assert api.answer("/v1/indicators", agency="H42.99").status_code == 404


def test_one_dossier_is_explained_as_the_command_explains_it(api: ApiProcess, settings: Settings) -> None:
    for code in (LATE, AHEAD, ELSEWHERE):
        answer = api.get(f"/v1/dossiers/{in_address(code)}")
        command = ("explain", code, "--at", answer["explanation"]["at"], "--json")
        assert answer["explanation"] == json.loads(run(*command, settings=settings).stdout)
        assert answer["dossier"]["code"] == code
        assert answer["dossier"]["due_at"] == answer["explanation"]["due_at"]
    assert api.answer("/v1/dossiers/nobody").status_code == 404


def in_address(code: str) -> str:
    """Return a code as it stands in an address."""
    return quote(code, safe="")


def test_a_view_of_which_nobody_has_said_anything_for_a_minute_is_not_ready(
    api: ApiProcess, settings: Settings
) -> None:
    clock = FixedClock(SystemClock().now())
    with closing(connect(settings)) as client:
        reading = Reading(client, settings, load_indexes(), clock)
        assert reading.readiness().status == "ready"
        clock.set(clock.now() + timedelta(minutes=2))
        with pytest.raises(HTTPException, match="no word for 60 s"):
            reading.readiness()
