"""A petition (phản ánh kiến nghị) as a record of facts; never of anything that could be derived from them.

Each part is a register or a history (`agents.facts`): any order and any repetition of events ends in the same record.
It is stored as MessagePack arrays: fields are added at the end, and never moved or removed.
"""

from datetime import datetime

import msgspec

from agents.facts import Said
from streams.events import PetitionKind, PetitionState

STATES = (
    PetitionState.RECEIVED,
    PetitionState.REFUSED,
    PetitionState.SUPPLEMENT,
    PetitionState.PROCESSING,
    PetitionState.PROCESSED,
    PetitionState.PUBLISHED,
)
"""Stored by their place here: add at the end, never move. Of states said of one instant the later here is the latest,
for systems that know only the day say all of them at midnight."""

StateEntry = tuple[datetime, int, int]
"""Instant, sequence, place in `STATES`."""


class Petition(msgspec.Struct, array_like=True):
    """All that has been said of one petition."""

    code: str
    agency: Said[str] | None = None
    states: list[StateEntry] = []
    kind: Said[PetitionKind] | None = None
    disliked: Said[bool] | None = None
    repeated: Said[bool] | None = None
    dossier: Said[str] | None = None

    @property
    def state(self) -> PetitionState | None:
        """The latest state, or None while none is known."""
        return state_of(self.states[-1]) if self.states else None


def state_of(entry: StateEntry) -> PetitionState:
    """Return the state of an entry of the history."""
    return STATES[entry[2]]


_decoder = msgspec.msgpack.Decoder(Petition)
_encoder = msgspec.msgpack.Encoder()


def dump(petition: Petition) -> bytes:
    """Return the stored form; equal petitions have equal bytes."""
    return _encoder.encode(petition)


def load(stored: bytes) -> Petition:
    """Return the petition of a stored form."""
    return _decoder.decode(stored)
