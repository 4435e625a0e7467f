"""A dashboard: rows of panels laid out from left to right, the variables it asks for, links and annotations."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from agents.indicators.windows import Window
from alerts.grafana.panels import Panel
from alerts.grafana.queries import PROMETHEUS, Json

SCHEMA_VERSION = 41  # the last one of classic dashboards that Grafana 11 to 13 read as it is
TAG = "dunghan"
"""On every dashboard, for the links between them; and on every annotation that the monitor makes."""
_COLUMNS = 24
_GRAFANA: Json = {"type": "grafana", "uid": "-- Grafana --"}

WINDOW_TITLES = {
    Window.TODAY: "Hôm nay",
    Window.DAYS_7: "7 ngày",
    Window.DAYS_30: "30 ngày",
    Window.MONTH: "Tháng này",
    Window.QUARTER: "Quý này",
    Window.YEAR: "Năm nay",
}


class Row(msgspec.Struct, frozen=True):
    """A titled row of panels; they flow over as many lines as they need."""

    title: str
    panels: Sequence[Panel]


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One dashboard."""

    uid: str
    title: str
    description: str
    variables: Sequence[Json]
    rows: Sequence[Row]
    since: str = "now-24h"

    def json(self) -> Json:
        """Return it as classic JSON."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "schemaVersion": SCHEMA_VERSION,
            "editable": True,
            "graphTooltip": 1,
            "timezone": "Asia/Ho_Chi_Minh",
            "weekStart": "monday",
            "fiscalYearStartMonth": 0,
            "refresh": "30s",
            "time": {"from": self.since, "to": "now"},
            "timepicker": {"refresh_intervals": ["5s", "30s", "1m", "5m", "30m"]},
            "links": [_LINKS],
            "annotations": {"list": _ANNOTATIONS},
            "templating": {"list": [_DATASOURCE, *self.variables]},
            "panels": list(_laid_out(self.rows)),
        }

    def text(self) -> str:
        """Return the text of its file."""
        return json.dumps(self.json(), ensure_ascii=False, indent=2) + "\n"


def _laid_out(rows: Sequence[Row]) -> Iterator[Json]:
    """Yield a heading for each row, and its panels from left to right, line by line."""
    number, y = 1, 0
    for row in rows:
        yield _heading(number, row.title, y)
        number, y = number + 1, y + 1
        for line in _lines(row.panels):
            x, height = 0, max(panel.size[1] for panel in line)
            for panel in line:
                yield panel.json(number, x, y, height)
                number, x = number + 1, x + panel.size[0]
            y += height


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """Yield panels that fit beside each other; all of a line are as tall as its tallest."""
    line: list[Panel] = []
    for panel in panels:
        if sum(one.size[0] for one in [*line, panel]) > _COLUMNS:
            yield line
            line = []
        line.append(panel)
    if line:
        yield line


def _heading(number: int, title: str, y: int) -> Json:
    place = {"x": 0, "y": y, "w": _COLUMNS, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


# -- variables --------------------------------------------------------------------------------------------------------


def windows(default: Window) -> Json:
    """Ask for a window of the index."""
    options = [
        {"text": title, "value": str(window), "selected": window is default} for window, title in WINDOW_TITLES.items()
    ]
    return {
        "type": "custom",
        "name": "window",
        "label": "Kỳ",
        "description": "Kỳ thống kê, kết thúc hôm nay.",
        "query": ", ".join(f"{title} : {window}" for window, title in WINDOW_TITLES.items()),
        "options": options,
        "current": next(option for option in options if option["selected"]),
        "multi": False,
        "includeAll": False,
        "hide": 0,
    }


def provinces() -> Json:
    """Ask for a province; the first one if nobody chooses."""
    return _values(
        "province", "Tỉnh", "Mã tỉnh, lấy từ mã đơn vị.", 'label_values(tthc_agency_info{province!=""}, province)'
    )


def one_agency() -> Json:
    """Ask for one agency."""
    return _values("agency", "Đơn vị", "Mã đơn vị (sở, xã).", "label_values(tthc_agency_info, agency)")


def agencies() -> Json:
    """Ask for some agencies; all of them if nobody chooses."""
    everyone = {"text": ["Tất cả"], "value": ["$__all"], "selected": True}
    return one_agency() | {"multi": True, "includeAll": True, "allValue": ".*", "current": everyone}


def _values(name: str, label: str, description: str, query: str) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": label,
        "description": description,
        "datasource": PROMETHEUS,
        "definition": query,
        "query": {"query": query, "refId": f"variable-{name}", "qryType": 1},
        "refresh": 2,  # when the time range changes, too: agencies come and go
        "sort": 1,
        "regex": "",
        "multi": False,
        "includeAll": False,
        "hide": 0,
        "options": [],
        "current": {},
    }


_DATASOURCE: Json = {
    "type": "datasource",
    "name": "datasource",
    "label": "Nguồn dữ liệu",
    "description": "Prometheus đọc số liệu của các tiến trình xử lý.",
    "query": "prometheus",
    "regex": "",
    "multi": False,
    "includeAll": False,
    "refresh": 1,
    "hide": 0,
    "options": [],
    "current": {"text": "Prometheus", "value": "prometheus", "selected": True},
}

# -- links and annotations --------------------------------------------------------------------------------------------

_LINKS: Json = {
    "type": "dashboards",
    "title": "Bảng khác",
    "tags": [TAG],
    "asDropdown": False,
    "includeVars": True,
    "keepTime": True,
    "targetBlank": False,
    "icon": "external link",
    "tooltip": "Các bảng khác của hệ thống giám sát",
    "url": "",
}

_ANNOTATIONS: list[Json] = [
    {
        "builtIn": 1,
        "name": "Annotations & Alerts",
        "type": "dashboard",
        "datasource": _GRAFANA,
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
    },
    {
        "name": "Cảnh báo của hệ thống giám sát",
        "datasource": _GRAFANA,
        "enable": True,
        "hide": False,
        "iconColor": "red",
        "target": {"type": "tags", "tags": [TAG], "limit": 100, "matchAny": False},
    },
]
