"""The firing alerts, grouped: one line a name. Those of single dossiers, which may be thousands, are only counted."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from rich.text import Text

from alerts.board.snapshot import Alert, AlertState
from alerts.board.texts import clean, counts, number

WATCHDOG = "TthcWatchdog"
_AGENCIES = 6


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one name."""

    name: str
    count: int
    critical: int
    muted: int
    """Inhibited or silenced: told to nobody."""
    where: tuple[str, ...]


def firing(alerts: Iterable[Alert]) -> dict[str, int]:
    """Count the firing alerts by name; the watchdog, which always fires, is not one of them, nor are dossiers'."""
    names = (alert.name for alert in alerts if alert.name != WATCHDOG and not alert.dossiers)
    return dict(sorted(Counter(names).items()))


def dossiers_told_of(alerts: Iterable[Alert]) -> dict[str, int]:
    """Count the dossiers that alerts are told of, by the alerts' name."""
    told: Counter[str] = Counter()
    for alert in alerts:
        told[alert.name] += alert.dossiers
    return dict(sorted((+told).items()))


def firing_lines(alerts: Iterable[Alert], rows: int | None = None) -> list[Text]:
    """Write a title, a line a name (the critical first) and one for the dossiers: at most `rows` in all."""
    alerts = list(alerts)
    lines = [_line(group) for group in firing_groups(alerts)]
    of_dossiers = dossiers_told_of(alerts)
    last = [counts("Cảnh báo theo hồ sơ", of_dossiers.items())] if of_dossiers else []
    room = len(lines) if rows is None else max(rows - 1 - len(last), 0)
    if len(lines) > room:
        shown = max(room - 1, 0)
        lines = [*lines[:shown], Text(f"  … {len(lines) - shown} loại cảnh báo khác", "dim")]
    title = Text("Cảnh báo đang phát:" if lines else "Cảnh báo đang phát: không có", "bold")
    return [title, *lines, *last]


def firing_groups(alerts: Iterable[Alert]) -> list[Firing]:
    """Return the alerts by name, the names with most critical ones first."""
    alerts = list(alerts)
    groups = [_group(name, [alert for alert in alerts if alert.name == name]) for name in firing(alerts)]
    return sorted(groups, key=lambda group: (-group.critical, group.name))


def _group(name: str, alerts: list[Alert]) -> Firing:
    named = {next(filter(None, map(alert.labels.get, ("agency", "province", "reason"))), "") for alert in alerts}
    return Firing(
        name=name,
        count=len(alerts),
        critical=sum(alert.severity == "critical" for alert in alerts),
        muted=sum(alert.state is AlertState.SUPPRESSED for alert in alerts),
        where=tuple(sorted(named - {""})),
    )


def _line(group: Firing) -> Text:
    notes = [
        f"{number(group.critical)} nghiêm trọng" if group.critical else "",
        f"{number(group.muted)} được ẩn" if group.muted else "",
    ]
    where = f"{', '.join(group.where[:_AGENCIES])}{' …' if group.where[_AGENCIES:] else ''}"
    return Text.assemble(
        ("  ● ", "red" if group.critical else "yellow"),
        (f"{clean(group.name)} ×{number(group.count)}", "bold"),
        f" ({', '.join(filter(None, notes))})" if any(notes) else "",
        (f"  {clean(where)}", "dim"),
        no_wrap=True,
        overflow="ellipsis",
    )
