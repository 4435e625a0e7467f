"""Versions of the working calendar: what was known at an instant, so that the past is judged as it was.

A version is a value: the latest documents of each year and of the offices that were in force at one instant. A closed
dossier is judged under the version of the instant at which it closed, an open one under that of the instant of judging.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec

from config.calendar.days import Day, Days, exceptional_days, usual_day
from config.calendar.documents import DEFAULT_OFFICE, CalendarDocument, OfficesDocument, YearDocument, parse_document
from config.calendar.errors import CalendarError
from config.calendar.hours import Week
from config.calendar.working_time import WorkingTime, local_instant
from config.clock import VIETNAM

DEFAULT_FOLDER = Path(__file__).with_name("data")
_NEXT_YEAR_IS_DUE = (11, 1)  # month and day: notices of the year to come are out in October or November


class Calendar:
    """One version of the calendar (lịch làm việc)."""

    def __init__(self, effective_from: datetime, years: Sequence[YearDocument], offices: OfficesDocument) -> None:
        self.effective_from = effective_from
        self._years = sorted(years, key=lambda document: document.year)
        self._offices = offices
        self._by_week: dict[Week, WorkingTime] = {}
        self._by_office: dict[str, WorkingTime] = {}

    @cached_property
    def id(self) -> str:
        """The date it is in force from, and a digest of what it decides: the same content has the same id anywhere."""
        days = sorted((day, what.kind) for day, what in self._days.items())
        offices = (sorted(self._offices.hours.items()), sorted(self._offices.cut_offs.items()))
        content = msgspec.json.encode((self.sources, days, offices))
        digest = hashlib.sha256(content).hexdigest()
        return f"{self.effective_from.astimezone(VIETNAM).date()}-{digest[:8]}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The documents this version rests on, one line each."""
        documents: list[CalendarDocument] = [*self._years, self._offices]
        return tuple(f"{document.subject}: {document.source}" for document in documents)

    @property
    def valid_until(self) -> datetime:
        """The end of the last year there is a document of."""
        if not self._years:
            return self.effective_from
        return local_instant(date(self._years[-1].year + 1, 1, 1))

    @property
    def hours(self) -> Mapping[str, Week]:
        """The office hours of a week, by agency, with the default ones."""
        return self._offices.hours

    @property
    def unconfirmed(self) -> tuple[int, ...]:
        """The years whose official document has not been seen."""
        return tuple(document.year for document in self._years if not document.confirmed)

    def working_time(self, agency: str | None) -> WorkingTime:
        """Return the working time of an agency; without hours of its own, or None, the default one."""
        office = agency if agency is not None and agency in self._offices.hours else DEFAULT_OFFICE
        found = self._by_office.get(office)
        if found is None:
            week = self._offices.hours[office]
            if week not in self._by_week:  # agencies of the same hours share one table
                self._by_week[week] = WorkingTime(self._days, week, self._offices.source)
            found = self._by_office[office] = self._by_week[week]
        return found

    def cut_off(self, procedure: str | None) -> time | None:
        """Return the cut-off of a procedure, by its full code or by its root `n.nnnnnn`, or None without one."""
        cut_offs = self._offices.cut_offs
        if procedure is None or not cut_offs:
            return None
        root = ".".join(procedure.split(".")[:2])
        return cut_offs.get(procedure) or cut_offs.get(root)

    def day(self, day: date) -> Day:
        """Return why a day is off or worked."""
        return self._days.get(day) or usual_day(day)

    @cached_property
    def _days(self) -> Days:
        return exceptional_days(self._years)


class Calendars:
    """All versions of the calendar, by the instant each is in force from."""

    def __init__(self, documents: Iterable[CalendarDocument]) -> None:
        self.documents = tuple(documents)
        self.versions = tuple(_versions(self.documents))
        self._starts = [version.effective_from for version in self.versions]

    def at(self, instant: datetime) -> Calendar:
        """Return the version in force at `instant`; the first one also for instants before it."""
        return self.versions[max(bisect_right(self._starts, instant) - 1, 0)]

    @property
    def valid_until(self) -> datetime:
        """The end of the last year there is a document of."""
        return self.versions[-1].valid_until

    def missing_year(self, today: date) -> int | None:
        """Return the year whose document should be here by `today` and is not: next year's, from 1 November on."""
        wanted = last_year_wanted(today)
        return None if self.valid_until >= local_instant(date(wanted + 1, 1, 1)) else wanted

    def with_documents(self, more: Iterable[CalendarDocument]) -> "Calendars":
        """Return these calendars and more documents: versions at earlier instants stay as they are."""
        return Calendars(chain(self.documents, more))


def last_year_wanted(today: date) -> int:
    """Return the last year that should be known by `today`: next year's, from 1 November on."""
    return today.year + ((today.month, today.day) >= _NEXT_YEAR_IS_DUE)


def load_calendars(folder: Path | str = "", more: Iterable[CalendarDocument] = ()) -> Calendars:
    """Read every document (`*.yaml`) in a folder, "" being the one that comes with the program, and add `more`.

    Raises:
        CalendarError: naming the file and the field at fault.
    """
    folder = Path(folder or DEFAULT_FOLDER)
    try:
        read = [parse_document(file.read_bytes(), str(file)) for file in sorted(folder.glob("*.yaml"))]
    except OSError as error:
        raise CalendarError(f"{folder}: {error}") from error
    try:
        return Calendars([*read, *more])
    except CalendarError as error:
        raise CalendarError(f"{folder}: {error}") from error


def _versions(documents: Sequence[CalendarDocument]) -> Iterable[Calendar]:
    """Return a version for each instant at which a document takes effect.

    Of two documents of one subject that take effect at one instant, the one given last is in force.
    """
    offices = [document for document in documents if isinstance(document, OfficesDocument)]
    if not offices:
        raise CalendarError("no office hours are given (offices.yaml)")
    first_offices = min(offices, key=lambda document: document.effective_from)
    in_force: dict[str, CalendarDocument] = {first_offices.subject: first_offices}
    waiting = sorted(documents, key=lambda document: document.effective_from)
    for effective_from in sorted({document.effective_from for document in documents}):
        in_force |= {one.subject: one for one in waiting if one.effective_from == effective_from}
        known = in_force.values()
        years = [document for document in known if isinstance(document, YearDocument)]
        (hours,) = (document for document in known if isinstance(document, OfficesDocument))
        yield Calendar(effective_from, years, hours)
