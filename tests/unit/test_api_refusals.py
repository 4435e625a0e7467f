"""What the API refuses, and how it says so. Redis is not there: whoever is let through is told that."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from alerts.api.app import create_app
from alerts.api.reading import Reading
from alerts.api.tokens import line_of, new_token, parse_tokens
from alerts.redis.rebuild import connect
from config.clock import SystemClock
from config.index import load_indexes
from config.settings import Settings

TOKEN = new_token()
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = Settings(redis="redis://127.0.0.1:1/0")
V1 = ("agencies", "agencies/H42", "indicators", "overdue", "due-soon", "unsynced", "diverged", "dossiers/H42-1")


def client(*, open_to_all: bool = False) -> TestClient[Any]:
    tokens = None if open_to_all else parse_tokens(line_of("test", TOKEN))
    reading = Reading(connect(SETTINGS), SETTINGS, load_indexes(), SystemClock())
    return TestClient(create_app(reading, tokens), base_url="http://127.0.0.1:19105")


@pytest.fixture(scope="module")
def api() -> Iterator[TestClient[Any]]:
    with client() as found:
        yield found


def problem(answer: Any, status: int) -> str:
    """Check that an answer is a problem as RFC 9457 has it; return its detail."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() == {"type", "title", "status", "detail"}
    assert told["status"] == status
    return str(told["detail"])


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer \xe9"],
    ids=range(9),
)
def test_nothing_is_told_without_a_token(api: TestClient[Any], header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    for path in V1:
        answer = api.get(f"/v1/{path}?no-such=1", headers=headers)  # nor whether the question makes sense

        assert "a token is needed" in problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", V1)
def test_whoever_has_a_token_is_let_through(api: TestClient[Any], path: str) -> None:
    answer = api.get(f"/v1/{path}", headers=BEARER)

    assert "Redis, which holds the view, does not answer" in problem(answer, 503)
    assert answer.headers["retry-after"] == "5"


def test_whether_the_process_is_up_is_told_to_anybody_whatever_redis_does(api: TestClient[Any]) -> None:
    answer = api.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "up")
    assert "Redis" in problem(api.get("/ready"), 503)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("limit=0", "limit: Expected `int` >= 1"),
        ("limit=1001", "limit: Expected `int` <= 1000"),
        ("limit=many", "limit: Expected `int`, got `str`"),
        ("limit=1&limit=2", "limit: given twice"),
        ("agencies=H42", "agencies: no such parameter"),
        ("reading=1", "reading: no such parameter"),
        (f"agency={'H' * 101}", "agency: Expected `str` of length <= 100"),
        ("cursor=a/b", "cursor: Expected `str` matching regex"),
        (f"cursor={'a' * 701}", "cursor: Expected `str` of length <= 700"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_one_line(api: TestClient[Any], query: str, says: str) -> None:
    detail = problem(api.get(f"/v1/overdue?{query}", headers=BEARER), 400)

    assert says in detail
    assert "\n" not in detail


def test_a_page_that_was_never_told_of_is_not_found(api: TestClient[Any]) -> None:
    answer = api.get("/v1/overdue?cursor=abc", headers=BEARER)

    assert "cursor: not a cursor that this API has given" in problem(answer, 404)


def test_a_window_that_there_is_not_is_refused(api: TestClient[Any]) -> None:
    assert "window: Invalid enum value 'week'" in problem(api.get("/v1/indicators?window=week", headers=BEARER), 400)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(api: TestClient[Any], method: str) -> None:
    answer = api.request(method, "/v1/overdue", headers=BEARER)

    problem(answer, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/v1/overdue", "/health", "/openapi.json", "/nowhere", "/v1/overdue?limit=0"])
def test_no_answer_is_kept_or_guessed_at_by_a_browser(api: TestClient[Any], path: str) -> None:
    headers = api.get(path, headers=BEARER).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/", "/docs", "/schema", "/redoc", "/swagger", "/elements", "/nowhere"])
def test_there_is_no_page_that_loads_a_program_from_elsewhere(api: TestClient[Any], path: str) -> None:
    problem(api.get(path), 404)


def test_without_tokens_a_page_in_a_browser_cannot_pass_for_this_machine() -> None:
    with client(open_to_all=True) as api:
        for host in ("127.0.0.1:19105", "localhost", "[::1]:19105"):
            problem(api.get("/v1/overdue", headers={"Host": host}), 503)
        for host in ("attacker.example", "127.0.0.1.attacker.example", ""):
            problem(api.get("/v1/overdue", headers={"Host": host}), 403)
