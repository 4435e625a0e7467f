"""The policy file (`policy.yaml`): read with care, and refused by file and field where it could not be obeyed.

What can never happen is refused here as far as it shows in the file alone; see also `config.contradictions`.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from config import alert_rules
from config.bottlenecks import Thresholds, thresholds
from config.calendar.documents import FIRST_YEAR, LAST_YEAR
from config.clock import VIETNAM
from config.policy import (
    ByIssuer,
    PetitionLimits,
    Policies,
    Policy,
    PolicyError,
    Rung,
    SecondSupplement,
    SourceSilence,
    SyncLimit,
)
from config.spans import Passing, Span, span
from config.yaml_text import read_yaml

T = TypeVar("T")
Text = Annotated[str, Meta(min_length=1)]

DEFAULT_FILE = Path(__file__).with_name("policy.yaml")
_SUPPLEMENT_REQUESTED, _FEE_DUE = 5, 6
_NEVER = "never"
_LONGEST_WINDOW = timedelta(days=366)
_LARGEST_FACTOR = 100  # beyond it, `at_most` alone would count
_MAY_STOP_THE_CLOCK = frozenset({_SUPPLEMENT_REQUESTED, _FEE_DUE})  # in these the agency waits for the citizen


class _LimitRow(msgspec.Struct, forbid_unknown_fields=True):
    warning: str
    critical: str
    violation: str


class _PetitionRow(msgspec.Struct, forbid_unknown_fields=True):
    refuse: str
    ask_back: str
    process: str
    publish: str


class _IssuerRow(msgspec.Struct, forbid_unknown_fields=True):
    province: str
    ministry: str


class _SilenceRow(msgspec.Struct, forbid_unknown_fields=True):
    factor: float
    at_least: str
    at_most: str


class _BottlenecksRow(msgspec.Struct, forbid_unknown_fields=True):
    judged_from: dict[str, int]
    limits: dict[str, dict[str, str]]


class _VersionRow(msgspec.Struct, forbid_unknown_fields=True):
    effective_from: date
    source: Text
    sync_limits: dict[Text, _LimitRow]
    overdue_ages: list[str]
    acceptance: str
    due_soon: list[str]
    apology_before: str
    clock_stops_at: list[int]
    second_supplement: SecondSupplement
    petitions: _PetitionRow
    announcement_before: _IssuerRow
    publication_within: _IssuerRow
    procedure_history: str
    agency_silent_after: str
    source_stale: _SilenceRow
    bottlenecks: _BottlenecksRow
    watermark_slack: str
    live_within: str
    alerts: frozenset[str] = alert_rules.DEFAULT
    settled_after: str = _NEVER


class _File(msgspec.Struct, forbid_unknown_fields=True):
    versions: list[_VersionRow]


def load_policies(file: Path | str = "") -> Policies:
    """Read a policy file; "" is the one that comes with the program.

    Raises:
        PolicyError: naming the file and the field at fault.
    """
    file = file or DEFAULT_FILE
    try:
        rows = msgspec.convert(read_yaml(Path(file).read_bytes()), _File, strict=False).versions
        return Policies([_named(f"version of {row.effective_from}", _version, row) for row in rows])
    except OSError as error:
        raise PolicyError(f"{file}: {error.strerror}") from error
    except ValueError as error:  # of YAML, of msgspec, or our own
        raise PolicyError(f"{file}: {error}") from error


def _version(row: _VersionRow) -> Policy:
    return Policy(
        effective_from=_named("effective_from", _midnight, row.effective_from),
        source=row.source,
        sync_limits=_sync_limits(row.sync_limits),
        overdue_ages=_named("overdue_ages", _ages, row.overdue_ages),
        acceptance=_named("acceptance", _some_time, row.acceptance),
        due_soon=_named("due_soon", _rungs, row.due_soon),
        apology_before=_named("apology_before", _countable, row.apology_before),
        clock_stops_at=_named("clock_stops_at", _stops, row.clock_stops_at),
        second_supplement=_named("second_supplement", _second_supplement, row),
        petitions=PetitionLimits(**_spans("petitions", row.petitions)),
        announcement_before=ByIssuer(**_spans("announcement_before", row.announcement_before)),
        publication_within=ByIssuer(**_spans("publication_within", row.publication_within)),
        procedure_history=_named("procedure_history", _wall, row.procedure_history),
        agency_silent_after=_named("agency_silent_after", _some_working, row.agency_silent_after),
        source_stale=_named("source_stale", _source_silence, row.source_stale),
        bottlenecks=_named("bottlenecks", _thresholds, row.bottlenecks),
        alerts=_named("alerts", alert_rules.alert_rules, row.alerts),
        watermark_slack=_named("watermark_slack", _wall, row.watermark_slack),
        live_within=_named("live_within", _some_wall, row.live_within),
        settled_after=_named("settled_after", _settled_after, row.settled_after),
    )


def _named(field: str, read: Callable[..., T], written: object) -> T:
    try:
        return read(written)
    except ValueError as error:
        raise PolicyError(f"{field}: {error}") from error


def _spans(field: str, row: msgspec.Struct) -> dict[str, Span]:
    return {name: _named(f"{field}.{name}", _some_time, getattr(row, name)) for name in row.__struct_fields__}


def _midnight(day: date) -> datetime:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is outside the years of the calendar ({FIRST_YEAR} to {LAST_YEAR})")
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def _countable(text: str) -> Span:
    """Read a span that can be counted back from an instant."""
    read = span(text)
    if read.passing is Passing.CLOSING:
        raise ValueError("closing cannot be counted here (write a number and a unit)")
    return read


def _some_time(text: str) -> Span:
    read = _countable(text)
    if not read.amount:
        raise ValueError(f"{text} is no time at all: nothing could keep it")
    return read


def _wall(text: str) -> timedelta:
    read = _countable(text)
    if read.passing is not Passing.WALL:
        raise ValueError(f"{text}: only wall time can be meant here (90s, 10m, 2h, 1d)")
    return read.amount


def _some_wall(text: str) -> timedelta:
    _some_time(text)
    return _wall(text)


def _settled_after(text: str) -> timedelta | None:
    if text == _NEVER:
        return None
    after = _wall(text)
    if after < _LONGEST_WINDOW:
        raise ValueError(f"{text}: the index looks back on up to a year, so facts are kept for 366d at least")
    return after


def _some_working(text: str) -> Span:
    """Read working time: by the clock on the wall, everybody would be silent on a Sunday."""
    read = _some_time(text)
    if read.passing is not Passing.WORKING:
        raise ValueError(f"{text}: only working time can be meant here (4wh, 2wd)")
    return read


def _source_silence(row: _SilenceRow) -> SourceSilence:
    if not 1 <= row.factor <= _LARGEST_FACTOR:
        raise ValueError(f"factor: {row.factor:g} is not between 1 and {_LARGEST_FACTOR}: less is a source's usual gap")
    at_least, at_most = _named("at_least", _some_working, row.at_least), _named("at_most", _some_working, row.at_most)
    if at_least.amount > at_most.amount:
        raise ValueError(f"at_least {row.at_least} is more than at_most {row.at_most}")
    return SourceSilence(row.factor, at_least, at_most)


def _thresholds(row: _BottlenecksRow) -> Thresholds:
    return thresholds(row.limits, row.judged_from)


def _ages(texts: list[str]) -> tuple[timedelta, ...]:
    ages = tuple(map(_some_wall, texts))
    if not ages or list(ages) != sorted(set(ages)):
        raise ValueError("write at least one, in rising order, each once")
    return ages


def _rungs(texts: list[str]) -> tuple[Rung, ...]:
    rungs = tuple(map(_rung, texts))
    same = Counter((rung.share, rung.left and (rung.left.passing, rung.left.amount)) for rung in rungs)
    if len(same) < len(rungs):
        raise ValueError("write each rung once (1wd is 8wh): of two at one instant, one could never be seen")
    return rungs


def _rung(text: str) -> Rung:
    if not text.endswith("%"):
        return Rung(text, left=_some_time(text))
    share = text.removesuffix("%")
    if not share.isdecimal() or not 0 < int(share) < 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"{text}: a rung lies between 1% and 99% of the time, or it could never be reached in time")
    return Rung(text, share=int(share) / 100)


def _stops(statuses: list[int]) -> frozenset[int]:
    for status in set(statuses) - _MAY_STOP_THE_CLOCK:
        raise ValueError(f"status {status} may not stop the clock: it would stand still for ever (allowed: 5, 6)")
    return frozenset(statuses)


def _second_supplement(row: _VersionRow) -> SecondSupplement:
    meant = row.second_supplement
    if meant is SecondSupplement.CLOCK_STOPS and _SUPPLEMENT_REQUESTED not in row.clock_stops_at:
        raise ValueError(f"{meant}, but no request ever stops the clock: 5 is not in clock_stops_at")
    return meant


def _sync_limits(rows: dict[str, _LimitRow]) -> dict[str, SyncLimit]:
    if "default" not in rows:
        raise PolicyError("sync_limits: a default is required")
    return {agency: _named(f"sync_limits.{agency}", _sync_limit, row) for agency, row in rows.items()}


def _sync_limit(row: _LimitRow) -> SyncLimit:
    return SyncLimit(**{name: _named(name, span, getattr(row, name)) for name in row.__struct_fields__})
