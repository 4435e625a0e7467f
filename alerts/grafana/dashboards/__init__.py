"""The dashboards, a module each, made of the index file and the policy."""

from collections.abc import Iterator

from alerts.grafana.board import Dashboard
from alerts.grafana.dashboards.agency import agency
from alerts.grafana.dashboards.bottlenecks import bottlenecks
from alerts.grafana.dashboards.operations import operations
from alerts.grafana.dashboards.overdue import overdue
from alerts.grafana.dashboards.overview import overview
from alerts.grafana.dashboards.sync import sync
from config.index import Indexes
from config.policy import Policies


def dashboards(indexes: Indexes, policies: Policies) -> Iterator[Dashboard]:
    """Yield all dashboards, in the order in which people need them.

    What repeats is that of the newest version, also if it is not in force yet: files do not change with the clock.
    """
    index, policy = indexes.versions[-1], policies.versions[-1]
    yield overview(index)
    yield agency(index, policy)
    yield overdue(policy)
    yield sync()
    yield bottlenecks()
    yield operations()
