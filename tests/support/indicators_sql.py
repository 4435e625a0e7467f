"""The named counts a second time, in SQL over raw events: from domain.md and `config/index/counts.py` alone.

    told = counts_by_sql(events, at, folder)     # (agency, count, window): number

Events are rows as they were said, duplicates among them; nothing of the program's state or rules is used. What is a
calendar's matter is not SQL's: which days are worked (`naive_calendar`), and which dossiers (`oracle`) and petitions
(`naive_petitions`) are late, are tables.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from streams.events import Event
from support.naive_calendar import NaiveOffice
from support.naive_petitions import overdue_petitions
from support.oracle import judge

Counts = dict[tuple[str, str, str], int]

FIRST_DAY, LAST_DAY = date(2025, 12, 1), date(2027, 12, 31)  # of the working calendar

_COLUMNS = """{subject: 'VARCHAR', said_at: 'TIMESTAMP', sequence: 'BIGINT', type: 'VARCHAR', data: $$STRUCT(
agency VARCHAR, procedure VARCHAR, status INTEGER, channel INTEGER, level INTEGER, received_at TIMESTAMP,
due_at TIMESTAMP, finished_at TIMESTAMP, returned_at TIMESTAMP, "limit" JSON, digitised INTEGER, reused INTEGER,
from_personal_store INTEGER, demanded_again INTEGER, result_files INTEGER, population_data BOOLEAN,
result_required BOOLEAN, amount BIGINT, payable_online BOOLEAN, paid_by INTEGER, what VARCHAR, outcome VARCHAR,
liked BOOLEAN, disliked BOOLEAN, repeated BOOLEAN, dossier VARCHAR, issuer VARCHAR, listed_on VARCHAR[], fee BOOLEAN,
online_payment BOOLEAN, citizen BOOLEAN, parts_missing VARCHAR[], effective_at TIMESTAMP, decided_at TIMESTAMP,
announced_at TIMESTAMP, published_at TIMESTAMP, abolished_at TIMESTAMP)$$}"""

_SETUP = """
CREATE MACRO day_of(instant) AS CAST(instant + INTERVAL 7 HOUR AS DATE);
CREATE MACRO last_said(x, said_at, sequence) AS
    arg_max(x, {'at': said_at, 'sequence': sequence, 'x': x}) FILTER (x IS NOT NULL);

CREATE TABLE windows AS
SELECT w AS "window", CASE w
    WHEN 'today' THEN today WHEN '7d' THEN today - 6 WHEN '30d' THEN today - 29
    ELSE CAST(date_trunc(w, today) AS DATE) END AS first, today AS last
FROM (SELECT day_of(getvariable('now')) AS today), unnest(['today', '7d', '30d', 'month', 'quarter', 'year']) AS t(w);

CREATE TABLE of_dossiers AS SELECT * FROM events WHERE type LIKE 'vn.tthc.dossier.%';
CREATE TABLE told AS SELECT subject, said_at, sequence, type, unnest(data) FROM of_dossiers;

CREATE TABLE statuses AS
SELECT DISTINCT subject, said_at, sequence, status, status IN (3, 7, 8, 9, 10) AS is_end
FROM told WHERE type IN ('vn.tthc.dossier.status.v1', 'vn.tthc.dossier.progress.v1');

CREATE TABLE ends AS
SELECT s.subject, min({'at': s.said_at, 'sequence': s.sequence}) AS first, min(s.said_at) AS at,
    min(s.said_at) FILTER (s.status = 9) AS finished, min(s.said_at) FILTER (s.status = 10) AS returned,
    bool_or(s.status IN (9, 10)) AS is_finished
FROM statuses s LEFT JOIN (
    SELECT subject, max({'at': said_at, 'sequence': sequence, 'status': status}) AS place
    FROM statuses WHERE NOT is_end GROUP BY subject
) open USING (subject)
WHERE open.place IS NULL OR {'at': s.said_at, 'sequence': s.sequence, 'status': s.status} > open.place
GROUP BY s.subject;

