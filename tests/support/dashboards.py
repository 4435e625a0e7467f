"""The dashboards as they are generated, and their queries as Grafana would ask them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from alerts.grafana.dashboards import dashboards
from config.index import load_indexes
from config.policy_file import load_policies

Json = dict[str, Any]

GRAFANAS_OWN = {"__rate_interval": "1m", "__range": "6h", "__interval": "30s", "__url_time_range": "from=now-6h&to=now"}


class Asked(NamedTuple):
    """One query of one panel."""

    dashboard: str
    panel: str
    target: Json

    @property
    def name(self) -> str:
        return f"{self.dashboard}: {self.panel}: {self.target['refId']}"

    def expr(self, variables: Mapping[str, str]) -> str:
        """Return the expression, with the values of variables in place of their names."""
        return substituted(self.target["expr"], variables)


@cache
def generated() -> dict[str, Json]:
    """Return every dashboard by its uid."""
    return {one.uid: one.json() for one in dashboards(load_indexes(), load_policies())}


def panels(uid: str) -> list[Json]:
    """Return the panels of a dashboard that show something: rows are headings."""
    return [panel for panel in generated()[uid]["panels"] if panel["type"] != "row"]


def asked(uid: str, kind: str = "prometheus") -> list[Asked]:
    """Return every query of a dashboard to a data source of this type."""
    return [
        Asked(uid, panel["title"], target)
        for panel in panels(uid)
        for target in panel["targets"]
        if target["datasource"]["type"] == kind
    ]


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Put values in place of `$name` and `${name}`; a name without a value is an error."""
    known = GRAFANAS_OWN | dict(variables)
    return re.sub(r"\$(?:(\w+)|\{(\w+)(?::\w+)?\})", lambda name: known[name[1] or name[2]], text)
