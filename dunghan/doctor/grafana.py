"""Grafana, where one is in use: its health, its data source, its dashboards."""

from collections.abc import Callable

from alerts.grafana.board import Dashboard
from alerts.grafana.client import Grafana, GrafanaError
from alerts.grafana.dashboards import dashboards
from alerts.grafana.push import DATASOURCE, holds
from config.index import load_indexes
from config.policy_file import load_policies
from config.settings import Settings
from dunghan.doctor.checks import Result, Unwell, failed, ok, skipped, some, warning

_PUSH = "dunghan grafana push --datasource-url ADDRESS-OF-PROMETHEUS"


class GrafanaChecks:
    """The checks of Grafana."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def reachable(self) -> Result:
        """Ask for its health."""
        if not self._settings.grafana:
            return skipped("not in use: DUNGHAN_GRAFANA is not set")
        return self._asked(lambda grafana: ok(f"{grafana.address}: Grafana {grafana.version()}"))

    def datasource(self) -> Result:
        """Look for the data source that the dashboards name."""
        return self._asked(self._datasource)

    def dashboards(self) -> Result:
        """Hold the dashboards against those of this version."""
        return self._asked(self._dashboards)

    def _datasource(self, grafana: Grafana) -> Result:
        there = grafana.datasource(DATASOURCE)
        if there is None:
            return failed(f"no data source of uid {DATASOURCE}: the dashboards show nothing", _PUSH)
        return ok(f"data source {DATASOURCE}: {there.get('url')}")

    def _dashboards(self, grafana: Grafana) -> Result:
        wanted = list(dashboards(load_indexes(), load_policies(self._settings.policy_file)))
        there = {one.uid: grafana.dashboard(one.uid) for one in wanted}
        missing = [one.title for one in wanted if there[one.uid] is None]
        if missing:
            return failed(f"dashboards that are missing: {some(missing)}", "dunghan grafana push")
        changed = [one.title for one in wanted if not _is_as(one, there[one.uid])]
        if changed:
            return warning(f"dashboards that are not of this version: {some(changed)}", "dunghan grafana push")
        return ok(f"{len(wanted)} dashboards are those of this version")

    def _asked(self, ask: Callable[[Grafana], Result]) -> Result:
        try:
            return ask(Grafana(self._settings, wait=lambda _: None))
        except GrafanaError as error:
            raise Unwell.from_line(str(error), "see Grafana's log") from error


def _is_as(wanted: Dashboard, there: dict[str, object] | None) -> bool:
    return there is not None and holds(there["dashboard"], wanted.json())
