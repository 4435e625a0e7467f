"""The board's figures and how they are drawn: samples in, text out."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from agents.dossiers.standing import State
from alerts.board import Alert, AlertState, Sample, Snapshot, board_from, figures_from, line_from
from alerts.board import figures as series
from alerts.board.render import STATE_TITLES

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
        sample(series.DEAD_LETTERS, 6, reason="malformed"),
    )


def alert(name: str, state: AlertState = AlertState.ACTIVE, **labels: str) -> Alert:
    return Alert({"alertname": name, **labels}, state)


def drawn(snapshot: Snapshot, *, width: int = 120, agency_rows: int = 10) -> str:
    console = Console(width=width, file=StringIO(), force_terminal=False, color_system=None)
    with console.capture() as capture:
        console.print(board_from(snapshot, agency_rows=agency_rows))
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
    assert "1 ngày 1 giờ" in text
    assert "malformed 6" in text
    assert "Cảnh báo đang phát: không có" in text


def test_agencies_beyond_the_rows_are_summed_in_one_line() -> None:
    samples = [sample(series.OVERDUE, number, agency=f"H42.{number:02}") for number in range(1, 21)]
    text = drawn(Snapshot(at=AT, samples=tuple(samples)), agency_rows=5)
    assert "H42.20" in text
    assert "H42.15" not in text
    assert "… 15 cơ quan khác" in text
    assert "120" in text  # 1 + 2 + … + 15


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


def test_every_state_has_a_title() -> None:
    assert set(STATE_TITLES) == set(State)


SAMPLES = st.lists(
    st.builds(
        Sample,
        st.sampled_from([*series.SERIES, "other"]),
        st.dictionaries(st.sampled_from(["agency", "state", "severity", "reason", "partition"]), st.text(max_size=8)),
        st.floats(min_value=0, max_value=4e9),
    ),
    max_size=20,
)


@given(SAMPLES, st.integers(40, 200))
def test_any_samples_can_be_drawn_at_any_width(samples: Iterable[Sample], width: int) -> None:
    snapshot = Snapshot(at=AT, samples=tuple(samples))
    assert drawn(snapshot, width=width)
    assert "\n" not in line_from(snapshot)
