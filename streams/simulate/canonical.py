"""Facts as the contract's own events: structured CloudEvents 1.0."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from streams.events import Data
from streams.simulate.facts import Fact, Filing, instant_as

encode = msgspec.json.Encoder().encode


class CloudEvent(msgspec.Struct, omit_defaults=True):
    """The attributes of an event, in the order in which people read them."""

    id: str
    source: str
    type: str
    time: datetime | str | None = None
    subject: str | None = None
    recordedtime: datetime | None = None
    data: Data | msgspec.Raw | None = None
    specversion: str = msgspec.field(default_factory=lambda: "1.0")  # a factory, or omit_defaults would leave it out
    datacontenttype: str | None = None


class Message(NamedTuple):
    """What an agency's system hands over: when it happened, in which bytes, and whether it can be put in a batch."""

    at: int
    value: bytes
    is_batchable: bool = False
    key: str | None = None


class Canonical:
    """Speaks for one dossier of an agency whose system sends the contract's own events."""

    def __init__(self, filing: Filing) -> None:
        self.code = filing.code
        self.source = f"urn:{filing.agency.code.lower().replace('.', ':')}:mot-cua"
        self.instant: Callable[[int], datetime] = instant_as(filing.agency.character.writing)
        self._count = 0

    def message(self, fact: Fact) -> Message:
        """Return the event about a fact."""
        return self.event(fact.at, fact.data.type, fact.data)

    def event(self, at: int, type_: str, data: Data | msgspec.Raw) -> Message:
        """Return an event of any type."""
        self._count += 1
        event = CloudEvent(
            id=f"{self.code}/{self._count}",
            source=self.source,
            type=type_,
            time=self.instant(at),
            subject=self.code,
            data=data,
        )
        return Message(at, encode(event), key=self.code)
