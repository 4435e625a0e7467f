"""The board's figures and how they are drawn: samples in, text out."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from agents.dossiers.standing import State
from agents.indicators.windows import Window
from alerts.board import Alert, AlertState, Focus, Sample, Snapshot, board_from, document_from, figures_from, line_from
from alerts.board import figures as series
from alerts.board.render import STATE_TITLES, WINDOW_TITLES
from alerts.board.scores import AGENCY_SCORE, GROUP_MAX_SCORE, GROUPS, MAX_SCORE, PROVINCE_SCORE
from config.index import load_indexes

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def sample(name: str, value: float, **labels: str) -> Sample:
    return Sample(name, labels, value)


def province() -> tuple[Sample, ...]:
    return (
        sample(series.EVENTS, 1200, result="applied"),
        sample(series.EVENTS, 34, result="duplicate"),
        sample(series.EVENTS_RATE, 12.5, result="applied"),
        sample(series.EVENT_LAG, 0.25),
        sample(series.WAITING, 7, partition="0"),
        sample(series.WAITING, 0, partition="1"),
        sample(series.CATCHING_UP, 1, partition="0"),
        sample(series.CATCHING_UP, 0, partition="1"),
        sample(series.WATERMARK, AT.timestamp() - 5, partition="0"),
        sample(series.WATERMARK, AT.timestamp() - 90, partition="1"),
        sample(series.DOSSIERS, 20, agency="H42.01", state="in_progress"),
        sample(series.DOSSIERS, 5, agency="H42.01", state="suspended"),
        sample(series.DOSSIERS, 90, agency="H42.01", state="finished_late"),
        sample(series.DOSSIERS, 3, agency="H42.02", state="received"),
        sample(series.OVERDUE, 4, agency="H42.02"),
        sample(series.OVERDUE, 0, agency="H42.01"),
        sample(series.DUE_SOON, 3, agency="H42.01", rung="1wd"),
        sample(series.DUE_SOON, 2, agency="H42.01", rung="4wh"),
        sample(series.OLDEST_OVERDUE, AT.timestamp() - 90_000, agency="H42.02"),
        sample(series.UNSYNCED, 2, agency="H42.01", severity="warning"),
        sample(series.UNSYNCED, 1, agency="H42.01", severity="critical"),
        sample(series.UNSYNCED, 1, agency="H42.01", severity="violation"),
        sample(series.DIVERGED, 3, agency="H42.01"),
        sample(series.DEAD_LETTERS, 6, reason="malformed"),
    )


def alert(name: str, state: AlertState = AlertState.ACTIVE, **labels: str) -> Alert:
    return Alert({"alertname": name, **labels}, state)


def index() -> tuple[Sample, ...]:
    """An index of two groups, of which the second is not all known: 25.5 of 30 known points of 40."""
    return (
        sample(GROUP_MAX_SCORE, 20, group="TDGQ"),
        sample(GROUP_MAX_SCORE, 20, group="MDSH"),
        sample(MAX_SCORE, 20, group="TDGQ", indicator="ON_TIME"),
        sample(MAX_SCORE, 10, group="MDSH", indicator="REUSED"),
        sample(MAX_SCORE, 10, group="MDSH", indicator="COPIES"),
        sample(PROVINCE_SCORE, 18.5, province="H42", indicator="ON_TIME", window="year"),
        sample(PROVINCE_SCORE, 7, province="H42", indicator="REUSED", window="year"),
    )


def drawn(snapshot: Snapshot, *, width: int = 120, height: int | None = None) -> str:
    console = Console(width=width, file=StringIO(), force_terminal=False, color_system=None)
    with console.capture() as capture:
        console.print(board_from(snapshot, height=height))
    return capture.get()


def test_figures_add_up_over_agencies_partitions_and_results() -> None:
    figures = figures_from(province())
    assert (figures.events, figures.waiting, figures.partitions, figures.catching_up) == (1234, 7, 2, 1)
    assert (figures.open, figures.overdue, figures.unsynced) == (28, 4, 4)
    assert figures.states[State.FINISHED_LATE] == 90
    assert figures.dead_letters == {"malformed": 6}


def test_the_watermark_shown_is_that_of_the_partition_furthest_behind() -> None:
    assert figures_from(province()).watermark_at == AT - timedelta(seconds=90)


def test_the_agency_with_most_overdue_dossiers_comes_first() -> None:
    first, second = figures_from(province()).agencies
    assert (first.code, first.open, first.overdue, first.oldest_overdue_at) == (
        "H42.02",
        3,
        4,
        AT - timedelta(seconds=90_000),
    )
    assert (second.due_soon, first.due_soon) == (5, 0)
    assert (second.code, second.open, second.unsynced, second.unsynced_critical) == ("H42.01", 25, 4, 2)


def test_a_state_this_board_does_not_know_is_left_out() -> None:
    assert figures_from([sample(series.DOSSIERS, 1, agency="H42.01", state="lost")]).states == {}


def test_the_board_shows_every_figure_in_vietnamese() -> None:
    text = drawn(Snapshot(at=AT, samples=province()))
    assert "24-11-2026 15:00:00" in text
    assert "đã xử lý 1.234" in text
    assert "cách nay 1 phút 30 giây (đang đọc bù 1/2 phân vùng)" in text
    assert "Đang xử lý 20" in text
    assert "Xong trễ hạn 90" in text
    assert "1 ngày  " in text
    assert "Chưa đồng bộ: cảnh báo 2 · nghiêm trọng 1 · vi phạm 1 · lệch với Cổng DVCQG 3" in text
    assert "Bản ghi bị loại: malformed 6" in text
    assert "Cảnh báo đang phát: không có" in text


def test_the_index_is_drawn_by_group_with_what_is_not_known_yet() -> None:
    text = drawn(Snapshot(at=AT, samples=index()))
    assert "Chỉ số 766, năm nay, H42: 25,5/30 điểm (có số liệu cho 30 trong 40 điểm)" in text
    assert "Tiến độ 18,5/20 · Số hóa 7/10 (tổng 20)" in text


def test_a_group_of_which_nothing_is_known_has_no_points_and_not_0() -> None:
    text = drawn(Snapshot(at=AT, samples=index()[:-1]))
    assert "Số hóa – (tổng 20)" in text


def test_the_index_of_one_agency_is_drawn_under_its_name() -> None:
    samples = (*index()[:-2], sample(AGENCY_SCORE, 12, agency="H42.17", indicator="ON_TIME", window="7d"))
    text = drawn(Snapshot(at=AT, samples=samples, focus=Focus(Window.DAYS_7, "H42.17")))
    assert "ĐÚNG HẠN · H42.17 · 24-11-2026" in text
    assert "Chỉ số 766, 7 ngày, H42.17: 12/20 điểm" in text


def test_sinks_are_shown_only_where_something_delivers_alerts() -> None:
    sinks = (
        sample(series.SINK_FAILING, 0, sink="alertmanager"),
        sample(series.SINK_FAILING, 1, sink="webhook"),
        sample(series.SINK_WAITING, 1200, sink="webhook"),
    )
    snapshot = Snapshot(at=AT, samples=(*province(), *sinks))
    assert "Nơi nhận cảnh báo: alertmanager gửi được · webhook KHÔNG GỬI ĐƯỢC, 1.200 chờ" in drawn(snapshot)
    assert "không gửi được: webhook" in line_from(snapshot)
    assert "Nơi nhận" not in drawn(Snapshot(at=AT, samples=province()))


def crowded() -> Snapshot:
    """More of everything than a small terminal has room for."""
    samples = [sample(series.OVERDUE, number, agency=f"H42.{number:02}") for number in range(1, 21)]
    reasons = [sample(series.DEAD_LETTERS, number, reason=f"reason_{number}") for number in range(1, 11)]
    states = [sample(series.DOSSIERS, 1000, agency="H42.01", state=state) for state in State]
    alerts = [alert(f"Tthc{number:02}", severity="warning") for number in range(15)]
    alerts += [alert("TthcWorst", severity="critical"), alert("TthcDossierOverdue", scope="dossier", agency="H42.01")]
    return Snapshot(at=AT, samples=(*index(), *samples, *reasons, *states), alerts=tuple(alerts))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (80, 25), (100, 30), (200, 60)])
def test_the_board_fits_the_terminal_and_fills_it_if_it_can(width: int, height: int) -> None:
    text = drawn(crowded(), width=width, height=height)
    lines = text.splitlines()
    assert len(lines) <= height
    assert len(lines) == height or "H42.01" in text, "nothing is left out while there is room"
    assert all(len(line) == width for line in lines)
    assert "H42.20" in text
    assert "TthcWorst ×1 (1 nghiêm trọng)" in text
    assert "Cảnh báo theo hồ sơ: TthcDossierOverdue 1" in text


def test_no_title_of_a_column_is_cut_in_80_columns() -> None:
    codes = [sample(series.OVERDUE, 1, agency=f"000.00.{number}.H42") for number in range(10, 40)]
    text = drawn(Snapshot(at=AT, samples=tuple(codes)), width=80, height=24)
    for title in ("Đang mở", "Sắp đến hạn", "Quá hạn", "Lâu nhất", "Chưa đồng bộ", "Nghiêm trọng", "000.00.10.H42"):
        assert title in text


def test_agencies_beyond_the_rows_are_summed_in_one_line() -> None:
    samples = [sample(series.OVERDUE, number, agency=f"H42.{number:02}") for number in range(1, 21)]
    text = drawn(Snapshot(at=AT, samples=tuple(samples)), height=15)
    assert "H42.20" in text
    assert "H42.15" not in text
    assert "… 15 khác" in text
    assert "120" in text  # 1 + 2 + … + 15


def test_the_reasons_of_dead_letters_beyond_the_most_frequent_are_summed() -> None:
    text = drawn(crowded(), width=100, height=24)
    assert "reason_10 10 · reason_9 9 · reason_8 8 · reason_7 7 · lý do khác 21" in text
    assert "reason_1 1" in drawn(crowded(), width=80, height=60)


def test_alerts_of_single_dossiers_are_counted_and_one_that_stands_for_many_counts_them() -> None:
    one = alert("TthcDossierOverdue", scope="dossier", agency="H42.01", dossier="H42.01-261102-0001")
    many = Alert(
        {"alertname": "TthcDossierOverdue", "scope": "dossier", "agency": "H42.02", "collapsed": "true"},
        AlertState.ACTIVE,
        {"count": "250"},
    )
    snapshot = Snapshot(at=AT, alerts=(one, many, alert("TthcSyncMissing", agency="H42.02", severity="warning")))
    text = drawn(snapshot)
    assert "Cảnh báo theo hồ sơ: TthcDossierOverdue 251" in text
    assert "261102" not in text
    assert line_from(snapshot).endswith("cảnh báo: TthcSyncMissing ×1 · cảnh báo theo hồ sơ: 251")


def test_firing_alerts_are_counted_by_name_without_the_watchdog() -> None:
    alerts = (
        alert("TthcDossiersOverdue", agency="H42.01", severity="critical"),
        alert("TthcDossiersOverdue", AlertState.SUPPRESSED, agency="H42.01", severity="warning"),
        alert("TthcSyncMissing", agency="H42.02", severity="warning"),
        alert("TthcWatchdog", severity="none"),
    )
    snapshot = Snapshot(at=AT, alerts=alerts)
    text = drawn(snapshot)
    assert "TthcDossiersOverdue ×2 (1 nghiêm trọng, 1 được ẩn)  H42.01" in text
    assert "TthcSyncMissing ×1  H42.02" in text
    assert "TthcWatchdog" not in text
    assert line_from(snapshot).endswith("cảnh báo: TthcDossiersOverdue ×2, TthcSyncMissing ×1")


def test_a_service_that_does_not_answer_is_named_on_the_board_and_in_the_line() -> None:
    snapshot = Snapshot(at=AT, faults=("Prometheus (http://127.0.0.1:1) không trả lời",))
    assert "⚠ Prometheus (http://127.0.0.1:1) không trả lời" in drawn(snapshot)
    assert "⚠ Prometheus (http://127.0.0.1:1) không trả lời" in line_from(snapshot)


def test_the_line_says_what_the_board_says() -> None:
    assert line_from(Snapshot(at=AT, samples=province())) == (
        "24-11-2026 15:00:00 · 12 sự kiện/s · 1.234 đã xử lý · 7 chờ · 28 hồ sơ đang mở · 4 quá hạn · 4 chưa đồng bộ"
        " · 6 bị loại · cảnh báo: không"
    )


@pytest.mark.parametrize("code", ["[red]H42[/red]", "H42\x1b[2J", "H42\r\n"])
def test_an_agency_code_cannot_command_the_terminal(code: str) -> None:
    text = drawn(Snapshot(at=AT, samples=(sample(series.OVERDUE, 1, agency=code),)))
    assert "\x1b" not in text
    assert code.replace("\x1b", "·").replace("\r\n", "··") in text


def test_everything_that_can_be_shown_has_a_title() -> None:
    assert set(STATE_TITLES) == set(State)
    assert set(WINDOW_TITLES) == set(Window)
    for version in load_indexes().versions:
        assert {group.code for group in version.groups} <= GROUPS.keys()


def test_the_document_holds_what_the_board_shows() -> None:
    alerts = (alert("TthcSyncMissing", agency="H42.02", severity="critical"),)
    document = json.loads(document_from(Snapshot(at=AT, samples=(*province(), *index()), alerts=alerts)))
    assert document["focus"] == {"window": "year", "agency": None}
    assert document["figures"]["agencies"][0]["code"] == "H42.02"
    assert document["figures"]["sync_missing"] == {"warning": 2, "critical": 1, "violation": 1}
    assert [group["points"] for group in document["figures"]["index"][0]["groups"]] == [18.5, 7]
    assert document["alerts"] == [
        {"name": "TthcSyncMissing", "count": 1, "critical": 1, "muted": 0, "where": ["H42.02"]}
    ]


def test_the_document_has_no_figures_where_there_are_no_samples() -> None:
    document = json.loads(document_from(Snapshot(at=AT, faults=("Prometheus …",))))
    assert document["figures"] is None
    assert document["faults"] == ["Prometheus …"]


SAMPLES = st.lists(
    st.builds(
        Sample,
        st.sampled_from([*series.SERIES, "other"]),
        st.dictionaries(
            st.sampled_from(
                ["agency", "province", "indicator", "group", "state", "severity", "reason", "partition", "sink"]
            ),
            st.text(max_size=8),
        ),
        st.floats(min_value=0, max_value=4e9),
    ),
    max_size=20,
)


@given(SAMPLES, st.integers(40, 200), st.none() | st.integers(1, 60))
def test_any_samples_can_be_drawn_at_any_size(samples: Iterable[Sample], width: int, height: int | None) -> None:
    snapshot = Snapshot(at=AT, samples=tuple(samples))
    assert drawn(snapshot, width=width, height=height)
    assert document_from(snapshot)
    assert "\n" not in line_from(snapshot)