CREATE TABLE register AS
SELECT subject,
    last_said(procedure, said_at, sequence) AS procedure,
    last_said(agency, said_at, sequence) AS agency,
    last_said(channel, said_at, sequence) AS channel,
    last_said(level, said_at, sequence) AS level,
    last_said(received_at, said_at, sequence) AS received_at,
    max({'at': said_at, 'sequence': sequence, 'x': finished_at}) FILTER (finished_at IS NOT NULL) AS finished,
    max({'at': said_at, 'sequence': sequence, 'x': returned_at}) FILTER (returned_at IS NOT NULL) AS returned,
    bool_or(due_at IS NOT NULL) AS has_appointment, bool_or("limit" IS NOT NULL) AS has_limit
FROM told WHERE type = 'vn.tthc.dossier.status.v1' GROUP BY subject;

CREATE TABLE more AS
SELECT subject,
    max(agency) FILTER (type = 'vn.tthc.dossier.progress.v1') AS agency,
    bool_or(type = 'vn.tthc.dossier.extended.v1') AS is_extended,
    bool_or(outcome = 'acknowledged') AS is_known,
    bool_or(what IS NOT NULL) AS is_demanded,
    last_said(liked, said_at, sequence) AS liked,
    last_said(amount, said_at, sequence) AS amount,
    last_said(payable_online, said_at, sequence) AS payable_online,
    last_said(paid_by, said_at, sequence) AS paid_by,
    last_said(digitised, said_at, sequence) AS digitised,
    last_said(reused, said_at, sequence) AS reused,
    last_said(from_personal_store, said_at, sequence) AS from_personal_store,
    last_said(demanded_again, said_at, sequence) AS demanded_again,
    last_said(result_files, said_at, sequence) AS result_files,
    last_said(population_data, said_at, sequence) AS population_data,
    last_said(result_required, said_at, sequence) AS result_required
FROM told GROUP BY subject;

CREATE TABLE reached AS
SELECT subject, min(said_at) FILTER (status = 2) AS received,
    min(said_at) FILTER (status NOT IN (1, 3, 7, 8)) AS taken_in
FROM statuses GROUP BY subject;

CREATE TABLE dossier AS
SELECT r.* EXCLUDE (agency, received_at), m.* EXCLUDE (subject, agency),
    coalesce(r.agency, m.agency) AS agency,
    day_of(coalesce(r.received_at, reached.received, reached.taken_in)) AS received_on,
    has_appointment OR is_extended OR (has_limit AND coalesce(r.received_at, reached.received) IS NOT NULL) AS promised,
    day_of(CASE WHEN NOT ends.is_finished THEN ends.at ELSE coalesce(
        CASE WHEN {'at': r.finished.at, 'sequence': r.finished.sequence} >= ends.first THEN r.finished.x END,
        ends.finished,
        CASE WHEN {'at': r.returned.at, 'sequence': r.returned.sequence} >= ends.first THEN r.returned.x END,
        ends.returned) END) AS ended_on,
    CASE WHEN ended_on > received_on THEN ended_on ELSE received_on END AS period_on,
    subject IN (SELECT code FROM late_dossiers) AS is_late,
    subject IN (SELECT data.dossier FROM events WHERE data.dossier IS NOT NULL) AS is_petitioned
FROM more m JOIN reached USING (subject) LEFT JOIN register r USING (subject) LEFT JOIN ends USING (subject)
WHERE coalesce(r.agency, m.agency) IS NOT NULL;

CREATE TABLE procedure AS
SELECT subject,
    last_said(data.issuer, said_at, sequence) AS agency,
    last_said(list_sort(list_distinct(data.listed_on)), said_at, sequence) AS listed_on,
    last_said(data.level, said_at, sequence) AS level,
    last_said(data.fee, said_at, sequence) AS fee,
    last_said(data.online_payment, said_at, sequence) AS online_payment,
    last_said(data.citizen, said_at, sequence) AS citizen,
    last_said(data.parts_missing, said_at, sequence) AS parts_missing,
    last_said(data.effective_at, said_at, sequence) AS effective_at,
    last_said(data.decided_at, said_at, sequence) AS decided_at,
    last_said(data.announced_at, said_at, sequence) AS announced_at,
    last_said(data.published_at, said_at, sequence) AS published_at,
    last_said(data.abolished_at, said_at, sequence) AS abolished_at
FROM events WHERE type = 'vn.tthc.procedure.v1' GROUP BY subject;

