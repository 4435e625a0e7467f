"""`dunghan alertmanager`: what of Alertmanager's configuration follows from the working calendar."""

from collections.abc import Iterable
from pathlib import Path

import click

import config
from alerts.alertmanager_config.sections import MissingSectionError, rewritten, years_held
from config.calendar import Calendar, last_year_wanted, load_calendars
from config.clock import SystemClock, local_date
from config.settings import load_settings
from dunghan.errors import UserError
from dunghan.stored import running_rulebook

FILE = Path(config.__file__).parent / "alertmanager/alertmanager.yml"

_file = click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), default=FILE, help="Alertmanager's configuration."
)
_running = click.option(
    "--running", is_flag=True, help="By the calendar as the running workers have it, with what was applied."
)


@click.group(name="alertmanager")
def command() -> None:
    """The hours in which agencies are told of alerts, generated from the working calendar.

    Example: dunghan alertmanager write
    """


@command.command("write")
@_file
@_running
def write_command(file: Path, *, running: bool) -> None:
    """Write the generated sections of the configuration anew, for this year and the next; the rest stays as it is.

    Alertmanager takes it when it is told to read its configuration again (POST /-/reload).

    Example: dunghan alertmanager write --file /etc/alertmanager/alertmanager.yml --running
    """
    text, year = _read(file), local_date(SystemClock().now()).year
    wanted = _rewritten(file, text, _calendar(running=running), (year, year + 1))
    if wanted == text:
        print(f"{file}: was current")
        return
    try:
        file.write_text(wanted, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; choose another --file") from error
    print(f"{file}: written")


@command.command("check")
@_file
@_running
def check_command(file: Path, *, running: bool) -> None:
    """Fail if the generated sections are not what the calendar says, or if they lack a year.

    Next year's days have to be there from 1 November on.

    Example: dunghan alertmanager check
    """
    text, today = _read(file), local_date(SystemClock().now())
    held = years_held(text)
    lacking = [str(year) for year in range(today.year, last_year_wanted(today) + 1) if year not in held]
    if lacking:
        raise UserError(f"{file}: the days of {', '.join(lacking)} are missing; run: dunghan alertmanager write")
    if _rewritten(file, text, _calendar(running=running), held) != text:
        raise UserError(f"{file}: not current with the working calendar; run: dunghan alertmanager write")
    print(f"{file}: current")


def _calendar(*, running: bool) -> Calendar:
    """Return the last version there is, though it may be in force only later: what is written is about days to come."""
    settings = load_settings()
    calendars = running_rulebook(settings).calendars if running else load_calendars(settings.calendar_dir)
    return calendars.versions[-1]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UserError(f"{file}: no such file; give Alertmanager's configuration: --file") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: {error}; choose another --file") from error


def _rewritten(file: Path, text: str, calendar: Calendar, years: Iterable[int]) -> str:
    try:
        return rewritten(text, calendar, years)
    except MissingSectionError as error:
        raise UserError(f"{file}: {error}; put its two marks back, as in {FILE}") from error
