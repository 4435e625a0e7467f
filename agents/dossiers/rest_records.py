"""What the dossiers at rest add to the numbers of a partition, kept in the changelog beside their facts.

Nearly all dossiers have ended, and time alone changes nothing about them (`Standing.is_at_rest`). To judge each of them
again after every restart would take most of its time, so what they add is kept as sums:

- `na<agency>`: its dossiers at rest by what they add to its numbers, and when it last worked on one of them,
- `nd<year>-<month><agency>`: the named counts of the index by day,
- `nu<procedure>`: how often the procedure was used in each way, by day,
- `w<code>`: a dossier to be watched. It is not at rest, or (`r`) it is, and asks for attention all the same. After a
  restore only the former are judged.

They are written in the transaction of the facts from which they follow, so they hold exactly these. They are no truth:
each position says under which program, policy and calendar they were made. A worker to whom that says something else
counts every dossier from its facts, and writes them anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

import agents
import config
import streams
from agents.agencies.silence import last_work_at
from agents.agencies.state import Agencies
from agents.dossiers.dossier import load
from agents.dossiers.standing import Contribution, Standing, judge
from agents.dossiers.tally import Tally
from agents.indicators.day_counts import Row, add_mask
from agents.indicators.dossier_counts import NAMES
from agents.indicators.usage import Use, UseDays, uses_of
from config.rulebook import Rulebook
from streams.events import Usage

Records = dict[bytes, bytes]
Changes = dict[bytes, bytes | None]  # None: a tombstone
T = TypeVar("T")

_WATCHED_KEY = b"w"
WAITS, _ASKS = b"", b"r"
_SUMS_KEY = b"n"
_AGENCY, _DAYS, _USES = b"a", b"d", b"u"  # the second byte of a sum's key
_MONTH_ENDS = len("nd2026-11")
REST_KEYS = frozenset({_WATCHED_KEY, _SUMS_KEY})
"""By which these records are known among those of the changelog."""


class _OfAgency(msgspec.Struct, array_like=True):
    contributions: dict[Contribution, int] = {}
    worked_at: datetime | None = None


_of_agency = msgspec.msgpack.Decoder(_OfAgency)
_days = msgspec.msgpack.Decoder(dict[date, Row])
_uses = msgspec.msgpack.Decoder(dict[Usage, dict[date, int]])
_encode = msgspec.msgpack.Encoder().encode
_NOTHING = {_of_agency: _encode(_OfAgency()), _days: _encode({}), _uses: _encode({})}


def watched(code: str) -> bytes:
    """Return the key of the record that says that a dossier is to be watched."""
    return _WATCHED_KEY + code.encode()


def codes_watched(keys: Iterable[bytes]) -> Iterator[str]:
    """Yield the dossiers of which records say that they are to be watched, or not any more."""
    return (key[1:].decode() for key in keys if key[:1] == _WATCHED_KEY)


def watched_as(standing: Standing | None) -> bytes | None:
    """Return what that record says; None: nobody need watch the dossier."""
    if standing is None or not standing.is_at_rest:
        return WAITS
    return _ASKS if standing.breaches else None


@cache
def _program() -> bytes:
    """Return by what this program is known: its own text, so that whoever changes it need not think of saying so."""
    said = sha256()
    for package in (agents, config, streams):
        for text in _texts(files(package)):
            said.update(text)
    return said.digest()


def _texts(folder: Traversable) -> Iterator[bytes]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _texts(entry)
        elif entry.name.endswith(".py"):
            yield entry.read_bytes()


def made_under(rulebook: Rulebook) -> bytes:
    """Return by what it is known under which program, policy and calendar sums were made."""
    return sha256(_program() + rulebook.fingerprint).digest()[:8]


class Sums:
    """Sums as they change: those that are touched are decoded, and encoded once all changes are in."""

    def __init__(self, held: Mapping[bytes, bytes], prefix: bytes = _SUMS_KEY) -> None:
        self._held = held
        self._prefix = prefix
        self._touched: dict[bytes, Any] = {}

    def add(self, standing: Standing | None, worked_at: datetime | None, times: int = 1) -> None:
        """Count what a dossier adds; `times` is -1 to take it out."""
        if standing is None:
            return
        agency = standing.contribution.agency
        of_agency = self._of(_AGENCY + agency.encode(), _of_agency)
        of_agency.worked_at = max((at for at in (of_agency.worked_at, worked_at) if at is not None), default=None)
        _count(of_agency.contributions, standing.contribution, times)
        for day, mask in standing.counted:
            days = self._of(_DAYS + (day.isoformat()[:7] + agency).encode(), _days)
            add_mask(days.setdefault(day, [0] * len(NAMES)), mask, times)
        for use, day in uses_of(standing.procedure, standing.counted):
            uses = self._of(_USES + use.procedure.encode(), _uses)
            _count(uses.setdefault(use.kind, {}), day, times)

    def _of(self, name: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
        key = self._prefix + name
        found: T | None = self._touched.get(key)
        if found is None:
            found = self._touched[key] = decoder.decode(self._held.get(key, _NOTHING[decoder]))
        return found

    def records(self) -> Records:
        """Return the records of the sums that were touched."""
        return {key: _encode(one) for key, one in self._touched.items()}


def _count(counts: dict[T, int], what: T, times: int) -> None:
    counts[what] = counts.get(what, 0) + times
    if not counts[what]:
        del counts[what]


def records_of(dossiers: Iterable[tuple[str, bytes]], at: datetime, rulebook: Rulebook) -> Records:
    """Return all records there are to be beside these facts, as of an instant: every dossier is judged."""
    sums = Sums({})
    records: Records = {}
    for code, stored in dossiers:
        dossier = load(stored)
        standing = judge(dossier, at, rulebook)
        if standing is not None and standing.is_at_rest:
            sums.add(standing, last_work_at(dossier))
        if (said := watched_as(standing)) is not None:
            records[watched(code)] = said
    return sums.records() | records


def count_in(records: Records, tally: Tally, uses: UseDays, agencies: Agencies) -> None:
    """Count what sums say, before the first day begins."""
    for key, stored in records.items():
        if key[:1] == _WATCHED_KEY:
            continue
        match key[1:2]:
            case b"a":
                one = _of_agency.decode(stored)
                tally.contributions.update(one.contributions)
                agencies.worked(key[2:].decode(), one.worked_at)
            case b"d":
                for day, row in _days.decode(stored).items():
                    tally.days.add_row(key[_MONTH_ENDS:].decode(), day, row)
            case b"u":
                for kind, days in _uses.decode(stored).items():
                    uses.add_days(Use(key[2:].decode(), kind), days)


def put(records: Records, key: bytes, value: bytes | None) -> None:
    """Put a record in the place of the one before it; None: take that out."""
    if value is None:
        records.pop(key, None)
    else:
        records[key] = value
