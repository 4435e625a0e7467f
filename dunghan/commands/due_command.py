"""`dunghan due`."""

from datetime import datetime

import click

from config.calendar import Calendar, load_calendars
from config.calendar.course import Course, course_of
from config.calendar.limits import Amount, Unit
from config.calendar.stretches import State
from config.calendar.working_time import FIRST, LAST
from config.clock import SystemClock
from config.settings import load_settings
from config.spans import Passing
from dunghan.errors import UserError
from dunghan.options import INSTANT, InstantType
from dunghan.texts import Notes, Row, console, duration_text, interval_table, iso_text, local_text

_MOST = 10_000  # as in the event contract


class SpanType(click.ParamType):
    """FROM/TO, two instants; FROM/ alone lasts."""

    name = "from/to"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read both ends, or say what is wrong with them."""
        first, slash, last = str(value).partition("/")
        if not slash:
            self.fail(f"{value!r} is not FROM/TO; write e.g. 2026-11-03T09:00/2026-11-05T14:00", param, ctx)
        instant = InstantType()
        start, end = instant.convert(first, param, ctx), instant.convert(last, param, ctx) if last else None
        if isinstance(start, datetime) and isinstance(end, datetime) and end < start:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return start, end


@click.command(name="due")
@click.option("--received", "received_at", required=True, type=INSTANT, help="When the dossier was received.")
@click.option("--amount", required=True, type=click.IntRange(1, _MOST), help="The limit: so many …")
@click.option("--unit", required=True, type=click.Choice([unit.value for unit in Unit]), help="… of these.")
@click.option("--agency", help="Whose office hours; the default ones without it.")
@click.option("--procedure", help="Whose cut-off; none without it.")
@click.option(
    "--suspended", multiple=True, type=SpanType(), metavar="FROM/TO", help="The clock stood still; repeatable."
)
@click.option("--at", type=INSTANT, help="By the calendar in force at this instant.  [default: now]")
@click.option("--explain", "explained", is_flag=True, help="Add every interval, with calendar version and source.")
def command(
    *,
    received_at: datetime,
    amount: int,
    unit: str,
    agency: str | None,
    procedure: str | None,
    suspended: tuple[tuple[datetime, datetime | None], ...],
    at: datetime | None,
    explained: bool,
) -> None:
    """Print when a limit that counts from a reception ends: one ISO line, in local time.

    A suspension that lasts (FROM/) leaves no such instant: then the line says since when the clock stands still, and
    what is left. Instants without an offset are Vietnamese local time. One working day is 8 working hours.

    Example: dunghan due --received 2026-08-28T10:00 --amount 5 --unit working_days
    --suspended 2026-09-03T09:00/2026-09-07T14:00 --explain
    """
    if not FIRST <= received_at < LAST:
        raise UserError(f"--received: {iso_text(received_at)} is outside the calendar; give a year from 2000 to 2069")
    calendar = load_calendars(load_settings().calendar_dir).at(at or SystemClock().now())
    limit = Amount(amount, unit)
    course = course_of(received_at, limit, suspended, calendar, agency=agency, procedure=procedure)
    if course.due_at is not None and course.due_at >= LAST:
        raise UserError(f"--amount: {amount} {unit} end after 2069, the last year of the calendar; give fewer")
    click.echo(_answer(course, limit))
    if explained:
        _explain(course, calendar)


def _answer(course: Course, limit: Amount) -> str:
    if course.due_at is not None:
        return iso_text(course.due_at)
    passing = Passing.WALL if limit.working_time is None else Passing.WORKING
    since = iso_text(course.still_since or course.counted_from)
    return f"the clock stands still since {since}, {duration_text(course.left, passing)} left"


def _explain(course: Course, calendar: Calendar) -> None:
    notes, out = Notes(), console()
    rows = [Row(*stretch[:4], _by(calendar, stretch.source)) for stretch in course.stretches]
    if course.still_since is not None:
        rows.append(Row(course.still_since, None, State.SUSPENDED, "the clock stands still", _by(calendar, "")))
    out.print(f"counted from {local_text(course.counted_from)}")
    out.print(f"by calendar {calendar.id}, in force from {local_text(calendar.effective_from)}")
    out.print()
    out.print(interval_table(rows, notes))
    out.print()
    out.print(notes.table())


def _by(calendar: Calendar, source: str) -> str:
    return f"calendar {calendar.id}: {source or 'the limit and the suspensions as given'}"
