"""What panels ask: Prometheus, and over HTTP the JSON API and Alertmanager (Infinity data source)."""

from enum import StrEnum
from typing import Any, Protocol

import msgspec

Json = dict[str, Any]

PROMETHEUS: Json = {"type": "prometheus", "uid": "${datasource}"}
INFINITY = "yesoreyeram-infinity-datasource"
API = "dunghan-api"
"""The uid of the data source of the JSON API; its address and its token are the data source's affair."""
ALERTS_API = "dunghan-alertmanager"
"""The uid of the Infinity data source of Alertmanager: Grafana's own Alertmanager data source answers no panel."""


class Shape(StrEnum):
    """In which shape Prometheus answers."""

    SERIES = "series"  # over the time range
    NOW = "now"  # the last value of each series
    ROWS = "rows"  # the last values, as rows of a table
    BUCKETS = "buckets"  # of a histogram, over the time range


class Target(Protocol):
    """One query of a panel."""

    def json(self, ref: str) -> Json:
        """Return it as a panel's target, under the letter `ref`."""
        ...


class Query(msgspec.Struct, frozen=True):
    """A question to Prometheus."""

    expr: str
    legend: str = ""
    shape: Shape = Shape.SERIES

    def json(self, ref: str) -> Json:
        """Return it as a panel's target."""
        over_time = self.shape in (Shape.SERIES, Shape.BUCKETS)
        formats = {Shape.ROWS: "table", Shape.BUCKETS: "heatmap"}
        return {
            "refId": ref,
            "datasource": PROMETHEUS,
            "editorMode": "code",
            "expr": self.expr,
            "format": formats.get(self.shape, "time_series"),
            "instant": not over_time,
            "range": over_time,
            "legendFormat": self.legend,
        }


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A question over HTTP; each column is where its value is in a row, and whether that is an instant."""

    source: str
    path: str
    rows: str
    columns: tuple[tuple[str, str], ...]

    def json(self, ref: str) -> Json:
        """Return it as a panel's target."""
        return {
            "refId": ref,
            "datasource": {"type": INFINITY, "uid": self.source},
            "type": "json",
            "source": "url",
            "parser": "backend",
            "format": "table",
            "url": self.path,
            "url_options": {"method": "GET"},
            "root_selector": self.rows,
            "columns": [{"selector": where, "text": where, "type": kind} for where, kind in self.columns],
            "filters": [],
        }


def now(expr: str, legend: str = "") -> Query:
    """Ask for the last value."""
    return Query(expr, legend, Shape.NOW)


def rows(expr: str) -> Query:
    """Ask for the last values as rows of a table."""
    return Query(expr, "", Shape.ROWS)


def counted(expr: str) -> str:
    """Return an expression that is 0 where nothing was counted, and nothing where no worker counts."""
    return f"{expr} or 0 * group(tthc_build_info)"
