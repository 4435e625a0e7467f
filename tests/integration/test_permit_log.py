"""A real log that none of us wrote: a municipality's permits, counted by SQL, by `evaluate` and by two workers."""

import json
import os
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from config.clock import parse_instant
from config.settings import Settings
from dunghan.stack.ports import free_ports
from support.program import run
from support.workers import WorkerProcess, agency_counts, wait_until_applied

ROOT = Path(__file__).parents[2]
LOG = Path(os.environ.get("PERMIT_LOG", ROOT.parent / "shared" / "data" / "permit_receipt_log.csv"))
MAPPING = ROOT / "config" / "mappings" / "permit_receipt.yaml"
AT = parse_instant("2012-01-23T16:00+01:00")

Counts = dict[str, Counter[str]]

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the permit log is not there (set PERMIT_LOG to its path)")


@pytest.fixture(scope="module")
def counted_by_sql() -> Counts:
    """Count by agency without any code of the monitor."""
    rows = duckdb.execute(
        """
        WITH cases AS (
            SELECT "case:concept:name" AS code, any_value("case:department") AS agency,
                   any_value("case:deadline") AS due_at, any_value("case:enddate") AS finished_at
            FROM read_csv_auto(?, header = true) GROUP BY code
        )
        SELECT agency,
               count(*) FILTER (finished_at > due_at) AS finished_late,
               count(*) FILTER (finished_at <= due_at) AS finished_in_time,
               count(*) FILTER (finished_at IS NULL) AS open,
               count(*) FILTER (finished_at IS NULL AND due_at < CAST(? AS TIMESTAMPTZ)) AS overdue
        FROM cases GROUP BY agency
        """,
        [str(LOG), AT.isoformat()],
    ).fetchall()
    names = ("finished_late", "finished_in_time", "open", "overdue")
    return {agency: Counter(dict(zip(names, counts, strict=True))) for agency, *counts in rows}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("permits") / "events.ndjson"
    run("import", "--mapping", str(MAPPING), str(LOG), "--out", str(file))
    return file


def test_the_log_has_every_kind_of_end(counted_by_sql: Counts) -> None:
    total: Counter[str] = sum(counted_by_sql.values(), Counter())
    assert all(total[kind] > 0 for kind in ("finished_late", "finished_in_time", "open", "overdue"))


def test_evaluate_counts_as_sql_does(events: Path, counted_by_sql: Counts) -> None:
    document = json.loads(run("evaluate", str(events), "--at", AT.isoformat(), "--json").stdout)
    counts = {
        agency: Counter(
            finished_late=report["finished_late"],
            finished_in_time=report["finished_early"] + report["finished_on_time"],
            open=report["open"],
            overdue=report["overdue_open"],
        )
        for agency, report in document["agencies"].items()
    }
    assert document["rejected"] == []
    assert counts == counted_by_sql


@pytest.mark.stack
def test_two_workers_count_as_sql_does(
    events: Path, counted_by_sql: Counts, settings: Settings, tmp_path: Path
) -> None:
    run("publish", str(events), settings=settings)
    workers = [
        WorkerProcess(settings, tmp_path, f"worker-{port}", port, "--at", AT.isoformat()) for port in free_ports(2)
    ]
    try:
        wait_until_applied(settings, workers)
        counts: Counts = {}
        for (agency, state), count in agency_counts(workers, "tthc_dossiers", "state").items():
            counts.setdefault(agency, Counter())[_kind(state)] += count
        for (agency, _), count in agency_counts(workers, "tthc_dossiers_overdue", "age").items():
            counts[agency]["overdue"] += count
        assert {agency: +count for agency, count in counts.items()} == {a: +c for a, c in counted_by_sql.items()}
        assert all(worker.partitions() for worker in workers), "both workers take part"
    finally:
        for worker in workers:
            worker.stop()


def _kind(state: str) -> str:
    if state == "finished_late":
        return "finished_late"
    return "finished_in_time" if state.startswith("finished_") else "open"
