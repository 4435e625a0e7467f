"""Broken events, one way for each reason of rejection, as systems really get them wrong."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import msgspec

from streams.events import DossierRating, DossierStatus, Procedure
from streams.rejection import Reason
from streams.simulate.canonical import Canonical, CloudEvent, Message, encode
from streams.simulate.facts import Filing

_Raw = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(_Raw)


def broken(reason: Reason, filing: Filing, at: int, rng: Random) -> Message:
    """Return an event about the dossier that has to be rejected for `reason`."""
    key = filing.procedure.code if reason is Reason.WRONG_TOPIC else filing.code
    return Message(at, _BREAKERS[reason](filing, at, rng), key=key)


# Three faults exist in Kafka only: a file has no empty events, since empty lines are passed over; its lines have no
# timestamp that could tell what lies in the future; and it may hold events of every topic.
# And nobody sends too much by a slip: a test does (tests/unit/test_decoding_limits.py).
ALL_REASONS = tuple(reason for reason in Reason if reason not in (Reason.TOO_MUCH, Reason.SETTLED))
_IN_KAFKA_ONLY = frozenset({Reason.EMPTY, Reason.FUTURE_TIME, Reason.WRONG_TOPIC})
FILE_REASONS = tuple(reason for reason in ALL_REASONS if reason not in _IN_KAFKA_ONLY)


def _good(filing: Filing, at: int) -> _Raw:
    """Return a good event, field by field, to be spoilt."""
    agency, procedure = filing.agency.code, filing.procedure.code
    event = Canonical(filing).event(at, DossierStatus.type, msgspec.Raw(b"{}"))
    fields = _fields.decode(event.value)
    fields["id"] = _json(f"{filing.code}/broken/{at}")
    fields["data"] = _json({"agency": agency, "procedure": procedure, "status": 4})
    return fields


def _json(value: object) -> msgspec.Raw:
    return msgspec.Raw(encode(value))


def _empty(_filing: Filing, _at: int, _rng: Random) -> bytes:
    """An adapter that wrote nothing."""
    return b""


def _malformed(filing: Filing, at: int, rng: Random) -> bytes:
    """A message that was cut off, or that was written in an old code page."""
    whole = encode(_good(filing, at))
    cut_off = whole[: rng.randint(20, len(whole) - 2)]
    return rng.choice((cut_off, whole.replace(b"mot-cua", "một cửa".encode("utf-16-le").replace(b"\n", b""))))


def _unrecognised(filing: Filing, at: int, rng: Random) -> bytes:
    """JSON of another system."""
    return encode(rng.choice(({"maHS": filing.code, "luc": at}, {"ping": at}, [at], "OK")))


def _unsupported(filing: Filing, at: int, _rng: Random) -> bytes:
    """A CloudEvent of the draft before 1.0."""
    return encode({**_good(filing, at), "specversion": _json("0.3")})


def _unknown_type(filing: Filing, at: int, rng: Random) -> bytes:
    """An event type of next year, or one with a slip of the pen."""
    type_ = rng.choice(("vn.tthc.dossier.status.v9", "vn.tthc.dosier.status.v1", "vn.tthc.dossier.archived.v1"))
    return encode({**_good(filing, at), "type": _json(type_)})


def _wrong_topic(filing: Filing, at: int, _rng: Random) -> bytes:
    """A catalogue event among the dossiers."""
    event = {**_good(filing, at), "type": _json(Procedure.type), "subject": _json(filing.procedure.code)}
    return encode({**event, "data": _json({"issuer": filing.agency.code})})


def _missing_field(filing: Filing, at: int, rng: Random) -> bytes:
    """An event without a required attribute or field, or a portal message without a procedure."""
    fields = _good(filing, at)
    incomplete = {"agency": filing.agency.code, "status": 4}
    portal = {"MaHoSo": filing.code, "MaTTHC": "", "NgayTiepNhan": "20260105080000", "TrangThaiHoSo": "2"}
    without_id = {name: value for name, value in fields.items() if name != "id"}
    return encode(rng.choice((without_id, {**fields, "data": _json(incomplete)}, portal)))


def _invalid_field(filing: Filing, at: int, rng: Random) -> bytes:
    """A status that does not exist, or text where a number belongs."""
    wrong = rng.choice(({"status": 11}, {"status": "đang xử lý"}, {"channel": 7}))
    data = {"agency": filing.agency.code, "procedure": filing.procedure.code, "status": 4, **wrong}
    return encode({**_good(filing, at), "data": _json(data)})


def _invalid_time(filing: Filing, at: int, rng: Random) -> bytes:
    """A day that does not exist, or a date in a form of its own."""
    return encode({**_good(filing, at), "time": _json(rng.choice(("2026-02-30T08:00:00+07:00", "24/11/2026 08:00")))})


def _future_time(filing: Filing, at: int, _rng: Random) -> bytes:
    """A clock that is years ahead."""
    own = Canonical(filing)
    ahead = own.instant(at) + timedelta(days=3_000)
    id_ = f"{filing.code}/broken/{at}"
    return encode(CloudEvent(id_, own.source, DossierRating.type, ahead, filing.code, data=DossierRating(liked=True)))


_BREAKERS: dict[Reason, Callable[[Filing, int, Random], bytes]] = {
    Reason.EMPTY: _empty,
    Reason.MALFORMED: _malformed,
    Reason.UNRECOGNISED: _unrecognised,
    Reason.UNSUPPORTED: _unsupported,
    Reason.UNKNOWN_TYPE: _unknown_type,
    Reason.WRONG_TOPIC: _wrong_topic,
    Reason.MISSING_FIELD: _missing_field,
    Reason.INVALID_FIELD: _invalid_field,
    Reason.INVALID_TIME: _invalid_time,
    Reason.FUTURE_TIME: _future_time,
}
