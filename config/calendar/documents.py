"""Calendar documents: what an operator writes, one file each, and publishes with `dunghan calendar apply`.

A document is either a year's overrides (`2026.yaml`) or the office hours (`offices.yaml`). It is in force from its
`effective_from` on, until a later one of the same subject; both stay, so that the past is still judged as it was.
"""

from collections.abc import Hashable
from datetime import date, datetime, time
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from config.calendar.errors import CalendarError
from config.calendar.hours import Week, parse_time, parse_week
from config.clock import parse_instant

FIRST_YEAR = 2000
LAST_YEAR = 2069  # 10,000 working days, the longest limit the event contract allows, are 42 years; this leaves one more

Text = Annotated[str, Meta(min_length=1)]
DEFAULT_OFFICE = "default"


class YearDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided for one year: days off and days worked beside the library's holidays."""

    name: str
    effective_from: datetime
    source: str
    year: int
    decided_on: date | None
    confirmed: bool  # False: no official document has been seen
    days_off: dict[date, str]
    days_worked: dict[date, str]

    @property
    def subject(self) -> str:
        """Return what a later document with the same subject supersedes."""
        return str(self.year)


class OfficesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Office hours by agency (with a default), and cut-offs by procedure."""

    name: str
    effective_from: datetime
    source: str
    hours: dict[str, Week]
    cut_offs: dict[str, time]

    @property
    def subject(self) -> str:
        """Return what a later document with the same subject supersedes."""
        return "offices"


CalendarDocument = YearDocument | OfficesDocument


class _YearRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    year: Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
    source: Text
    effective_from: str
    decided_on: date | None = None
    confirmed: bool = True
    days_off: dict[date, Text] = {}
    days_worked: dict[date, Text] = {}


class _OfficesRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    source: Text
    effective_from: str
    hours: dict[Text, dict[str, list[str]]]
    cut_offs: dict[Text, str] = {}


class _Loader(yaml.BaseLoader):
    """YAML where every scalar is text (15:00 would be the number 900) and no key is given twice (one would be lost)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise CalendarError(f"{key}: given twice")
        return super().construct_mapping(node, deep)


def parse_document(content: bytes | str, name: str, in_force_from: datetime | None = None) -> CalendarDocument:
    """Read one calendar document (YAML, or JSON).

    Args:
        content: The document.
        name: The file's, for errors.
        in_force_from: Its `effective_from` where it gives none of its own.

    Raises:
        CalendarError: naming the file and the field at fault.
    """
    try:
        table = yaml.load(content, Loader=_Loader)  # nosec B506 # noqa: S506 - a BaseLoader makes text, lists, tables
        if not isinstance(table, dict) or ("year" in table) == ("hours" in table):
            raise CalendarError("neither a year's overrides (year: …) nor office hours (hours: …)")  # noqa: TRY301
        if in_force_from is not None:
            table.setdefault("effective_from", in_force_from.isoformat())
        return _year(table, name) if "year" in table else _offices(table, name)
    except (yaml.YAMLError, msgspec.ValidationError, CalendarError) as error:
        raise CalendarError(f"{name}: {' '.join(str(error).split())}") from error


def _year(table: dict[str, Any], name: str) -> YearDocument:
    row = msgspec.convert(table, _YearRow, strict=False)
    if row.confirmed and row.decided_on is None:
        raise CalendarError("decided_on: give the date of the source, or confirmed: false where there is none yet")
    for field, days in (("days_off", row.days_off), ("days_worked", row.days_worked)):
        for day in days:
            if day.year != row.year:
                raise CalendarError(f"{field}: {day} is not in {row.year}")
    for day in sorted(row.days_off.keys() & row.days_worked.keys()):
        raise CalendarError(f"days_worked: {day} is a day off, too")
    return YearDocument(
        name=name,
        effective_from=_instant(row.effective_from),
        source=row.source,
        year=row.year,
        decided_on=row.decided_on,
        confirmed=row.confirmed,
        days_off=row.days_off,
        days_worked=row.days_worked,
    )


def _offices(table: dict[str, Any], name: str) -> OfficesDocument:
    row = msgspec.convert(table, _OfficesRow, strict=False)
    if DEFAULT_OFFICE not in row.hours:
        raise CalendarError(f"hours: a {DEFAULT_OFFICE} is required")
    return OfficesDocument(
        name=name,
        effective_from=_instant(row.effective_from),
        source=row.source,
        hours={agency: _at(f"hours.{agency}", parse_week, week) for agency, week in row.hours.items()},
        cut_offs={code: _at(f"cut_offs.{code}", parse_time, text) for code, text in row.cut_offs.items()},
    )


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CalendarError(f"effective_from: not a date or an instant: {text!r}") from error


def _at(place: str, parse: Any, text: Any) -> Any:
    """Parse, and say where it failed."""
    try:
        return parse(text)
    except CalendarError as error:
        raise CalendarError(f"{place}: {error}") from error
