"""The working calendar, and what another one would change, as a person reads them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from rich.console import Console

from agents.dossiers.preview import Preview
from config.calendar import Calendar, CalendarDocument, Calendars, DayKind, YearDocument
from dunghan.texts import Notes, local_text, plain_table

_EXCEPTIONS = (DayKind.HOLIDAY, DayKind.OFF, DayKind.WORKED)


def print_calendar(calendars: Calendars, in_force: Calendar, year: int, out: Console) -> None:
    """Print the days of a year that are not what their weekday says, and the versions there are."""
    notes = Notes()
    confirmed = "" if year not in in_force.unconfirmed else ", NOT CONFIRMED: no official document has been seen"
    out.print(f"{year} by calendar {in_force.id}{confirmed}\n")
    out.print(plain_table(("day", "", "reason", "by"), _days(in_force, year, notes)))
    out.print("\nVersions", style="bold")
    out.print(plain_table(("in force from", "calendar", "new in it", ""), _versions(calendars, in_force)))
    out.print("\nSources", style="bold")
    out.print(notes.table())


def _days(calendar: Calendar, year: int, notes: Notes) -> Iterator[tuple[str, str, str, str]]:
    day = date(year, 1, 1)
    while day.year == year:
        what = calendar.day(day)
        if what.kind in _EXCEPTIONS:
            yield f"{day:%a %Y-%m-%d}", what.kind, what.reason, notes.mark(what.source)
        day += timedelta(days=1)


def _versions(calendars: Calendars, in_force: Calendar) -> Iterator[tuple[str, str, str, str]]:
    for version in calendars.versions:
        new = (one.subject for one in calendars.documents if one.effective_from == version.effective_from)
        mark = "in force" if version is in_force else ""
        yield local_text(version.effective_from), version.id, ", ".join(sorted(set(new))), mark


def document_line(document: CalendarDocument) -> str:
    """Return a document in one line."""
    if isinstance(document, YearDocument):
        confirmed = "" if document.confirmed else ", not confirmed"
        what = f"{len(document.days_off)} days off, {len(document.days_worked)} worked{confirmed}"
    else:
        what = f"hours of {len(document.hours)} offices, {len(document.cut_offs)} cut-offs"
    return f"{document.subject}, in force from {local_text(document.effective_from)}: {what}"


def print_preview(found: Preview, limit: int, out: Console) -> None:
    """Print what a calendar would change: counts, agencies, and some codes of each kind."""
    out.print(f"as of {local_text(found.at)}, of {found.open:,} open dossiers")
    kinds = (
        ("change their due instant", found.due_changed),
        ("become overdue", found.becomes_overdue),
        ("cease to be overdue", found.ceases_overdue),
    )
    for what, codes in kinds:
        out.print(f"{len(codes):>9,} {what}{_some(codes, limit)}")
    rows = list(_agencies(found))
    if rows:
        out.print()
        out.print(plain_table(("agency", "open", "due changed", "become overdue", "cease to be"), rows))


def _agencies(found: Preview) -> Iterable[tuple[str, ...]]:
    for agency, changes in found.agencies.items():
        counts = (changes.due_changed, changes.becomes_overdue, changes.ceases_overdue)
        if any(counts):
            yield agency, *(f"{count:,}" for count in (changes.open, *counts))


def _some(codes: list[str], limit: int) -> str:
    if not codes or limit < 1:
        return ""
    return f": {', '.join(codes[:limit])}{', …' if len(codes) > limit else ''}"
