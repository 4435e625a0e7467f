"""`decode(record)`: the one door into the monitor. It never raises, whatever the bytes.

1. A structured CloudEvent that is wholly as the contract says is decoded straight into its type (the fast path).
2. Else the record is looked at with care: CloudEvents attributes in the headers (binary mode) or in the JSON, or one of
   the portal's bare messages.
3. What cannot be read becomes a `Rejection` that names the place at fault, and never what stood there.
4. Personal data is not declared in any type, so it is gone when this returns.
"""

import re
from typing import Any

import msgspec

from streams import cloudevents, dvcqg
from streams.cloudevents import encode
from streams.events import CANONICAL_TYPES, AgencyHeartbeat
from streams.limits import LARGEST_VALUE, MOST_VALUES, is_too_deep, is_too_large
from streams.records import Decoded, Line, Record, refuse_future
from streams.rejection import Reason, RejectedError, Rejection

__all__ = ["Decoded", "Line", "Record", "decode", "encode"]

_MARK = "ce_specversion"
_PREFIX = "ce_"
_STRUCTURED = b"application/cloudevents"
_IN_DATA = re.compile(r"$|data(?![a-z_])")
_TYPES = CANONICAL_TYPES.keys() | dvcqg.PORTAL_TYPES
_CLOUDEVENT_FIELDS = frozenset({"id", "source", "type"})


def decode(record: Record) -> Decoded:
    """Return what a record says: events, refusals, or both."""
    try:
        if not _is_binary(record):
            event = cloudevents.read_fast(record.value or b"")
            refuse_future(event.at, record.timestamp)
            return Decoded([event], [], 0)
    except Exception:  # nosec B110 # noqa: BLE001, S110 - whatever it was, the careful path says what is wrong where
        pass
    try:
        return _binary(record) if _is_binary(record) else _structured_or_bare(record)
    except RejectedError as error:
        return _refused(error.rejection)
    except Exception as error:  # noqa: BLE001 - a fault of ours must not stop a partition; its text may quote the input
        return _refused(Rejection(Reason.MALFORMED, f"$: cannot be read ({type(error).__name__})"))


def _refused(rejection: Rejection) -> Decoded:
    return Decoded([], [rejection], 0)


def _is_binary(record: Record) -> bool:
    """Whether the attributes are in the headers: they are marked so, and the content type does not deny it."""
    marked = False
    for name, value in record.headers:
        lowered = name.lower()
        if lowered == _MARK:
            marked = True
        elif lowered == "content-type" and value is not None and value.lower().startswith(_STRUCTURED):
            return False
    return marked


def _binary(record: Record) -> Decoded:
    try:
        attributes = _attributes(record)
        if record.value:
            attributes["data"] = _json(record.value)
        elif attributes.get("type") != AgencyHeartbeat.type:  # the one event that has nothing to say but that it is
            return _refused(Rejection(Reason.EMPTY, "$: no data"))
        attributes["subject"] = attributes.get("subject") or _key(record)
        return _enveloped(attributes, record, "$")
    except RejectedError as error:
        raise _in_binary_mode(error) from None


def _attributes(record: Record) -> dict[str, Any]:
    """Return the CloudEvents attributes of the headers, whose names Kafka clients write in any case."""
    attributes: dict[str, Any] = {}
    for name, value in record.headers:
        lowered = name.lower()
        attribute = "datacontenttype" if lowered == "content-type" else lowered.removeprefix(_PREFIX)
        if value is None or attribute == lowered:
            continue
        try:
            attributes[attribute] = value.decode()
        except UnicodeDecodeError:
            raise RejectedError(Reason.INVALID_FIELD, attribute, "not UTF-8") from None
    return attributes


def _in_binary_mode(error: RejectedError) -> RejectedError:
    """Place a refusal where the sender will look: in a header, or in the value, which is the data."""
    if _IN_DATA.match(error.place):
        return RejectedError(error.reason, f"${error.place.removeprefix('data')}", error.problem)
    place = "content-type" if error.place == "datacontenttype" else f"{_PREFIX}{error.place}"
    return RejectedError(error.reason, place, error.problem)


def _structured_or_bare(record: Record) -> Decoded:
    if record.value is None or not record.value.strip():
        return _refused(Rejection(Reason.EMPTY, "$: no value"))
    try:
        message = _json(record.value)
        if isinstance(message, dict) and "specversion" in message:
            return _enveloped(message, record, "$.data")
        return _bare(message, record)
    except RejectedError as error:
        raise error.within("$") from None


def _enveloped(attributes: dict[str, Any], record: Record, place: str) -> Decoded:
    """Read a CloudEvent whose data stands at `place` in the record."""
    cloudevents.check(attributes, _TYPES)
    kind = attributes["type"]
    if kind in CANONICAL_TYPES:
        event, unknown = cloudevents.read(attributes)
        refuse_future(event.at, record.timestamp, "time")
        return Decoded([event], [], unknown)
    envelope = cloudevents.read_portal(attributes)
    refuse_future(envelope.time, record.timestamp, "time")
    origin = dvcqg.Origin(
        source=envelope.source,
        time=envelope.time,
        sequence=int(envelope.sequence or 0),
        subject=envelope.subject or _key(record),
        timestamp=record.timestamp,
    )
    return dvcqg.read(kind, envelope.data, origin, place)


def _bare(message: object, record: Record) -> Decoded:
    if isinstance(message, dict) and message.keys() >= _CLOUDEVENT_FIELDS:
        raise RejectedError(Reason.MISSING_FIELD, "specversion", "required")
    if isinstance(message, list) and any(isinstance(part, dict) and "specversion" in part for part in message):
        raise RejectedError(Reason.UNSUPPORTED, "", "a batch of CloudEvents; send each in a record of its own")
    kind = dvcqg.recognise(message)
    if kind is None:
        raise RejectedError(Reason.UNRECOGNISED, "", "neither a CloudEvent nor one of the portal's messages")
    return dvcqg.read(kind, message, dvcqg.Origin(subject=_key(record), timestamp=record.timestamp), "$")


def _json(value: bytes) -> Any:
    if is_too_large(value):
        raise RejectedError(Reason.TOO_MUCH, "", f"more than {LARGEST_VALUE} bytes, or {MOST_VALUES} values")
    try:
        message = msgspec.json.decode(value)
    except UnicodeDecodeError:
        raise RejectedError(Reason.MALFORMED, "", "not UTF-8") from None
    except msgspec.DecodeError:
        raise RejectedError(Reason.MALFORMED, "", "not JSON") from None
    except RecursionError:
        raise RejectedError(Reason.TOO_MUCH, "", "nested too deeply") from None
    if is_too_deep(value, message):
        raise RejectedError(Reason.TOO_MUCH, "", "nested too deeply")
    return message


def _key(record: Record) -> str | None:
    """Return the Kafka key, which is the code of the subject; None where it is no text."""
    try:
        return record.key.decode() if record.key else None
    except UnicodeDecodeError:
        return None
