"""`dunghan calendar`."""

from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from agents.dossiers.preview import Preview, preview
from config.calendar import CalendarDocument, load_calendars, parse_document
from config.calendar.documents import FIRST_YEAR, LAST_YEAR
from config.clock import VIETNAM, SystemClock
from config.rulebook import Rulebook, load_rulebook
from config.settings import load_settings
from dunghan.calendar_text import document_line, print_calendar, print_preview
from dunghan.errors import UserError
from dunghan.options import INSTANT
from dunghan.stored import OR_EVENTS, evaluated, running_rulebook, stored_dossiers
from dunghan.texts import console, iso_text
from streams.calendar_feed import publish_document
from streams.publish import PublishError

_LEAD = timedelta(seconds=5)
"""Every worker has a version before it is in force, so nothing can end under it that was judged without it."""

file_argument = click.argument("file", type=click.Path(path_type=Path))
limit_option = click.option(
    "--limit", default=20, show_default=True, help="Name at most so many dossiers of each kind."
)


@click.group(name="calendar")
def command() -> None:
    """The working calendar: what is off or worked, what another version would change, and putting it in force.

    Example: dunghan calendar preview 2027.yaml
    """


@command.command()
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), required=False)
@click.option("--running", is_flag=True, help="As the running workers have it, with the documents that were applied.")
@click.option("--at", type=INSTANT, help="By the version in force at this instant.  [default: now]")
def show(year: int | None, at: datetime | None, *, running: bool) -> None:
    """List the days off and the days worked of a year, with their sources, and the versions there are.

    Example: dunghan calendar show 2026
    """
    settings, at = load_settings(), at or SystemClock().now()
    calendars = running_rulebook(settings).calendars if running else load_calendars(settings.calendar_dir)
    print_calendar(calendars, calendars.at(at), year or at.astimezone(VIETNAM).year, console())


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check calendar documents: that they can be read, and go with the others and with the policy.

    Example: dunghan calendar check 2027.yaml offices.yaml
    """
    settings = load_settings()
    rulebook = load_rulebook(settings.policy_file, settings.calendar_dir)
    wrong = 0
    for file in files:
        try:
            document = _read(file, SystemClock().now())
            _with(rulebook, document)
        except (UserError, ValueError) as error:  # what is wrong with a calendar or the policy is a ValueError
            click.echo(f"Error: {error}", err=True)
            wrong += 1
        else:
            click.echo(f"{file}: {document_line(document)}")
    if wrong:
        click.get_current_context().exit(UserError.exit_code)


@command.command(name="preview")
@file_argument
@click.option(
    "--events",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Events as NDJSON (- is standard input), repeatable. Without it: what the running workers have stored.",
)
@click.option("--at", type=INSTANT, help="The instant to judge at; not before it is in force.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@limit_option
def preview_(file: Path, files: tuple[Path, ...], at: datetime | None, limit: int, *, as_json: bool) -> None:
    """Say how many open dossiers a calendar document would change, before it is applied. Nothing is changed.

    Example: dunghan calendar preview 2027.yaml --events events.ndjson --at 2027-02-01T08:00
    """
    settings, at = load_settings(), at or SystemClock().now()
    document = _read(file, at)
    if document.effective_from < at:
        click.echo(f"{file}: effective_from lies before {iso_text(at)}; previewed as in force from then on", err=True)
        document = _in_force_from(document, at)
    if files:
        before = load_rulebook(settings.policy_file, settings.calendar_dir)
        dossiers = evaluated(files, at, before).dossiers()
    else:
        before = running_rulebook(settings, OR_EVENTS)
        dossiers = stored_dossiers(settings, before)
    found = preview(dossiers, document.effective_from, before, _with(before, document))
    if as_json:
        click.echo(msgspec.json.encode(_json(found, limit)).decode())
    else:
        print_preview(found, limit, console())


@command.command(name="apply")
@file_argument
@click.option(
    "--effective-from", type=INSTANT, help="In force from then on, whatever the document says; not before now."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@limit_option
def apply_(file: Path, effective_from: datetime | None, limit: int, *, yes: bool) -> None:
    """Put a calendar document in force for the running workers, after showing what it changes.

    Open dossiers are judged anew; those that have ended stay as they are, judged by the version in force at their end.
    So no document takes effect in the past. One without effective_from takes effect at once.

    Example: dunghan calendar apply 2027.yaml --effective-from 2026-12-15
    """
    settings, now = load_settings(), SystemClock().now()
    document = _read(file, now)
    given = effective_from or (None if document.effective_from == now else document.effective_from)
    document = _stamped(document, given, file)
    before = running_rulebook(settings)
    dossiers = stored_dossiers(settings, before)
    print_preview(preview(dossiers, document.effective_from, before, _with(before, document)), limit, console())
    if not yes:
        click.confirm(f"Apply {document_line(document)}?", abort=True, err=True)
    document = _stamped(document, given, file)  # reading and asking took time
    try:
        publish_document(settings, document)
    except PublishError as error:
        raise UserError(str(error)) from error
    version = _with(before, document).calendars.at(document.effective_from)
    click.echo(f"applied: {document_line(document)}; calendar {version.id}")


def _read(file: Path, in_force_from: datetime) -> CalendarDocument:
    try:
        return parse_document(file.read_bytes(), str(file), in_force_from)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; give a calendar document (YAML)") from error


def _with(rulebook: Rulebook, document: CalendarDocument) -> Rulebook:
    return Rulebook(rulebook.policies, rulebook.calendars.with_documents([document]))


def _in_force_from(document: CalendarDocument, at: datetime) -> CalendarDocument:
    return msgspec.structs.replace(document, effective_from=at)


def _stamped(document: CalendarDocument, given: datetime | None, file: Path) -> CalendarDocument:
    """Return the document, in force from the instant given, or else as soon as every worker has it."""
    now = SystemClock().now()
    if given is None:
        return _in_force_from(document, (now + _LEAD).replace(microsecond=0))
    if given <= now:
        raise UserError(
            f"{file}: effective_from {iso_text(given)} lies in the past, so published results would change; give a "
            "later one (--effective-from), or leave it out to have it in force at once"
        )
    return _in_force_from(document, given)


def _json(found: Preview, limit: int) -> dict[str, object]:
    kinds = ("due_changed", "becomes_overdue", "ceases_overdue")
    codes = {kind: getattr(found, kind) for kind in kinds}
    return {
        "at": found.at,
        "open": found.open,
        **{kind: {"count": len(all_), "codes": all_[: max(limit, 0)]} for kind, all_ in codes.items()},
        "agencies": found.agencies,
    }
