"""Reading the board's samples and alerts over HTTP, one request each."""

from collections.abc import Mapping
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests

from alerts.board.figures import SERIES
from alerts.board.snapshot import Alert, AlertState, Sample, Snapshot
from config.clock import Clock

TIMEOUT_SECONDS = 2.0  # a board that is refreshed every second or two has no use for a later answer
_QUERY = f'{{__name__=~"{"|".join(SERIES)}"}}'


class _Vector(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Data(msgspec.Struct):
    result: list[_Vector]


class _Answer(msgspec.Struct):
    data: _Data


class _AlertStatus(msgspec.Struct):
    state: AlertState


class _AlertRow(msgspec.Struct):
    labels: dict[str, str]
    status: _AlertStatus


class BoardSource:
    """Prometheus and Alertmanager, by their addresses."""

    def __init__(self, prometheus: str, alertmanager: str, clock: Clock) -> None:
        self._prometheus = prometheus.rstrip("/")
        self._alertmanager = alertmanager.rstrip("/")
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the environment has no business between us and loopback

    def read(self) -> Snapshot:
        """Read both; one that does not answer becomes a fault in the snapshot, never an exception."""
        faults: list[str] = []
        samples: tuple[Sample, ...] = ()
        alerts: tuple[Alert, ...] = ()
        try:
            samples = self._samples()
        except (requests.RequestException, msgspec.MsgspecError) as error:
            faults.append(_fault("Prometheus", self._prometheus, "không có số liệu", error))
        try:
            alerts = self._alerts()
        except (requests.RequestException, msgspec.MsgspecError) as error:
            faults.append(_fault("Alertmanager", self._alertmanager, "không thấy cảnh báo", error))
        return Snapshot(at=self._clock.now(), samples=samples, alerts=alerts, faults=tuple(faults))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _samples(self) -> tuple[Sample, ...]:
        body = self._get(f"{self._prometheus}/api/v1/query", {"query": _QUERY})
        vectors = msgspec.json.decode(body, type=_Answer).data.result
        samples = (Sample(row.metric.pop("__name__", ""), row.metric, _number(row.value[1])) for row in vectors)
        return tuple(sample for sample in samples if isfinite(sample.value))

    def _alerts(self) -> tuple[Alert, ...]:
        rows = msgspec.json.decode(self._get(f"{self._alertmanager}/api/v2/alerts", {}), type=list[_AlertRow])
        return tuple(Alert(row.labels, row.status.state) for row in rows)

    def _get(self, url: str, parameters: Mapping[str, Any]) -> bytes:
        response = self._session.get(url, params=parameters, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        return response.content


def _number(text: str) -> float:
    """Read a sample's value; a quantile without observations is `NaN`, and dropped with all that is not a number."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _fault(service: str, address: str, consequence: str, error: Exception) -> str:
    """Say who did not answer, without a user or password that the address may hold."""
    parts = urlsplit(address)
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f"{service} ({where}) không trả lời ({type(error).__name__}): {consequence}"
