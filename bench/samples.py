"""Asking a worker, by its metrics, how many records of dossiers it has applied."""

import re
import urllib.request

from streams.events import ProcedureUsage

# One a record. What the worker tells its own catalogue are records too, and are taken off again.
_RECORDS = re.compile(r"^tthc_event_lag_seconds_count(?:\{.*\})? (\S+)", re.MULTILINE)
_TOLD = re.compile(rf'^tthc_events_total\{{.*"{re.escape(ProcedureUsage.type)}".*\}} (\S+)', re.MULTILINE)
_LIMIT_SECONDS = 5


def applied(port: int) -> int:
    """Return how many records of dossiers a worker has applied; 0 while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_LIMIT_SECONDS) as answer:
            return applied_in(answer.read().decode())
    except OSError:
        return 0


def applied_in(page: str) -> int:
    """Return the count of a page of metrics.

    >>> applied_in("tthc_event_lag_seconds_count 12.0")
    12
    """
    return _sum(_RECORDS, page) - _sum(_TOLD, page)


def _sum(line: re.Pattern[str], page: str) -> int:
    return int(sum(float(value) for value in line.findall(page)))
