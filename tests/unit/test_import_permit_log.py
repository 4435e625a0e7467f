"""The real permit log, imported with the committed mapping, against an independent query over the same file.

The log is not part of the project: PERMIT_LOG says where it is; without it the test is skipped.
"""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from streams.events import Channel
from streams.importing import Case, cases_of, events_of, load_mapping, rows_of

ROOT = Path(__file__).parents[2]
MAPPING = load_mapping(ROOT / "config" / "mappings" / "permit_receipt.yaml")
LOG = Path(os.environ.get("PERMIT_LOG", ROOT.parent / "shared" / "data" / "permit_receipt_log.csv"))

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"no permit log at {LOG}; set PERMIT_LOG")


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return cases_of(rows_of(LOG, MAPPING.columns), MAPPING, LOG)


def query(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        log = f"read_csv('{LOG}', header = true, all_varchar = true)"
        return connection.execute(sql.replace("$LOG", log)).fetchall()


def test_every_case_is_there_once_and_finished_where_the_log_has_an_end(cases: list[Case]) -> None:
    ((received, finished),) = query(
        """SELECT count(DISTINCT "case:concept:name"),
                  count(DISTINCT "case:concept:name") FILTER (coalesce("case:enddate", '') <> '') FROM $LOG"""
    )
    assert len(cases) == received
    assert sum(case.finished_at is not None for case in cases) == finished
    assert sum(1 for _ in events_of(cases, MAPPING)) == int(str(received)) + int(str(finished))


def test_lateness_by_department_is_the_logs(cases: list[Case]) -> None:
    rows = query(
        """SELECT "case:department", count(DISTINCT "case:concept:name") FROM $LOG
           WHERE "case:enddate"::TIMESTAMPTZ > "case:deadline"::TIMESTAMPTZ GROUP BY 1"""
    )
    late = Counter(
        case.agency
        for case in cases
        if case.finished_at and case.due_at and case.finished_at - case.due_at > timedelta(0)
    )
    assert late == dict(rows)


def test_every_channel_of_the_log_is_known(cases: list[Case]) -> None:
    ((online,),) = query(
        """SELECT count(DISTINCT "case:concept:name") FROM $LOG WHERE "case:channel" IN ('Internet', 'e-mail')"""
    )
    assert Counter(case.channel for case in cases)[Channel.ONLINE] == online
