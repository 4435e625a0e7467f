"""Reading the board's samples and alerts over HTTP, one request each."""

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests

from alerts.board.figures import SERIES
from alerts.board.scores import AGENCY_SCORE, PROVINCE_SCORE
from alerts.board.snapshot import Alert, AlertState, Focus, Sample, Snapshot
from config.clock import Clock

TIMEOUT_SECONDS = 2.0  # a board that is refreshed every second or two has no use for a later answer
_WHAT_TO_DO = "xem: dunghan doctor"
_NO_SAMPLES = f"Prometheus chưa có số liệu: chưa có worker, hoặc chưa nạp quy tắc; {_WHAT_TO_DO}"


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
    annotations: dict[str, str] = {}


class BoardSource:
    """Prometheus and Alertmanager, by their addresses; of what they know, what the focus asks for."""

    def __init__(self, prometheus: str, alertmanager: str, clock: Clock, focus: Focus | None = None) -> None:
        self._focus = focus or Focus()
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
        else:
            faults += [] if samples else [_NO_SAMPLES]
        try:
            alerts = self._alerts()
        except (requests.RequestException, msgspec.MsgspecError) as error:
            faults.append(_fault("Alertmanager", self._alertmanager, "không thấy cảnh báo", error))
        return Snapshot(at=self._clock.now(), focus=self._focus, samples=samples, alerts=alerts, faults=tuple(faults))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _samples(self) -> tuple[Sample, ...]:
        body = self._get(f"{self._prometheus}/api/v1/query", {"query": query(self._focus)})
        vectors = msgspec.json.decode(body, type=_Answer).data.result
        samples = (Sample(row.metric.pop("__name__", ""), row.metric, _number(row.value[1])) for row in vectors)
        return tuple(sample for sample in samples if isfinite(sample.value))

    def _alerts(self) -> tuple[Alert, ...]:
        body = self._get(f"{self._alertmanager}/api/v2/alerts", {"filter": matchers(self._focus)})
        rows = msgspec.json.decode(body, type=list[_AlertRow])
        return tuple(Alert(row.labels, row.status.state, row.annotations) for row in rows)

    def _get(self, url: str, parameters: Mapping[str, Any]) -> bytes:
        response = self._session.get(url, params=parameters, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        return response.content


def query(focus: Focus) -> str:
    """Return the one selector of all series; a label that a series does not have is empty, and matches."""
    other = PROVINCE_SCORE if focus.agency else AGENCY_SCORE  # scores of thousands of agencies are not asked for
    names = "|".join(name for name in SERIES if name != other)
    chosen = [f'__name__=~"{names}"', f'window=~"|{focus.window}"', *matchers(focus)]
    return f"{{{', '.join(chosen)}}}"


def matchers(focus: Focus) -> list[str]:
    """Return what chooses the agency, and what is of no agency at all: the state of the monitor itself."""
    return [f"agency=~{json.dumps('|' + re.escape(focus.agency), ensure_ascii=False)}"] if focus.agency else []


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
    return f"{service} ({where}) không trả lời ({type(error).__name__}): {consequence}; {_WHAT_TO_DO}"
