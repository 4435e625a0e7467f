"""Reading the board from servers that answer, answer nonsense, or do not answer; and showing it again and again."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from threading import Event, Thread

from click.testing import CliRunner
from rich.console import Console

from agents.indicators.windows import Window
from alerts.board import AlertState, BoardSource, Focus, Snapshot, show
from alerts.board.figures import OVERDUE, figures_from
from alerts.board.scores import AGENCY_SCORE, PROVINCE_SCORE
from alerts.board.source import matchers, query
from config.clock import FixedClock
from dunghan.commands.watch_command import command

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NOBODY = "http://127.0.0.1:1"
METRICS = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [
            {"metric": {"__name__": OVERDUE, "agency": "H42.01"}, "value": [1, "3"]},
            {"metric": {"__name__": "tthc_event_lag_seconds:p99_1m"}, "value": [1, "NaN"]},
        ],
    },
}
ALERTS = [{"labels": {"alertname": "TthcDossiersOverdue", "agency": "H42.01"}, "status": {"state": "active"}}]


@contextmanager
def server(answers: dict[str, tuple[int, str]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[self.path.partition("?")[0]]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()


def read(metrics: tuple[int, str], alerts: tuple[int, str]) -> Snapshot:
    with server({"/api/v1/query": metrics, "/api/v2/alerts": alerts}) as address:
        source = BoardSource(address, address, FixedClock(AT))
        try:
            return source.read()
        finally:
            source.close()


def test_samples_and_alerts_are_read_and_what_is_not_a_number_is_dropped() -> None:
    snapshot = read((200, json.dumps(METRICS)), (200, json.dumps(ALERTS)))
    assert figures_from(snapshot.samples).overdue == 3
    assert len(snapshot.samples) == 1
    assert [(alert.name, alert.severity, alert.state) for alert in snapshot.alerts] == [
        ("TthcDossiersOverdue", "none", AlertState.ACTIVE)
    ]
    assert (snapshot.at, snapshot.faults) == (AT, ())


def test_an_error_or_nonsense_from_one_service_leaves_the_others_answer() -> None:
    snapshot = read((503, "starting"), (200, json.dumps(ALERTS)))
    assert len(snapshot.alerts) == 1
    assert len(snapshot.faults) == 1
    assert "Prometheus" in snapshot.faults[0]
    snapshot = read((200, json.dumps(METRICS)), (200, "<html>"))
    assert len(snapshot.samples) == 1
    assert "Alertmanager" in snapshot.faults[0]


def test_services_that_are_not_there_become_faults_without_the_password_of_their_address() -> None:
    snapshot = BoardSource("http://me:secret@127.0.0.1:1", NOBODY, FixedClock(AT)).read()
    assert len(snapshot.faults) == 2
    assert "http://127.0.0.1:1" in snapshot.faults[0]
    assert "secret" not in snapshot.faults[0]


def test_a_prometheus_without_samples_is_a_fault_that_says_what_to_do() -> None:
    empty = {"status": "success", "data": {"resultType": "vector", "result": []}}
    snapshot = read((200, json.dumps(empty)), (200, "[]"))
    assert snapshot.faults == (
        "Prometheus chưa có số liệu: chưa có worker, hoặc chưa nạp quy tắc; xem: dunghan doctor",
    )


def test_the_query_asks_for_one_window_and_for_the_scores_of_provinces_only() -> None:
    asked = query(Focus(Window.DAYS_30))
    assert 'window=~"|30d"' in asked
    assert PROVINCE_SCORE in asked
    assert f"|{AGENCY_SCORE}|" not in asked
    assert "agency=~" not in asked


def test_one_agency_narrows_samples_and_alerts_and_leaves_what_is_of_no_agency() -> None:
    focus = Focus(agency='H42.1"}')
    assert matchers(focus) == [r'agency=~"|H42\\.1\"\\}"']
    assert matchers(focus)[0] in query(focus)
    assert f"|{AGENCY_SCORE}|" in query(focus)
    assert PROVINCE_SCORE not in query(focus)


def stopping_after(times: int, stop: Event) -> Callable[[], Snapshot]:
    def read() -> Snapshot:
        nonlocal times
        times -= 1
        if times == 0:
            stop.set()
        return Snapshot(at=AT)

    return read


def test_without_a_terminal_the_board_is_one_plain_line() -> None:
    console, stop = Console(file=StringIO(), force_terminal=False), Event()
    show(stopping_after(1, stop), console, stop)
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue() == "24-11-2026 15:00:00 · chưa có số liệu · cảnh báo: không\n"


def test_on_a_terminal_the_board_is_drawn_in_place_and_ends_when_told() -> None:
    console, stop = Console(file=StringIO(), force_terminal=True, width=100, height=40), Event()
    show(stopping_after(1, stop), console, stop)
    assert isinstance(console.file, StringIO)
    assert "ĐÚNG HẠN" in console.file.getvalue()


def test_the_board_ends_when_its_time_is_over() -> None:
    console = Console(file=StringIO(), force_terminal=False)
    show(lambda: Snapshot(at=AT), console, Event(), seconds=0)
    assert isinstance(console.file, StringIO)
    assert len(console.file.getvalue().splitlines()) == 1


def test_watch_once_prints_a_line_and_ends_well_even_when_nothing_answers() -> None:
    settings = {"DUNGHAN_PROMETHEUS": NOBODY, "DUNGHAN_ALERTMANAGER": NOBODY}
    result = CliRunner().invoke(command, ["--once"], env=settings)
    assert result.exit_code == 0
    assert "Prometheus (http://127.0.0.1:1) không trả lời" in result.output
