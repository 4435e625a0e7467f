"""The Redis view: which rows and lists a dossier is on, kept right however it changes and whatever fails."""

import asyncio
import contextlib
from typing import Any, Self

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError

from agents.dossiers.rules import sync_missing
from agents.dossiers.rules.sync_diverged import Kind
from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import Breach, Contribution, Standing, State, standing_of
from alerts.redis import view
from alerts.redis.rows import Asking, Row, row_of
from alerts.redis.view import View
from builders import DAY, HOUR, MINUTE, PROCEDURE, RULEBOOK, dossier, event, local, portal, status
from config.calendar import parse_document
from config.settings import Settings
from partition import Partition
from streams.events import DossierPortal, Event, Outcome, Status

AT = local("2026-11-02 08:00")
DUE = AT + 3 * DAY


def standing(*events: Event, at: Any = AT) -> Standing | None:
    return standing_of(dossier(*events), at, RULEBOOK)


def test_an_open_dossier_has_a_row() -> None:
    row = row_of(standing(status(AT, 2, due_at=DUE), portal(AT)))

    assert row == Row("H42.17", "received", DUE, procedure=PROCEDURE)


def test_an_overdue_and_unsynced_dossier_says_since_when_and_what_asks_for_attention() -> None:
    row = row_of(standing(status(AT, 4, due_at=DUE), at=DUE + HOUR))

    assert row == Row(
        "H42.17",
        "in_progress",
        due_at=DUE,
        overdue_since=DUE,
        unsynced_since=AT,
        unsynced_severity="violation",
        procedure=PROCEDURE,
        violations=("apology_missing",),
        breaches=(
            Asking("processing-deadline", DUE, "warning"),
            Asking("apology", DUE, "warning"),
            Asking("sync-missing", local("2026-11-02 17:00"), "violation"),
        ),
    )


def test_a_dossier_that_is_due_soon_says_which_rung_it_stands_on() -> None:
    row = row_of(standing(status(AT, 4, due_at=DUE), portal(AT), at=DUE - HOUR))

    assert row is not None
    assert row.due_soon is not None
    assert row.scores()["due_soon"] == DUE.timestamp()


def test_a_dossier_that_the_portal_shows_otherwise_says_what_and_since_when() -> None:
    ahead = DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=Status.FINISHED)
    row = row_of(standing(status(AT, 4, due_at=DUE), event(AT + HOUR, ahead), at=AT + DAY))

    assert row is not None
    assert row.diverged == Kind.STATUS_AHEAD
    assert row.diverged_since is not None
    assert row.scores()["diverged"] == row.diverged_since.timestamp()


def test_a_dossier_that_has_ended_has_a_row_only_while_something_asks_for_attention() -> None:
    ended = (status(AT, 2, due_at=DUE), status(AT + HOUR, 9))
    late = (status(AT, 2, due_at=DUE), status(DUE + HOUR, 9), portal(DUE + HOUR))

    unknown_to_portal = row_of(standing(*ended, at=AT + DAY))
    assert unknown_to_portal is not None
    assert unknown_to_portal.breaches == (Asking(sync_missing.RULE.id, local("2026-11-02 17:00"), "violation"),)
    without_apology = row_of(standing(*late, at=DUE + DAY))
    assert without_apology is not None
    assert without_apology.violations == ("apology_missing",)
    assert row_of(standing(*ended, portal(AT + HOUR), at=AT + DAY)) is None
    assert row_of(None) is None


@pytest.mark.parametrize(
    ("row", "scores"),
    [
        (Row("A", "received"), {"open": float("inf")}),
        (Row("A", "suspended", DUE), {"open": DUE.timestamp()}),
        (Row("A", "received", DUE, DUE), {"open": DUE.timestamp(), "overdue": DUE.timestamp()}),
        (Row("A", "received", None, None, AT), {"open": float("inf")}),  # not acknowledged yet, but within the limit
        (Row("A", "finished_late", DUE, None, AT, "warning"), {"unsynced": AT.timestamp()}),
        (Row("A", "finished_late", DUE, diverged="due_at", diverged_since=AT), {"diverged": AT.timestamp()}),
        (Row("A", "received", DUE, due_soon="share_75"), dict.fromkeys(("open", "due_soon"), DUE.timestamp())),
    ],
)
def test_a_row_is_on_the_lists_it_belongs_to(row: Row, scores: dict[str, float]) -> None:
    assert row.scores() == scores


def test_a_row_is_short_json_without_what_is_absent() -> None:
    assert msgspec.json.encode(Row("H42.17", "received", DUE)) == (
        b'{"agency":"H42.17","state":"received","due_at":"2026-11-05T01:00:00Z"}'
    )


