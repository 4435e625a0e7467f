"""An administrative procedure (thủ tục hành chính) as a record of facts; never of anything derived from them.

Each part is a register (`agents.facts`): a correction is what is said later, and any order and any repetition of events
ends in the same record. So is each entry of `usage`, which the partitions of the dossiers say. It is stored as
MessagePack arrays: fields are added at the end, and never moved or removed.
"""

from datetime import date, datetime

import msgspec

from agents.facts import Said
from streams.events import Portal, Usage


class Use(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When dossiers of one partition and agency last used the procedure in one way; None: none does any more."""

    partition: int
    agency: str
    kind: Usage
    sequence: int
    day: date | None

    @property
    def register(self) -> tuple[int, str, str]:
        """What the partition speaks of; what it says last of the same counts."""
        return self.partition, self.agency, self.kind

    @property
    def said(self) -> tuple[int, date]:
        """By what of two uses the last is known."""
        return self.sequence, self.day or date.min


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
    first_said_at: datetime | None = None  # when anything was first said of it
    usage: list[Use] = []  # sorted, of each register one


REGISTERS = Procedure.__struct_fields__[1:-2]
"""What the contract's event says, by its names."""

_decoder = msgspec.msgpack.Decoder(Procedure)
_encoder = msgspec.msgpack.Encoder()


def dump(procedure: Procedure) -> bytes:
    """Return the stored form; equal procedures have equal bytes."""
    return _encoder.encode(procedure)


def load(stored: bytes) -> Procedure:
    """Return the procedure of a stored form."""
    return _decoder.decode(stored)
