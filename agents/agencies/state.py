"""What a partition knows of agencies and sources beside dossiers: who is at work, who speaks how often, and totals."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from agents.agencies.staleness import Rhythm, first_heard
from agents.agencies.totals import ReceivedTotals, Totals
from agents.agencies.totals import apply as apply_totals
from config.rulebook import Law
from streams.events import AgencyTotals, Event

AGENCY_KEY, SOURCE_KEY = b"a", b"s"


class Agency(msgspec.Struct, array_like=True):
    """What an agency said of itself. Stored as MessagePack arrays: fields are added at the end."""

    totals: Totals
    heard_at: datetime | None = None


class Told(msgspec.Struct):
    """What a chunk says of agencies and sources; written, then taken in."""

    agencies: dict[str, Agency] = {}
    rhythms: dict[str, Rhythm] = {}

    def changelog(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the records to write."""
        for code, agency in self.agencies.items():
            yield AGENCY_KEY + code.encode(), msgspec.msgpack.encode(agency)
        for source, rhythm in self.rhythms.items():
            yield SOURCE_KEY + source.encode(), msgspec.msgpack.encode(rhythm)


class Agencies:
    """Agencies and sources, as one partition has heard them."""

    def __init__(self) -> None:
        self.totals = ReceivedTotals()
        self.worked_at: dict[str, datetime] = {}  # when an agency last did something
        self.rhythms: dict[str, Rhythm] = {}
        self._agencies: dict[str, Agency] = {}

    def load(self, key: bytes, value: bytes | None) -> bool:
        """Take one changelog record in, if it is of this kind; return whether it is."""
        kind, code = key[:1], key[1:].decode()
        if kind == AGENCY_KEY:
            if value is not None:
                self._put(code, msgspec.msgpack.decode(value, type=Agency))
        elif kind == SOURCE_KEY:
            if value is not None:
                self.rhythms[code] = msgspec.msgpack.decode(value, type=Rhythm)
        else:
            return False
        return True

    def tell(self, told: Told, event: Event) -> None:
        """Merge what an agency says of itself; nothing is changed yet."""
        code = event.subject
        agency = told.agencies.get(code)
        if agency is None:
            held = self._agencies.get(code)
            agency = Agency(Totals(code)) if held is None else _copy(held)
            told.agencies[code] = agency
        agency.heard_at = max(agency.heard_at or event.at, event.at)
        if isinstance(event.data, AgencyTotals):
            apply_totals(agency.totals, event)

    def hear(self, told: Told, heard: Iterable[tuple[str, datetime]], law: Law) -> None:
        """Note when sources spoke; nothing is changed yet."""
        working = law.calendar.working_time(None)
        for source, at in heard:
            held = self.rhythms.get(source)
            rhythm = first_heard(at) if held is None else msgspec.structs.replace(held)
            rhythm.hear(at, working)
            if rhythm != held:
                told.rhythms[source] = rhythm

    def take(self, told: Told) -> None:
        """Take in what was written."""
        self.rhythms.update(told.rhythms)
        for code, agency in told.agencies.items():
            self._put(code, agency)

    def worked(self, code: str, at: datetime | None) -> None:
        """Note that an agency did something."""
        if at is not None and (code not in self.worked_at or at > self.worked_at[code]):
            self.worked_at[code] = at

    def turn_to(self, today: date) -> None:
        """Let `today` be the last day of every window."""
        self.totals.turn_to(today)

    def _put(self, code: str, agency: Agency) -> None:
        self._agencies[code] = agency
        self.totals.put(agency.totals)
        self.worked(code, agency.heard_at)


def worked_at(partitions: Iterable[Agencies]) -> dict[str, datetime]:
    """Return when each agency last did something, as these partitions know. May be asked from any thread."""
    worked: dict[str, datetime] = {}
    for one in partitions:
        for code, at in one.worked_at.copy().items():
            worked[code] = max(at, worked.get(code, at))
    return worked


def rhythms(partitions: Iterable[Agencies]) -> dict[str, list[Rhythm]]:
    """Return each source's rhythms, as these partitions have heard them. May be asked from any thread."""
    heard: dict[str, list[Rhythm]] = {}
    for one in partitions:
        for source, rhythm in one.rhythms.copy().items():
            heard.setdefault(source, []).append(rhythm)
    return heard


def _copy(agency: Agency) -> Agency:
    totals = msgspec.structs.replace(agency.totals, days=list(agency.totals.days))
    return Agency(totals, agency.heard_at)