# -- a Redis of our own: the commands the view uses, and failures -----------------------------------------------------


class FakeRedis:
    """Keys in memory. `fails`: the next transaction fails `before` or `after` it was carried out, or does not."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.fails = "no"

    async def set(self, key: str, value: bytes) -> None:
        self.keys[key] = value

    async def aclose(self) -> None:
        pass

    def pipeline(self, *, transaction: bool) -> "FakePipeline":
        assert transaction
        return FakePipeline(self)


class FakePipeline:
    def __init__(self, redis: FakeRedis) -> None:
        self.redis = redis
        self.queued: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def watch(self, key: str) -> None:
        pass

    async def get(self, key: str) -> Any:
        return self.redis.keys.get(key)

    async def hgetall(self, key: str) -> dict[bytes, bytes]:
        return {code.encode(): row for code, row in self.redis.keys.get(key, {}).items()}

    def multi(self) -> None:
        self.queued = []

    def set(self, key: str, value: bytes) -> None:
        self.queued.append(lambda keys: keys.__setitem__(key, value))

    def hset(self, key: str, mapping: dict[str, bytes]) -> None:
        self.queued.append(lambda keys: keys.setdefault(key, {}).update(mapping))

    def hdel(self, key: str, *codes: str) -> None:
        self.queued.append(lambda keys: [keys.get(key, {}).pop(code, None) for code in codes])

    zrem = hdel

    def zadd(self, key: str, scores: dict[str, float]) -> None:
        self.queued.append(lambda keys: keys.setdefault(key, {}).update(scores))

    def sadd(self, key: str, *members: str) -> None:
        self.queued.append(lambda keys: keys.setdefault(key, set()).update(members))

    async def execute(self) -> None:
        fails, self.redis.fails = self.redis.fails, "no"
        if fails != "before":
            for command in self.queued:
                command(self.redis.keys)
        if fails != "no":
            raise RedisConnectionError("gone")


class Shown:
    """A view of one partition, and what it wrote."""

    def __init__(self) -> None:
        self.served = Partition(AT)
        self.redis = FakeRedis()
        self.view = self.new_view()

    def new_view(self) -> View:
        view = View(Settings(), lambda: {0: self.served.processor})
        view._redis = self.redis
        return view

    def stand(self, code: str, found: Standing | None) -> None:
        """Let a dossier stand in some way, as the processor would."""
        self.served.processor.standings[code], self.served.processor.unpublished[code] = found, None

    def flush(self, fails: str = "no") -> None:
        self.redis.fails = fails
        with contextlib.suppress(RedisConnectionError):
            asyncio.run(self.view._flush(0, self.served.processor))

    def assert_right(self) -> None:
        rows = {code: row for code, found in self.served.processor.standings.items() if (row := row_of(found))}
        lists: dict[str, dict[str, float]] = {}
        for code, row in rows.items():
            for name, score in row.scores().items():
                for key in (f"dunghan:{name}", f"dunghan:{name}:{row.agency}"):
                    lists.setdefault(key, {})[code] = score
        decode = msgspec.json.Decoder(Row).decode
        shown = {key: value for key, value in self.redis.keys.items() if value and not key.endswith("owner")}
        agencies = shown.pop("dunghan:agencies", set())
        assert {code: decode(row) for code, row in shown.pop("dunghan:view:0", {}).items()} == rows
        stored = {code: facts for code, facts in self.served.processor.dossiers() if code in rows}
        assert shown.pop("dunghan:facts:0", {}) == stored
        assert shown == lists
        assert agencies >= {row.agency for row in rows.values()}


def standing_by(
    *,
    agency: str,
    state: State,
    overdue: str | None,
    due_soon: str | None,
    missing: Severity | None,
    diverged: Kind | None,
) -> Standing:
    breaches = [Breach("sync-missing", AT, missing)] if missing else []
    breaches += [Breach("sync-diverged", AT + HOUR, "warning")] if diverged else []
    return Standing(
        Contribution(agency, state, True, overdue, due_soon, (), missing, diverged),
        DUE,
        DUE if overdue and state is State.RECEIVED else None,
        AT if missing else None,
        tuple(breaches),
        (),
        None,
        None,
    )


STANDINGS = st.none() | st.builds(
    standing_by,
    agency=st.sampled_from(("H42.17", "H42.18")),
    state=st.sampled_from((State.RECEIVED, State.FINISHED_LATE)),
    overdue=st.none() | st.just("le_1d"),
    due_soon=st.none() | st.just("share_75"),
    missing=st.none() | st.sampled_from(Severity),
    diverged=st.none() | st.sampled_from(Kind),
)
CHANGES = st.lists(st.tuples(st.sampled_from("ABC"), STANDINGS), max_size=6)


@given(st.lists(st.tuples(CHANGES, st.sampled_from(("no", "no", "new worker")))))
def test_the_view_shows_every_dossier_as_it_stands(steps: list[tuple[list[tuple[str, Standing | None]], str]]) -> None:
    shown = Shown()
    for changes, then in steps:
        for code, found in changes:
            shown.stand(code, found)
        if then == "new worker":
            shown.view = shown.new_view()
        shown.flush()
        shown.assert_right()


@given(st.lists(st.tuples(CHANGES, st.sampled_from(("no", "before", "after")))))
def test_a_transaction_that_failed_is_made_good_by_the_next(
    steps: list[tuple[list[tuple[str, Standing | None]], str]],
) -> None:
    shown = Shown()
    for changes, fails in steps:
        for code, found in changes:
            shown.stand(code, found)
        shown.flush(fails)
    shown.flush()
    shown.assert_right()


def test_a_view_that_was_deleted_is_written_anew() -> None:
    shown = Shown()
    shown.served.tell(status(AT, 2), status(AT, 2, code="D-2"))
    shown.flush()
    shown.redis.keys.clear()
    shown.flush()

    shown.assert_right()
    assert set(shown.redis.keys["dunghan:view:0"]) == {"H42.17-261102-0001", "D-2"}


def test_a_new_owner_removes_the_rows_of_dossiers_that_are_no_more() -> None:
    shown = Shown()
    shown.stand("A", standing(status(AT, 2)))
    shown.flush()
    shown.served.processor.standings.clear()
    shown.view = shown.new_view()
    shown.flush()

    assert not shown.redis.keys["dunghan:view:0"]
    shown.assert_right()


def test_nothing_is_written_while_nothing_changes() -> None:
    shown = Shown()
    shown.served.tell(status(AT, 2))
    shown.flush()
    shown.redis.fails = "before"  # would be raised by a transaction
    asyncio.run(shown.view._flush(0, shown.served.processor))

    assert shown.redis.fails == "before"


def test_a_dossier_that_time_made_overdue_moves_to_the_overdue_list() -> None:
    shown = Shown()
    shown.served.tell(status(AT, 2, due_at=DUE), portal(AT + MINUTE))
    shown.flush()
    shown.served.advance(DUE + HOUR)
    shown.flush()

    assert shown.redis.keys["dunghan:overdue:H42.17"] == {"H42.17-261102-0001": DUE.timestamp()}
    shown.assert_right()


def test_what_is_said_of_a_dossier_is_in_the_view_even_if_it_stands_as_before() -> None:
    shown = Shown()
    shown.served.tell(status(AT, 2, due_at=DUE), portal(AT + MINUTE))
    shown.flush()
    before = shown.redis.keys["dunghan:facts:0"].copy()
    shown.served.tell(portal(AT + MINUTE, Outcome.SENT))
    shown.flush()

    assert shown.redis.keys["dunghan:facts:0"] != before
    shown.assert_right()


def test_the_calendar_by_which_the_workers_judge_is_in_the_view() -> None:
    shown = Shown()
    rulebook = shown.served.processor.rulebook
    asyncio.run(shown.view._write_calendar(rulebook))

    written = msgspec.json.decode(shown.redis.keys["dunghan:calendar"], type=list[msgspec.Raw])
    documents = [parse_document(bytes(one), "written") for one in written]
    names = [msgspec.structs.replace(one, name="written") for one in rulebook.calendars.documents]
    assert documents == names


def test_a_worker_that_leaves_writes_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "_ROWS", 1)
    shown = Shown()
    shown.served.tell(status(AT, 2), status(AT, 2, code="D-2"))
    asyncio.run(shown.view.stop())

    shown.assert_right()
    assert len(shown.redis.keys["dunghan:view:0"]) == 2


def test_of_very_much_a_part_is_left_to_the_next_worker_so_that_it_leaves_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view, "_ROWS", 1)
    monkeypatch.setattr(view, "_STOP_SECONDS", 0.0)
    shown = Shown()
    shown.served.tell(status(AT, 2), status(AT, 2, code="D-2"))
    shown.flush()
    asyncio.run(shown.view.stop())
    assert len(shown.redis.keys["dunghan:view:0"]) == 1

    shown.view = shown.new_view()
    asyncio.run(shown.view._flush(0, shown.served.processor))
    asyncio.run(shown.view._flush(0, shown.served.processor))
    shown.assert_right()