CREATE TABLE used AS
SELECT procedure AS subject, use, max(day) AS day FROM (
    SELECT procedure, 'online' AS use, received_on AS day FROM dossier WHERE channel = 2
    UNION ALL SELECT procedure, 'paid', period_on FROM dossier WHERE amount > 0 AND paid_by IN (1, 2)
    UNION ALL SELECT procedure, 'population', period_on FROM dossier WHERE population_data
) WHERE day IS NOT NULL GROUP BY ALL;

-- A province announces at the latest 5 working days before the effect, and publishes within 5 of the decision.
CREATE TABLE dated AS
SELECT *,
    abolished_at IS NULL OR abolished_at > getvariable('now') AS in_force,
    CASE WHEN announced_at <= getvariable('now') THEN day_of(announced_at) END AS announced_on,
    CASE WHEN published_at <= getvariable('now') THEN day_of(published_at) END AS published_on,
    (SELECT day FROM worked WHERE number =
        (SELECT count(*) FROM worked WHERE day < day_of(effective_at)) - 4) AS announce_by,
    CASE WHEN published_at IS NOT NULL OR in_force THEN
        (SELECT day FROM worked WHERE number =
            (SELECT count(*) FROM worked WHERE day <= day_of(coalesce(decided_at, announced_at))) + 5) END AS publish_by
FROM procedure;

CREATE TABLE catalogue AS
SELECT d.*,
    CASE WHEN published_on <= publish_by THEN published_on
        WHEN published_on IS NOT NULL OR day_of(getvariable('now')) > publish_by THEN publish_by END AS settled_on,
    (SELECT day FROM used u WHERE u.subject = d.subject AND use = 'online') AS online_on,
    (SELECT day FROM used u WHERE u.subject = d.subject AND use = 'paid') AS paid_on,
    (SELECT day FROM used u WHERE u.subject = d.subject AND use = 'population') AS population_on
FROM dated d;

CREATE TABLE petition AS
SELECT subject, last_said(data.agency, said_at, sequence) AS agency, day_of(min(said_at)) AS received_on,
    last_said(data.disliked, said_at, sequence) AS disliked, last_said(data.repeated, said_at, sequence) AS repeated,
    subject IN (SELECT code FROM late_petitions) AS is_late
