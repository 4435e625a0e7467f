"""Every panel of every dashboard, drawn by Grafana's own components from a seeded run: none fails, none stays empty."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from drawing.boards import Board, Order, Panel, State, draw, names
from drawing.province import Running, province
from drawing.set_up import NodeMissingError, set_up
from drawing.watching import watching

from config.settings import Settings
from dunghan.stack import StackError

pytestmark = pytest.mark.stack

SINCE = {"from": "now-5m"}  # the run is not much older
RIGHTLY_EMPTY = {
    ("agency.json", "Hồ sơ Cổng ghi khác"): "the agency with the most overdue dossiers need not have a diverged one",
}
"""Which panels may be empty in a seeded run, and why."""

TELL_THE_SAME = {
    ("overdue.json", "Đang quá hạn"): "sum(tthc_dossiers_overdue)",
    ("sync.json", "Cổng ghi khác"): "sum(tthc_sync_diverged)",
    ("operations.json", "Tiến trình xử lý"): "count(tthc_build_info)",
    ("overview.json", "Tổng điểm đã biết"): 'sum(province:tthc_indicator_score{window="year"})',
}
"""The first number that these panels show, asked in other words."""


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    """Set the tool up before anything runs: without Node.js all tests are skipped, with any other fault they fail."""
    try:
        set_up()
    except NodeMissingError as error:
        pytest.skip(f"dashboards cannot be drawn: {error.message}")
    except StackError as error:
        pytest.fail(f"dashboards cannot be drawn: {error.message}", pytrace=False)


def test_every_panel_is_drawn_with_what_prometheus_says(settings: Settings, tmp_path: Path) -> None:
    with watching(settings, tmp_path) as (config, watched), province(watched, config, tmp_path) as running:
        boards = drawn(running, tmp_path)
        assert_all_drawn(boards)
        assert_told(boards, running)
        assert_named(boards)
        assert_listed(boards, running)


def drawn(running: Running, folder: Path) -> dict[str, Board]:
    """Draw all dashboards; the one of an agency for the agency that has the most to show."""
    asked = {name: SINCE | ({"var-agency": running.busiest()} if name == "agency.json" else {}) for name in names()}
    return {board.name: board for board in draw(Order(upstream=running.upstream, folder=folder, boards=asked))}


def assert_all_drawn(boards: dict[str, Board]) -> None:
    amiss = [f"{board.name}: {error}" for board in boards.values() for error in board.errors]
    for board in boards.values():
        assert len(board.panels) > 10, board.name
        faulty = (panel for panel in board.panels if not is_well(board, panel))
        amiss.extend(f"{board.name}: {one.type} {one.state} {one.message}: {one.text!r}" for one in faulty)
    assert not amiss, "\n".join(amiss)


def is_well(board: Board, panel: Panel) -> bool:
    """Tell whether a panel is drawn: its title and something below; or rightly says that there is nothing."""
    allowed = {State.DRAWN, State.EMPTY} if (board.name, panel.title) in RIGHTLY_EMPTY else {State.DRAWN}
    return panel.state in allowed and len(panel.text.strip()) > len(panel.title)


def assert_told(boards: dict[str, Board], running: Running) -> None:
    """Compare numbers as drawn with those of Prometheus."""
    for (name, title), query in TELL_THE_SAME.items():
        panel, value = boards[name].panel(title), running.value(query)
        assert panel.values[0] == pytest.approx(value), (name, title)
        assert f"{value:.2f}".rstrip("0").rstrip(".") in panel.text.replace("\n", ""), (name, title)


def assert_named(boards: dict[str, Board]) -> None:
    """Find the name of a bar that stands alone."""
    panel = boards["bottlenecks.json"].panel("Đơn vị không dùng hệ thống")
    assert panel.values == [1]
    assert "H42.09" in panel.text


def assert_listed(boards: dict[str, Board], running: Running) -> None:
    """Find in the list of overdue dossiers the first ones that the API names."""
    listed = requests.get(f"{running.upstream['api']}/v1/overdue", params={"limit": 3}, timeout=10).json()["dossiers"]
    panel = boards["overdue.json"].panel("Hồ sơ quá hạn")
    assert listed
    assert all(row["code"] in panel.text for row in listed)


def test_the_tool_tells_drawn_from_empty_and_failed(settings: Settings, tmp_path: Path) -> None:
    panels = [
        probe(1, "stat", "vector(1)"),
        probe(2, "stat", "nobody_exposes_this"),
        probe(3, "timeseries", "nobody_exposes_this"),
        probe(4, "table", "sum("),
        probe(5, "piechart", "vector(1)"),
    ]
    (tmp_path / "probe.json").write_text(json.dumps({"uid": "probe", "title": "probe", "panels": panels}))
    order = Order(
        upstream={"prometheus": settings.prometheus}, folder=tmp_path, boards={"probe.json": {}}, dashboards=tmp_path
    )
    (board,) = draw(order)
    one, none, never, wrong, unknown = board.panels
    assert (one.state, one.values) == (State.DRAWN, [1])
    assert (none.state, never.state) == (State.EMPTY, State.EMPTY)
    assert none.text.endswith("nothing")
    assert (wrong.state, unknown.state) == (State.FAILED, State.FAILED)
    assert "parse error" in wrong.message
    assert "piechart" in unknown.message


def probe(number: int, kind: str, expr: str) -> dict[str, Any]:
    """Return a panel that asks for one thing."""
    return {
        "id": number,
        "type": kind,
        "title": f"{number}",
        "gridPos": {"x": 0, "y": 4 * number, "w": 12, "h": 4},
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "targets": [{"refId": "A", "expr": expr, "instant": kind != "timeseries"}],
        "fieldConfig": {"defaults": {"noValue": "nothing"}, "overrides": []},
    }
