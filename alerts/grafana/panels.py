"""Panels: each has a title, says what it shows and what to do about it, and how its values look."""

import re
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

import msgspec

from alerts.grafana.fields import COUNT, SHARE, Column, Look, override
from alerts.grafana.queries import PROMETHEUS, Json, Query, Shape, Target

_TOOLTIP = {"mode": "multi", "sort": "desc"}
_REDUCED = {"calcs": ["lastNotNull"], "fields": "", "values": False}


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One panel; where it stands is the dashboard's affair."""

    kind: str
    title: str
    description: str
    size: tuple[int, int]
    targets: tuple[Target, ...] = ()
    defaults: Json = {}
    overrides: tuple[Json, ...] = ()
    options: Json = {}
    transformations: tuple[Json, ...] = ()

    def json(self, number: int, x: int, y: int, height: int) -> Json:
        """Return it with its number, its upper left corner at (x, y), so high."""
        targets = [target.json(ref) for ref, target in zip(ascii_uppercase, self.targets, strict=False)]
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "gridPos": {"x": x, "y": y, "w": self.size[0], "h": height},
            "datasource": targets[0]["datasource"] if targets else PROMETHEUS,
            "targets": targets,
            "fieldConfig": {"defaults": self.defaults, "overrides": list(self.overrides)},
            "options": self.options,
            "transformations": list(self.transformations),
        }


def says(what: str, to_do: str) -> str:
    """Return a description: what is shown, and what to do about it."""
    return f"{what}\n\n**Cần làm:** {to_do}"


def stat(title: str, description: str, *targets: Query, look: Look, size: tuple[int, int] = (4, 4)) -> Panel:
    """Return a panel of a few large numbers."""
    return Panel(
        kind="stat",
        title=title,
        description=description,
        size=size,
        targets=targets,
        defaults=look.defaults(),
        options={
            "reduceOptions": _REDUCED,
            "orientation": "auto",
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "textMode": "value" if len(targets) == 1 else "value_and_name",
            "wideLayout": True,
        },
    )


def gauge(title: str, description: str, target: Query, *, look: Look, size: tuple[int, int] = (4, 6)) -> Panel:
    """Return a dial."""
    return Panel(
        kind="gauge",
        title=title,
        description=description,
        size=size,
        targets=(target,),
        defaults=look.defaults(),
        options={
            "reduceOptions": _REDUCED,
            "orientation": "auto",
            "showThresholdLabels": False,
            "showThresholdMarkers": True,
        },
    )


def bars(title: str, description: str, *targets: Query, look: Look, size: tuple[int, int] = (8, 8)) -> Panel:
    """Return horizontal bars, one a series."""
    return Panel(
        kind="bargauge",
        title=title,
        description=description,
        size=size,
        targets=targets,
        defaults={"min": 0} | _named_after_label(targets) | look.defaults(),
        options={
            "reduceOptions": _REDUCED,
            "orientation": "horizontal",
            "displayMode": "basic",
            "valueMode": "color",
            "showUnfilled": True,
            "namePlacement": "auto",
            "sizing": "manual",  # or two bars fill the panel
            "minVizWidth": 8,
            "minVizHeight": 16,
            "maxVizHeight": 34,
            "text": {"titleSize": 11, "valueSize": 16},  # Grafana makes room for the longest name at 12
        },
    )


def _named_after_label(targets: tuple[Query, ...]) -> Json:
    """Return the name of bars that a label tells apart; without it Grafana gives a single bar none."""
    labels = [re.fullmatch(r"\{\{(\w+)\}\}", target.legend) for target in targets]
    return {"displayName": f"${{__field.labels.{labels[0][1]}}}"} if len(labels) == 1 and labels[0] else {}


