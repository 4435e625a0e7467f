"""CloudEvents 1.0 around the contract's events: structured JSON and Kafka's binary mode in, structured JSON out.

There are two ways in that give the same result:

- the *fast path* (`read_fast`) decodes the bytes straight into the type its `type` names. It takes every event that is
  as the contract says, and fails on any other, without a reason;
- the *careful path* (`read`) takes decoded attributes, drops and counts unknown fields, and says what is wrong where.
"""

from collections.abc import Container
from typing import Annotated, Any, Literal, Union, cast

import msgspec
from msgspec import Meta

from streams.events import CANONICAL_TYPES, AgencyHeartbeat, Code, Data, Event, EventData, Instant
from streams.instants import settle, settled
from streams.rejection import Reason, RejectedError
from streams.shapes import converted, prune, require, shape_of

Identifier = Annotated[str, Meta(min_length=1, max_length=300)]
Digits = Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")]
Sequence = Annotated[int, Meta(ge=0, lt=10**18)] | Digits  # 18 digits in either form


class Attributes(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """The context attributes this monitor reads. Others are legal extensions (`recordedtime`, tracing…): ignored."""

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    time: Instant
    sequence: Sequence | None = None
    datacontenttype: str | None = None
    data_base64: Annotated[None, Meta(description="Not supported: data is JSON.")] = None


class Envelope(Attributes, kw_only=True, omit_defaults=True):
    """A CloudEvent of one of the contract's types."""

    subject: Code
    data: EventData


class PortalEnvelope(Attributes, kw_only=True, omit_defaults=True):
    """A CloudEvent around one of the national portal's own messages; those know their subjects themselves."""

    type: str
    subject: Annotated[str, Meta(max_length=100)] | None = None
    data: Any


def _envelope_of(data: type[Data]) -> type[Envelope]:
    body: Any = ("data", data)
    if data is AgencyHeartbeat:  # nothing in it is required, so it may be absent altogether
        body = ("data", data, msgspec.field(default_factory=data))
    envelope: Any = msgspec.defstruct(
        f"{data.__name__}Event",
        [body],
        bases=(Envelope,),
        kw_only=True,
        omit_defaults=True,
        gc=False,
        tag_field="type",
        tag=data.type,
        module=__name__,
        namespace={"__doc__": data.__doc__},
    )
    return cast("type[Envelope]", envelope)


ENVELOPES: dict[type[Data], type[Envelope]] = {data: _envelope_of(data) for data in CANONICAL_TYPES.values()}
"""The envelope of each type, with its `data` typed: what the fast path decodes to, and what the schemas show."""

_decoder: msgspec.json.Decoder[Envelope] = msgspec.json.Decoder(Union[tuple(ENVELOPES.values())])  # noqa: UP007 - made at run time
_encoder = msgspec.json.Encoder()


def read_fast(value: bytes) -> Event:
    """Decode a structured event that is wholly as the contract says.

    Raises:
        Exception: of whatever kind; the careful path then says what is wrong, if anything is.
    """
    envelope = _decoder.decode(value)
    if envelope.datacontenttype is not None:
        _require_json(envelope.datacontenttype)
    return _event(envelope)


def check(attributes: dict[str, Any], types: Container[str]) -> None:
    """Check what must hold of any CloudEvent before its data is looked at.

    Raises:
        RejectedError: with the attribute at fault.
    """
    require(attributes, ("specversion", "type"))
    if attributes["specversion"] != "1.0":
        raise RejectedError(Reason.UNSUPPORTED, "specversion", "only 1.0 is supported")
    if not isinstance(attributes["type"], str):
        raise RejectedError(Reason.INVALID_FIELD, "type", "expected str")
    if attributes["type"] not in types:
        raise RejectedError(Reason.UNKNOWN_TYPE, "type", "not a type of the contract")
    if attributes.get("data_base64") is not None:
        raise RejectedError(Reason.UNSUPPORTED, "data_base64", "only JSON data is supported")
    if attributes.get("datacontenttype") is not None:
        _require_json(attributes["datacontenttype"])
    require(attributes, ("id", "source", "time"))


def read(attributes: dict[str, Any]) -> tuple[Event, int]:
    """Read the checked attributes, `data` among them, of an event of one of the contract's types.

    Returns:
        The event, and how many fields of its data were unknown.

    Raises:
        RejectedError: with the place, below the attributes.
    """
    kind = CANONICAL_TYPES[attributes["type"]]
    shape = shape_of(kind)
    require(attributes, ("subject",))
    data = attributes.get("data")
    if data is None:
        attributes.pop("data", None)
    try:
        unknown = prune(data, shape)
        if isinstance(data, dict):
            require(data, shape.required)
    except RejectedError as error:
        raise error.within("data") from None
    return _event(converted(attributes, ENVELOPES[kind])), unknown


def read_portal(attributes: dict[str, Any]) -> PortalEnvelope:
    """Read the checked attributes of a CloudEvent around one of the portal's messages, its data as it is.

    Raises:
        RejectedError: with the place, below the attributes.
    """
    require(attributes, ("data",))
    envelope = converted(attributes, PortalEnvelope)
    envelope.time = settled(envelope.time, "time")
    return envelope


def encode(event: Event) -> bytes:
    """Return the event as a structured CloudEvent; decoding it gives the same event."""
    envelope = ENVELOPES[type(event.data)](
        specversion="1.0",
        id=event.id,
        source=event.source,
        time=event.at,
        subject=event.subject,
        sequence=event.sequence or None,
        data=event.data,
    )
    return _encoder.encode(envelope)


def _event(envelope: Envelope) -> Event:
    try:
        settle(envelope.data)
    except RejectedError as error:
        raise error.within("data") from None
    return Event(
        source=envelope.source,
        id=envelope.id,
        at=settled(envelope.time, "time"),
        subject=envelope.subject,
        data=envelope.data,
        sequence=int(envelope.sequence or 0),
    )


def _require_json(datacontenttype: object) -> None:
    media_type = str(datacontenttype).partition(";")[0].strip().lower()
    if media_type not in {"application/json", "text/json"} and not media_type.endswith("+json"):
        raise RejectedError(Reason.UNSUPPORTED, "datacontenttype", "only JSON data is supported")
