"""Grafana's own types of a dashboard: what they read and write again is what Grafana knows."""

import json
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls classic dashboards deprecated while it is imported
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

register_default_plugins()


def round_trip(dashboard: dict[str, Any]) -> Any:
    """Return what is left of a dashboard after it was read and written."""
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(dashboard)))


def lost(there: Any, back: Any, place: str = "") -> list[str]:
    """Return where something did not come back; what came back beside it are defaults."""
    if isinstance(there, dict) and isinstance(back, dict):
        return [found for key, value in there.items() for found in lost(value, back.get(key), f"{place}.{key}")]
    if isinstance(there, list) and isinstance(back, list) and len(there) == len(back):
        pairs = enumerate(zip(there, back, strict=True))
        return [found for number, (one, other) in pairs for found in lost(one, other, f"{place}[{number}]")]
    return [] if there == back else [f"{place}: {there!r} came back as {back!r}"]