def lines(
    title: str,
    description: str,
    *targets: Query,
    look: Look,
    size: tuple[int, int] = (12, 8),
    stacked: bool = False,
    dashed: str | None = None,
) -> Panel:
    """Return series over time; `dashed` names the one that is a limit."""
    custom: Json = {
        "drawStyle": "line",
        "lineInterpolation": "stepAfter" if look.unit == COUNT else "linear",
        "lineWidth": 2,
        "fillOpacity": 30 if stacked else 5,
        "showPoints": "never",
        "spanNulls": 300_000,  # a worker's restart is no gap in the dossiers
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "axisSoftMin": 0,
    }
    as_limit = {
        "custom.lineStyle": {"fill": "dash", "dash": [8, 6]},
        "custom.fillOpacity": 0,
        "color": {"mode": "fixed", "fixedColor": "red"},
    }
    return Panel(
        kind="timeseries",
        title=title,
        description=description,
        size=size,
        targets=targets,
        defaults=look.defaults() | {"color": {"mode": "palette-classic"}, "custom": custom},
        overrides=() if dashed is None else (override(dashed, as_limit),),
        options={
            "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "calcs": ["lastNotNull"]}
            if size[0] > 12  # noqa: PLR2004 - half of the page
            else {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": _TOOLTIP,
        },
    )


def heatmap(title: str, description: str, expr: str, *, unit: str, size: tuple[int, int] = (12, 8)) -> Panel:
    """Return how the observations of a histogram are spread over its buckets, over time."""
    return Panel(
        kind="heatmap",
        title=title,
        description=description,
        size=size,
        targets=(Query(expr, "{{le}}", Shape.BUCKETS),),
        defaults={"noValue": "Chưa có quan sát nào trong khoảng thời gian này", "unit": COUNT},
        options={
            "calculate": False,
            "color": {"mode": "scheme", "scheme": "Oranges", "steps": 32, "exponent": 0.5, "fill": "dark-orange"},
            "cellGap": 1,
            "yAxis": {"unit": unit, "axisPlacement": "left", "reverse": False},
            "rowsFrame": {"layout": "auto"},
            "filterValues": {"le": 1e-9},
            "showValue": "never",
            "legend": {"show": True},
            "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False},
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
        },
    )


def table(
    title: str,
    description: str,
    *targets: Target,
    columns: tuple[Column, ...],
    size: tuple[int, int] = (12, 8),
    no_value: str,
    sort: str | None = None,
) -> Panel:
    """Return a table of these columns, the largest of the column titled `sort` first.

    The value of the query B is in the field `Value #B`.
    """
    if len(targets) == 1:  # Grafana then names it without a letter
        columns = tuple(msgspec.structs.replace(one, field=one.field.removesuffix(" #A")) for one in columns)
    shown = [column.field for column in columns]
    order = {field: index for index, field in enumerate(shown)}
    joined: list[Json] = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    chosen: list[Json] = [
        {"id": "filterFieldsByName", "options": {"include": {"names": shown}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": order, "renameByName": {}}},
    ]
    custom: Json = {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False, "inspect": False}
    return Panel(
        kind="table",
        title=title,
        description=description,
        size=size,
        targets=targets,
        defaults=Look(no_value=no_value).defaults() | {"custom": custom},
        overrides=tuple(column.override() for column in columns),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "sortBy": [{"displayName": sort, "desc": True}] if sort else [],
        },
        transformations=(*joined, *chosen),
    )


def text(title: str, description: str, markdown: str, *, size: tuple[int, int]) -> Panel:
    """Return a panel of text."""
    options: dict[str, Any] = {"mode": "markdown", "content": markdown}
    return Panel(kind="text", title=title, description=description, size=size, options=options)


def share(steps: tuple[tuple[str, float | None], ...], *, no_value: str = "Chưa có gì để tính") -> Look:
    """Return the look of a share of one, as per cent."""
    return Look(unit=SHARE, decimals=1, least=0, most=1, steps=steps, no_value=no_value)


def named(panel: Panel, names: Mapping[str, str]) -> Panel:
    """Return a panel whose series of these names are shown under those."""
    shown = tuple(override(name, {"displayName": title}) for name, title in names.items())
    return msgspec.structs.replace(panel, overrides=(*panel.overrides, *shown))
