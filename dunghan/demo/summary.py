"""What a demo says at its end."""

from collections.abc import Iterator

from alerts.board import Snapshot, figures_from
from alerts.board.firing import firing


def summary_lines(snapshot: Snapshot) -> Iterator[str]:
    """Say what was processed and what fires; nothing when the services were never reached."""
    if not snapshot.samples:
        return
    figures = figures_from(snapshot.samples)
    yield "Kết quả · summary"
    yield f"  sự kiện đã xử lý · events processed   {figures.events}"
    yield f"  hồ sơ đang mở · open dossiers         {figures.open}"
    yield f"  quá hạn · overdue                     {figures.overdue}"
    yield f"  chưa đồng bộ · unsynced               {figures.unsynced}"
    yield f"  bản ghi bị loại · dead letters        {sum(figures.dead_letters.values())}"
    yield "  cảnh báo đang phát · alerts firing    " + (
        ", ".join(f"{name} ×{count}" for name, count in firing(snapshot.alerts).items()) or "không có · none"
    )
