"""Drawing a snapshot, in Vietnamese: as a board for a terminal, or as one line for a log. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.dossiers.standing import State
from alerts.board.figures import AgencyFigures, Figures, figures_from
from alerts.board.snapshot import Alert, AlertState, Snapshot
from config.clock import VIETNAM

WATCHDOG = "TthcWatchdog"
AGENCY_ROWS = 10
STATE_TITLES = {
    State.SUBMITTED: "Mới đăng ký",
    State.RECEIVED: "Được tiếp nhận",
    State.IN_PROGRESS: "Đang xử lý",
    State.SUSPENDED: "Chờ bổ sung",
    State.FEE_DUE: "Chờ nộp phí",
    State.FINISHED_EARLY: "Xong trước hạn",
    State.FINISHED_ON_TIME: "Xong đúng hạn",
    State.FINISHED_LATE: "Xong trễ hạn",
    State.FINISHED_UNDATED: "Xong, không hẹn ngày",
    State.REFUSED: "Không tiếp nhận",
    State.WITHDRAWN: "Đã rút",
    State.STOPPED: "Dừng xử lý",
}


def board_from(snapshot: Snapshot, *, agency_rows: int = AGENCY_ROWS) -> RenderableType:
    """Draw the whole board, with the `agency_rows` agencies that have most to mend."""
    figures = figures_from(snapshot.samples)
    parts: list[RenderableType] = [
        *(Text(f"⚠ {fault}", "bold red") for fault in snapshot.faults),
        _flow(figures, snapshot.at),
        _pairs("Hồ sơ", ((STATE_TITLES[state], figures.states.get(state, 0)) for state in State)),
        _agency_table(figures, snapshot.at, agency_rows),
        _pairs("Bản ghi bị loại", sorted(figures.dead_letters.items())),
        _alert_lines(snapshot.alerts),
    ]
    title = Text.assemble(("ĐÚNG HẠN", "bold"), f" · {_local(snapshot.at)}")
    return Panel(Group(*parts), title=title, title_align="left", box=box.ROUNDED)


def line_from(snapshot: Snapshot) -> str:
    """Say the same in one line, for where there is no terminal."""
    counts = ", ".join(f"{_clean(name)} ×{count}" for name, count in firing(snapshot.alerts).items())
    parts = [
        _local(snapshot.at),
        _figures_line(figures_from(snapshot.samples)) if snapshot.samples else "chưa có số liệu",
        f"cảnh báo: {counts or 'không'}",
        *(f"⚠ {fault}" for fault in snapshot.faults),
    ]
    return " · ".join(parts)


def _figures_line(figures: Figures) -> str:
    parts = [
        f"{_number(figures.events_per_second)} sự kiện/s",
        f"{_number(figures.events)} đã xử lý",
        f"{_number(figures.waiting)} chờ",
        f"{_number(figures.open)} hồ sơ đang mở",
        f"{_number(figures.overdue)} quá hạn",
        f"{_number(figures.unsynced)} chưa đồng bộ",
        f"{_number(sum(figures.dead_letters.values()))} bị loại",
    ]
    return " · ".join(parts)


def firing(alerts: Iterable[Alert]) -> dict[str, int]:
    """Count the firing alerts by name; the watchdog, which always fires, is not one of them."""
    return dict(sorted(Counter(alert.name for alert in alerts if alert.name != WATCHDOG).items()))


def _flow(figures: Figures, at: datetime) -> Text:
    """Draw how the events flow: how many, how far behind."""
    lag = figures.event_lag_seconds
    watermark = f"cách nay {_ago(at - figures.watermark_at)}" if figures.watermark_at else "–"
    if figures.catching_up:
        watermark += f" (đang đọc bù {figures.catching_up}/{figures.partitions} phân vùng)"
    first = _joined(
        ("Sự kiện/giây", _number(figures.events_per_second)),
        ("đã xử lý", _number(figures.events)),
        ("bản ghi chờ", _number(figures.waiting)),
        ("trễ p99", "–" if lag is None else f"{_decimal(lag)} s"),
    )
    return Text("\n").join([first, _joined(("Mốc thời gian sự kiện", watermark))])


def _pairs(title: str, pairs: Iterable[tuple[str, int]]) -> Text:
    shown = [(name, _number(count)) for name, count in pairs if count]
    return Text.assemble((f"{title}: ", "bold"), _joined(*shown) if shown else "không có")


def _joined(*pairs: tuple[str, str]) -> Text:
    return Text(" · ").join(Text.assemble((f"{_clean(name)} ", "dim"), (value, "bold cyan")) for name, value in pairs)


def _agency_table(figures: Figures, at: datetime, rows: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("Cơ quan", no_wrap=True)
    for title in ("Đang mở", "Sắp đến hạn", "Quá hạn", "Lâu nhất", "Chưa đồng bộ", "Nghiêm trọng"):
        table.add_column(title, justify="right", no_wrap=True)
    for agency in figures.agencies[:rows]:
        table.add_row(*_agency_cells(agency, at))
    left = figures.agencies[rows:]
    if left:
        is_open, due_soon, overdue, unsynced = (
            _number(sum(getattr(agency, name) for agency in left))
            for name in ("open", "due_soon", "overdue", "unsynced")
        )
        rest = [is_open, due_soon, overdue, "", unsynced, ""]
        table.add_row(f"… {len(left)} cơ quan khác", *rest, style="dim")
    return table


def _agency_cells(agency: AgencyFigures, at: datetime) -> list[Text]:
    oldest = _ago(at - agency.oldest_overdue_at) if agency.oldest_overdue_at else "–"
    return [
        Text(_clean(agency.code)),
        Text(_number(agency.open)),
        Text(_number(agency.due_soon), "yellow" if agency.due_soon else "green"),
        Text(_number(agency.overdue), "bold red" if agency.overdue else "green"),
        Text(oldest),
        Text(_number(agency.unsynced), "bold yellow" if agency.unsynced else "green"),
        Text(_number(agency.unsynced_critical), "bold red" if agency.unsynced_critical else "green"),
    ]


def _alert_lines(alerts: Iterable[Alert]) -> Text:
    """Draw one line an alert name: how many fire, how many of them are critical or told to nobody."""
    alerts = list(alerts)
    lines = [_alert_line(name, [alert for alert in alerts if alert.name == name]) for name in firing(alerts)]
    return Text("\n").join([Text("Cảnh báo đang phát:" if lines else "Cảnh báo đang phát: không có", "bold"), *lines])


def _alert_line(name: str, alerts: list[Alert]) -> Text:
    critical = sum(alert.severity == "critical" for alert in alerts)
    muted = sum(alert.state is AlertState.SUPPRESSED for alert in alerts)
    notes = [f"{critical} nghiêm trọng" if critical else "", f"{muted} được ẩn" if muted else ""]
    where = sorted({alert.labels.get("agency") or alert.labels.get("reason") or "" for alert in alerts} - {""})
    return Text.assemble(
        ("  ● ", "red" if critical else "yellow"),
        (f"{_clean(name)} ×{len(alerts)}", "bold"),
        f" ({', '.join(filter(None, notes))})" if any(notes) else "",
        (f"  {_clean(', '.join(where[:6]))}{' …' if where[6:] else ''}", "dim"),
    )


def _clean(text: str) -> str:
    """Make text of the events harmless to a terminal: an agency's code is whatever an upstream system wrote."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _number(value: float) -> str:
    """Write a number the Vietnamese way: 1.234.567."""
    return f"{value:,.0f}".replace(",", ".")


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _local(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d-%m-%Y %H:%M:%S}"


def _ago(span: timedelta) -> str:
    """Write a span by its two largest units: 3 ngày 4 giờ, 5 phút, 12 giây."""
    seconds = max(int(span.total_seconds()), 0)
    parts: list[str] = []
    for unit, size in (("ngày", 86400), ("giờ", 3600), ("phút", 60), ("giây", 1)):
        count, seconds = divmod(seconds, size)
        if count or (unit == "giây" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
