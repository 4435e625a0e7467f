"""Drawing a snapshot, in Vietnamese: as a board for a terminal, or as one line for a log. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.console import Group as Lines
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.dossiers.standing import State
from agents.indicators.windows import Window
from alerts.board.figures import AgencyFigures, Figures, SinkFigures, figures_from
from alerts.board.firing import dossiers_told_of, firing, firing_lines
from alerts.board.scores import GROUPS, GroupScore, UnitScore
from alerts.board.snapshot import Snapshot
from alerts.board.texts import ago, clean, counts, decimal, joined, local, number, points

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
WINDOW_TITLES = {
    Window.TODAY: "hôm nay",
    Window.DAYS_7: "7 ngày",
    Window.DAYS_30: "30 ngày",
    Window.MONTH: "tháng này",
    Window.QUARTER: "quý này",
    Window.YEAR: "năm nay",
}
SEVERITY_TITLES = {"warning": "cảnh báo", "critical": "nghiêm trọng", "violation": "vi phạm"}
_FRAME_LINES, _FRAME_COLUMNS = 2, 4
_LEAST_ROWS = 4  # of the agencies: head, two, and the sum of the others
_TALL = 40  # lines from which on every reason of the dead letters is told
_FEW_REASONS = 4
_WEAK, _FAIR = 0.5, 0.7  # shares of the known points that are drawn red, yellow


class Board:
    """The whole board. It fits a terminal of `height` lines: agencies and alerts take what the rest leaves."""

    def __init__(self, snapshot: Snapshot, height: int | None = None) -> None:
        self._snapshot = snapshot
        self._figures = figures_from(snapshot.samples)
        self._height = height

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it, as wide as there is room."""
        above = self._fixed_lines()
        agencies, alerts = None, None
        if self._height is not None:
            inner = options.update(width=max(options.max_width - _FRAME_COLUMNS, 1))
            used = sum(len(console.render_lines(part, inner, pad=False)) for part in above)
            agencies, alerts = self._shares(self._height - _FRAME_LINES - used)
        at = self._snapshot.at
        parts = [
            *above,
            _agency_table(self._figures, at, AGENCY_ROWS + 2 if agencies is None else agencies),
            *firing_lines(self._snapshot.alerts, alerts),
        ]
        agency = self._snapshot.focus.agency
        title = Text.assemble(("ĐÚNG HẠN", "bold"), f"{f' · {clean(agency)}' if agency else ''} · {local(at)}")
        yield Panel(Lines(*parts), title=title, title_align="left", box=box.ROUNDED)

    def _fixed_lines(self) -> list[RenderableType]:
        figures, snapshot = self._figures, self._snapshot
        return [
            *(Text(f"⚠ {fault}", "bold red") for fault in snapshot.faults),
            _flow(figures, snapshot.at),
            *(_index(unit, snapshot.focus.window) for unit in figures.index),
            counts("Hồ sơ", ((STATE_TITLES[state], figures.states.get(state, 0)) for state in State)),
            counts("Chưa đồng bộ", _sync(figures)),
            counts("Bản ghi bị loại", self._dead_letters()),
            *_sinks(figures.sinks),
        ]

    def _dead_letters(self) -> list[tuple[str, int]]:
        """Return the reasons, the most frequent first; where there is little room, only those."""
        ranked = Counter(self._figures.dead_letters).most_common()
        few = len(ranked) if self._height is None or self._height >= _TALL else _FEW_REASONS
        return [*ranked[:few], ("lý do khác", sum(count for _, count in ranked[few:]))]

    def _shares(self, room: int) -> tuple[int, int]:
        """Divide what is left: two fifths for the alerts, more if the agencies need less, and the other way round."""
        wanted = len(firing_lines(self._snapshot.alerts))
        agencies = max(_LEAST_ROWS, min(len(self._figures.agencies) + 1, room - min(wanted, max(2 * room // 5, 3))))
        return agencies, max(room - agencies, 1)


def board_from(snapshot: Snapshot, *, height: int | None = None) -> RenderableType:
    """Draw the whole board, in at most `height` lines if it is given and can be."""
    return Board(snapshot, height)


def line_from(snapshot: Snapshot) -> str:
    """Say the same in one line, for where there is no terminal."""
    fired = ", ".join(f"{clean(name)} ×{count}" for name, count in firing(snapshot.alerts).items())
    of_dossiers = sum(dossiers_told_of(snapshot.alerts).values())
    parts = [
        local(snapshot.at),
        *([clean(snapshot.focus.agency)] if snapshot.focus.agency else []),
        _figures_line(figures_from(snapshot.samples)) if snapshot.samples else "chưa có số liệu",
        f"cảnh báo: {fired or 'không'}",
        *([f"cảnh báo theo hồ sơ: {number(of_dossiers)}"] if of_dossiers else []),
        *(f"⚠ {fault}" for fault in snapshot.faults),
    ]
    return " · ".join(parts)


def _figures_line(figures: Figures) -> str:
    failing = [clean(sink.name) for sink in figures.sinks if sink.failing]
    parts = [
        f"{number(figures.events_per_second)} sự kiện/s",
        f"{number(figures.events)} đã xử lý",
        f"{number(figures.waiting)} chờ",
        *(f"chỉ số {clean(unit.unit)} {points(unit.points)}/{points(unit.known_max)}" for unit in figures.index),
        f"{number(figures.open)} hồ sơ đang mở",
        f"{number(figures.overdue)} quá hạn",
        f"{number(figures.unsynced)} chưa đồng bộ",
        f"{number(sum(figures.dead_letters.values()))} bị loại",
        *([f"không gửi được: {', '.join(failing)}"] if failing else []),
    ]
    return " · ".join(parts)


def _flow(figures: Figures, at: datetime) -> Text:
    """Draw how the events flow: how many, how far behind."""
    lag = figures.event_lag_seconds
    watermark = f"cách nay {ago(at - figures.watermark_at)}" if figures.watermark_at else "–"
    if figures.catching_up:
        watermark += f" (đang đọc bù {figures.catching_up}/{figures.partitions} phân vùng)"
    first = joined(
        ("Sự kiện/giây", number(figures.events_per_second)),
        ("đã xử lý", number(figures.events)),
        ("bản ghi chờ", number(figures.waiting)),
        ("trễ p99", "–" if lag is None else f"{decimal(lag)} s"),
    )
    return Text("\n").join([first, joined(("Mốc thời gian sự kiện", watermark))])


def _index(unit: UnitScore, window: Window) -> Text:
    """Draw the points of a unit, first all of them, then by group; of those not known, how many they are."""
    total = f"{points(unit.points)}/{points(unit.known_max)} điểm"
    known = f" (có số liệu cho {points(unit.known_max)} trong {points(unit.max)} điểm)"
    head = Text.assemble(
        (f"Chỉ số 766, {WINDOW_TITLES[window]}, {clean(unit.unit)}: ", "bold"),
        (total, _share_style(unit.points, unit.known_max)),
        known if unit.known_max < unit.max else "",
    )
    return Text("\n").join([head, Text("  ").append_text(Text(" · ").join(map(_group, unit.groups)))])


def _group(group: GroupScore) -> Text:
    known = f"{points(group.points)}/{points(group.known_max)}" if group.known_max else "–"
    rest = f" (tổng {points(group.max)})" if group.known_max < group.max else ""
    title = clean(GROUPS.get(group.code, group.code))
    return Text.assemble((f"{title} ", "dim"), (known, _share_style(group.points, group.known_max)), (rest, "dim"))


def _share_style(got: float, of: float) -> str:
    if not of:
        return "dim"
    return "bold red" if got < _WEAK * of else "yellow" if got < _FAIR * of else "green"


def _sync(figures: Figures) -> Iterable[tuple[str, int]]:
    known = ((title, figures.sync_missing.get(severity, 0)) for severity, title in SEVERITY_TITLES.items())
    return [*known, ("lệch với Cổng DVCQG", figures.diverged)]


def _sinks(sinks: Sequence[SinkFigures]) -> list[Text]:
    """Draw where alerts are delivered to, if anything delivers them."""
    if not sinks:
        return []
    parts = [
        Text.assemble(
            (f"{clean(sink.name)} ", "dim"),
            ("KHÔNG GỬI ĐƯỢC", "bold red") if sink.failing else ("gửi được", "green"),
            f", {number(sink.waiting)} chờ" if sink.waiting else "",
        )
        for sink in sinks
    ]
    return [Text.assemble(("Nơi nhận cảnh báo: ", "bold"), Text(" · ").join(parts))]


def _agency_table(figures: Figures, at: datetime, rows: int) -> Table:
    """Draw the agencies that have most to mend, in at most so many rows, head and sum of the others included."""
    # 76 columns, what a frame leaves of 80: codes of 13 characters such as 000.00.19.H42, and the titles in full.
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold underline")
    table.add_column("Cơ quan", no_wrap=True)
    for title in ("Đang mở", "Sắp đến hạn", "Quá hạn", "Lâu nhất", "Chưa đồng bộ", "Nghiêm trọng"):
        table.add_column(title, justify="right", no_wrap=True)
    agencies = figures.agencies
    shown = rows - 1 if len(agencies) < rows else max(rows - 2, 0)
    for agency in agencies[:shown]:
        table.add_row(*_agency_cells(agency, at))
    if left := agencies[shown:]:
        table.add_row(*_others(left), style="dim")
    return table


def _others(left: Sequence[AgencyFigures]) -> list[str]:
    is_open, due_soon, overdue, unsynced = (
        number(sum(getattr(agency, name) for agency in left)) for name in ("open", "due_soon", "overdue", "unsynced")
    )
    return [f"… {len(left)} khác", is_open, due_soon, overdue, "", unsynced, ""]


def _agency_cells(agency: AgencyFigures, at: datetime) -> list[Text]:
    oldest = ago(at - agency.oldest_overdue_at, units=1) if agency.oldest_overdue_at else "–"
    return [
        Text(clean(agency.code)),
        Text(number(agency.open)),
        Text(number(agency.due_soon), "yellow" if agency.due_soon else "green"),
        Text(number(agency.overdue), "bold red" if agency.overdue else "green"),
        Text(oldest),
        Text(number(agency.unsynced), "bold yellow" if agency.unsynced else "green"),
        Text(number(agency.unsynced_critical), "bold red" if agency.unsynced_critical else "green"),
    ]
