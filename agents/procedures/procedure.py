"""An administrative procedure (thủ tục hành chính) as a record of facts; never of anything derived from them.

Each part is a register (`agents.facts`): a correction is what is said later, and any order and any repetition of events
ends in the same record. It is stored as MessagePack arrays: fields are added at the end, and never moved or removed.
"""

from datetime import datetime

import msgspec

from agents.facts import Said
from streams.events import Portal


class Procedure(msgspec.Struct, array_like=True):
    """All that has been said of one procedure, by the names of the event contract."""

    code: str
    issuer: Said[str] | None = None
    listed_on: Said[tuple[Portal, ...]] | None = None
    level: Said[int] | None = None
    fee: Said[bool] | None = None
    online_payment: Said[bool] | None = None
    citizen: Said[bool] | None = None
    limit: Said[tuple[int, str]] | None = None
    parts_missing: Said[tuple[str, ...]] | None = None
    effective_at: Said[datetime] | None = None
    decided_at: Said[datetime] | None = None
    announced_at: Said[datetime] | None = None
    published_at: Said[datetime] | None = None
    abolished_at: Said[datetime] | None = None


REGISTERS = Procedure.__struct_fields__[1:]

_decoder = msgspec.msgpack.Decoder(Procedure)
_encoder = msgspec.msgpack.Encoder()


def dump(procedure: Procedure) -> bytes:
    """Return the stored form; equal procedures have equal bytes."""
    return _encoder.encode(procedure)


def load(stored: bytes) -> Procedure:
    """Return the procedure of a stored form."""
    return _decoder.decode(stored)
