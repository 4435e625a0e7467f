"""A dossier (hồ sơ) as a record of facts; never of anything that could be derived from them.

Every part is a join-semilattice, so any order and any repetition of events ends in the same record:

- a *register* keeps what was said last, by (instant, sequence, value): the value breaks ties, so no event id is needed;
  the limit's keeps what was said first, for the limit promised at reception stays with the dossier;
- a *history* is a sorted set.

The record is stored as MessagePack arrays: fields are added at the end, and never moved or removed.
"""

from datetime import datetime

import msgspec

from agents.facts import Said

StatusEntry = tuple[datetime, int, int]
"""Instant, sequence, national status code."""


class PortalEntry(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """What became of one message to the national portal. Absent values are 0, "" or the empty tuple, to be sortable."""

    at: datetime
    sequence: int
    outcome: str
    status: int
    due_at: tuple[datetime, ...]
    finished_at: tuple[datetime, ...]
    error_code: str


class Components(msgspec.Struct, array_like=True):
    """Papers of a dossier (thành phần hồ sơ), counted."""

    digitised: Said[int] | None = None
    reused: Said[int] | None = None
    from_personal_store: Said[int] | None = None
    demanded_again: Said[int] | None = None
    result_files: Said[int] | None = None
    population_data: Said[bool] | None = None
    result_required: Said[bool] | None = None


class Fee(msgspec.Struct, array_like=True):
    """The fee (phí, lệ phí), in đồng."""

    amount: Said[int] | None = None
    payable_online: Said[bool] | None = None
    paid_by: Said[int] | None = None
    paid_at: Said[datetime] | None = None


class Dossier(msgspec.Struct, array_like=True):
    """All that has been said of one dossier."""

    code: str
    agency: Said[str] | None = None
    procedure: Said[str] | None = None
    channel: Said[int] | None = None
    level: Said[int] | None = None
    submitted_at: Said[datetime] | None = None
    received_at: Said[datetime] | None = None
    due_at: Said[datetime] | None = None
    finished_at: Said[datetime] | None = None
    returned_at: Said[datetime] | None = None
    step: Said[tuple[str, datetime]] | None = None
    limit: Said[tuple[int, str]] | None = None
    statuses: list[StatusEntry] = []
    portal: list[PortalEntry] = []
    extensions: list[tuple[datetime, datetime]] = []  # said at, new appointment
    apologies: list[tuple[datetime, ...]] = []  # sent at, and the new date if one was given
    demands: list[tuple[datetime, str]] = []
    rating: Said[bool] | None = None
    components: Components = msgspec.field(default_factory=Components)
    fee: Fee = msgspec.field(default_factory=Fee)
    petitions: list[str] = []  # codes of the petitions that name it

    @property
    def status(self) -> int | None:
        """The latest status, or None while none is known."""
        return self.statuses[-1][2] if self.statuses else None


_decoder = msgspec.msgpack.Decoder(Dossier)
_encoder = msgspec.msgpack.Encoder()


def dump(dossier: Dossier) -> bytes:
    """Return the stored form; equal dossiers have equal bytes."""
    return _encoder.encode(dossier)


def load(stored: bytes) -> Dossier:
    """Return the dossier of a stored form."""
    return _decoder.decode(stored)
