"""A calendar document written back, as JSON, which `parse_document` reads like any YAML: what stands in Kafka."""

from datetime import timedelta

import msgspec

from config.calendar.documents import CalendarDocument, OfficesDocument
from config.calendar.hours import WEEKDAYS, Hours, Week


def render_document(document: CalendarDocument) -> bytes:
    """Return a document that reads as this one."""
    table = {name: getattr(document, name) for name in document.__struct_fields__ if name != "name"}
    if isinstance(document, OfficesDocument):
        table["hours"] = {agency: _week(week) for agency, week in document.hours.items()}
    given = {name: content for name, content in table.items() if content is not None}
    return msgspec.json.encode(given)


def _week(week: Week) -> dict[str, list[str]]:
    return {name: _hours(hours) for name, hours in zip(WEEKDAYS, week, strict=True) if hours}


def _hours(hours: Hours) -> list[str]:
    return [f"{_clock_time(opening)}-{_clock_time(closing)}" for opening, closing in hours]


def _clock_time(since_midnight: timedelta) -> str:
    """Return a time of day such as 07:00; it has seconds only where it needs them."""
    minutes, rest = divmod(since_midnight, timedelta(minutes=1))
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest / timedelta(seconds=1):09.6f}" if rest else text