FROM events WHERE type = 'vn.tthc.petition.v1' GROUP BY subject;
"""

_STOCK = "NULL"
_FEE = "amount > 0"
_RESULT = "coalesce(result_required, true)"
_FULL_ONLINE = "channel = 2 AND level = 4"

# By count: the table, the day it falls on, and which rows are counted.
_COUNTS = {
    "dossiers": ("dossier", "period_on", "true"),
    "dossiers_on_time": ("dossier", "period_on", "promised AND NOT is_late"),
    "dossiers_late": ("dossier", "period_on", "is_late"),
    "dossiers_with_fee": ("dossier", "period_on", _FEE),
    "dossiers_paid_online": ("dossier", "period_on", f"{_FEE} AND paid_by IN (1, 2)"),
    "dossiers_result_required": ("dossier", "period_on", _RESULT),
    "dossiers_with_result_file": ("dossier", "period_on", f"{_RESULT} AND result_files > 0"),
    "dossiers_digitised": ("dossier", "period_on", "digitised > 0 AND result_files > 0"),
    "dossiers_reused": ("dossier", "period_on", "reused > 0"),
    "dossiers_from_personal_store": ("dossier", "period_on", "from_personal_store > 0"),
    "dossiers_population_data": ("dossier", "period_on", "population_data"),
    "dossiers_disliked_or_petitioned": ("dossier", "period_on", "NOT coalesce(liked, true) OR is_petitioned"),
    "dossiers_received": ("dossier", "received_on", "true"),
    "dossiers_known_to_portal": ("dossier", "received_on", "is_known"),
    "dossiers_online": ("dossier", "received_on", "channel = 2"),
    "dossiers_full_online": ("dossier", "received_on", _FULL_ONLINE),
    "dossiers_demanded_in_person": ("dossier", "received_on", f"{_FULL_ONLINE} AND is_demanded"),
    "dossiers_demanded_again": ("dossier", "period_on", "demanded_again > 0"),
    "dossiers_cash_though_payable": ("dossier", "period_on", f"{_FEE} AND paid_by = 3 AND payable_online"),
    "procedures": ("catalogue", _STOCK, "in_force"),
    "procedures_offered_online": ("catalogue", _STOCK, "in_force AND level >= 3"),
    "procedures_with_fee": ("catalogue", _STOCK, "in_force AND fee"),
    "procedures_payable_online": ("catalogue", _STOCK, "in_force AND fee AND online_payment"),
    "procedures_for_citizens": ("catalogue", _STOCK, "in_force AND citizen"),
    "procedures_online_used": ("catalogue", "online_on", "in_force AND level >= 3"),
    "procedures_paid_online": ("catalogue", "paid_on", "in_force AND fee"),
    "procedures_population_data": ("catalogue", "population_on", "in_force AND citizen"),
    "procedures_announced": ("catalogue", "announced_on", "true"),
    "procedures_announced_on_time": ("catalogue", "announced_on", "coalesce(announced_on <= announce_by, true)"),
    "procedures_published": ("catalogue", "published_on", "true"),
    "procedures_content_full": ("catalogue", "published_on", "coalesce(len(parts_missing), 0) = 0"),
    "procedures_to_publish": ("catalogue", "settled_on", "true"),
    "procedures_published_on_time": ("catalogue", "settled_on", "published_on <= publish_by"),
    "procedures_listed_national_only": ("catalogue", _STOCK, "in_force AND listed_on = ['national']"),
    "procedures_listed_provincial_only": ("catalogue", _STOCK, "in_force AND listed_on = ['provincial']"),
    "petitions": ("petition", "received_on", "true"),
    "petitions_overdue": ("petition", "received_on", "is_late"),
    "petitions_disliked": ("petition", "received_on", "disliked"),
    "petitions_repeated": ("petition", "received_on", "repeated"),
}


def counts_by_sql(events: Sequence[Event], at: datetime, folder: Path) -> Counts:
    """Return every count that is not 0, by agency and window that ends on the day of `at`."""
    with duckdb.connect() as database:
        _load(database, events, at, folder)
        database.execute(_SETUP)
        return {(agency, count, window): number for agency, count, window, number in _counted(database)}


def _load(database: Any, events: Sequence[Event], at: datetime, folder: Path) -> None:
    rows = folder / "events.ndjson"
    with rows.open("wb") as file:
        file.writelines(map(_row, events))
    database.execute("SET VARIABLE now = CAST(? AS TIMESTAMP)", [f"{at:%Y-%m-%d %H:%M:%S.%f}"])
    database.execute(f"CREATE TABLE events AS FROM read_json('{rows}', format='newline_delimited', columns={_COLUMNS})")
    late = (code for code, verdict in judge(events, at).items() if verdict.late)
    _table(database, "late_dossiers", "code VARCHAR", ((code,) for code in late))
    _table(database, "late_petitions", "code VARCHAR", ((code,) for code in overdue_petitions(events, at)))
    office = NaiveOffice(at)
    days = (FIRST_DAY + timedelta(number) for number in range((LAST_DAY - FIRST_DAY).days))
    worked = (day for day in days if office.works_on(day))
    _table(database, "worked", "number INTEGER, day DATE", enumerate(worked, 1))


def _row(event: Event) -> bytes:
    row = {
        "subject": event.subject,
        "said_at": event.at,
        "sequence": event.sequence,
        "type": event.data.type,
        "data": event.data,
    }
    return msgspec.json.encode(row) + b"\n"


def _table(database: Any, name: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    database.execute(f"CREATE TABLE {name} ({columns})")
    values = ", ".join("(" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows)
    if values:
        database.execute(f"INSERT INTO {name} VALUES {values}")  # noqa: S608 - of our own making, as all here


def _counted(database: Any) -> Iterator[tuple[str, str, str, int]]:
    for name, (table, day, condition) in _COUNTS.items():
        is_there = "true" if day == _STOCK else f"{day} BETWEEN first AND last"
        chosen = f"{table}, windows WHERE {is_there} AND ({condition})"
        query = f"SELECT agency, '{name}', \"window\", count(*) FROM {chosen} GROUP BY ALL"  # noqa: S608
        yield from database.execute(query).fetchall()
