"""`dunghan dead-letters`."""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from config.clock import VIETNAM, from_timestamp_ms
from config.settings import Settings, load_settings
from dunghan.errors import UserError
from streams.dead_letters import explanation, original, original_headers
from streams.publish import Publisher, PublishError
from streams.rejection import Reason
from streams.scan import ScanError, record_at, scan
from streams.sources import Source, dossiers, petitions, procedures


class Place(NamedTuple):
    """Where a dead letter lies in its topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


class PlaceType(click.ParamType):
    """PARTITION:OFFSET, as `list` prints it."""

    name = "place"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read the place, or say what is wrong with it."""
        try:
            partition, offset = map(int, str(value).split(":"))
        except ValueError:
            self.fail(f"{value!r} is not PARTITION:OFFSET; `dunghan dead-letters list` shows them", param, ctx)
        return Place(partition, offset)


PLACE = PlaceType()
REASON = click.Choice([reason.value for reason in Reason])
SOURCES = {"dossiers": dossiers, "procedures": procedures, "petitions": petitions}


class Letters:
    """The dead letters of one topic."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings, self.source = settings, source

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from scan(self.settings, self.source.dead_letters)
        except ScanError as error:
            raise UserError(str(error)) from error

    def rejected_for(self, reason: str | None) -> list[Any]:
        """Return those rejected for a reason, or for any."""
        return [letter for letter in self if reason is None or explanation(letter.headers).get("reason") == reason]

    def at(self, places: tuple[Place, ...]) -> list[Any]:
        """Return those at certain places."""
        found = {place: letter for letter in self if (place := _place(letter)) in places}
        for place in places:
            if place not in found:
                raise UserError(f"no dead letter at {place}; `dunghan dead-letters list` shows them")
        return [found[place] for place in places]


def _letters(context: click.Context) -> Letters:
    settings = load_settings()
    return Letters(settings, SOURCES[context.obj](settings))


@click.group(name="dead-letters")
@click.option("--of", "kind", type=click.Choice(list(SOURCES)), default="dossiers", show_default=True, help="Which.")
@click.pass_context
def command(context: click.Context, kind: str) -> None:
    """List, show and replay events that were rejected.

    Each topic has dead letters of its own: of dossiers, of procedures (the catalogue), of petitions.

    Example: dunghan dead-letters --of petitions list --reason invalid_field
    """
    context.obj = kind


@command.command(name="list")
@click.option("--reason", type=REASON, help="Only those rejected for this reason.")
@click.option("--limit", type=int, default=100, show_default=True, help="At most so many, the newest.")
@click.pass_context
def list_(context: click.Context, reason: str | None, limit: int) -> None:
    """List dead letters: place, arrival, reason, detail, origin. Never their content.

    `value only there` beside the origin: the record was too large for a dead letter.

    Example: dunghan dead-letters list --limit 20
    """
    found = sorted(_letters(context).rejected_for(reason), key=lambda record: (record.timestamp, record.offset))
    for record in found[-limit:] if limit > 0 else []:
        print("\t".join(_row(record)))
    click.echo(f"{min(len(found), max(limit, 0))} of {len(found)} dead letters", err=True)


def _row(record: Any) -> tuple[str, ...]:
    why = explanation(record.headers)
    arrived = from_timestamp_ms(record.timestamp).astimezone(VIETNAM).isoformat(timespec="seconds")
    origin = f"{why.get('topic')}[{why.get('partition')}]@{why.get('offset')}"
    if original(record.headers):
        origin += " (value only there)"
    return str(_place(record)), arrived, str(why.get("reason")), str(why.get("detail")), origin


@command.command()
@click.argument("place", type=PLACE)
@click.option("--payload", is_flag=True, help="Write the record's value as it came. It may hold personal data.")
@click.pass_context
def show(context: click.Context, place: Place, *, payload: bool) -> None:
    """Show one dead letter: why it was rejected, from where; with --payload what it said.

    The value of a record that was too large for a dead letter is read at its origin.

    Example: dunghan dead-letters show 3:17
    """
    letters = _letters(context)
    (record,) = letters.at((place,))
    if payload:
        whole = _whole(letters.settings, record)
        if whole is None:
            raise _gone([record])
        sys.stdout.buffer.write(whole.value or b"")
        return
    for name, text in explanation(record.headers).items():
        print(f"{name}: {text}")
    reading = "--payload writes them; they may hold personal data"
    if lies_at := original(record.headers):
        print(f"size: {lies_at.size} bytes, too large for a dead letter: they are only at {lies_at} ({reading})")
    else:
        print(f"size: {len(record.value or b'')} bytes ({reading})")


@command.command()
@click.argument("places", nargs=-1, type=PLACE)
@click.option("--reason", type=REASON, help="Replay those rejected for this reason.")
@click.option("--all", "everything", is_flag=True, help="Replay all.")
@click.pass_context
def replay(context: click.Context, places: tuple[Place, ...], reason: str | None, *, everything: bool) -> None:
    """Publish dead letters again, as they came, once what was wrong has been mended.

    Replaying one twice does no harm: duplicates change nothing. A record that was too large for a dead letter is read
    at its origin; if it is not there any more the others are published, and the exit code is 2.

    Example: dunghan dead-letters replay --reason unknown_type
    """
    if bool(places) + (reason is not None) + everything != 1:
        raise UserError("say which: PARTITION:OFFSET …, or --reason REASON, or --all")
    letters, gone = _letters(context), []
    topic = letters.source.topic
    try:
        with Publisher(letters.settings, topic, compression="gzip") as publisher:  # as what is too large for one came
            for letter in letters.at(places) if places else letters.rejected_for(reason):
                record = _whole(letters.settings, letter)
                if record is None:
                    gone.append(letter)
                else:
                    publisher.send(record.value, record.key, original_headers(record.headers))
    except PublishError as error:
        raise UserError(str(error)) from error
    click.echo(f"{publisher.published} dead letters published again to {topic}", err=True)
    if gone:
        raise _gone(gone)


def _whole(settings: Settings, letter: Any) -> Any | None:
    """Return the record as it came, from its letter or from its origin; None if neither holds it."""
    lies_at = original(letter.headers)
    if lies_at is None:
        return letter
    try:
        record = record_at(settings, lies_at.topic, lies_at.partition, lies_at.offset)
    except ScanError as error:
        raise UserError(str(error)) from error
    return record if record is not None and record.timestamp == lies_at.timestamp else None  # a topic made anew differs


def _gone(letters: list[Any]) -> UserError:
    places = ", ".join(f"{_place(letter)} (from {original(letter.headers)})" for letter in letters)
    return UserError(f"no longer at their origin, and too large for a dead letter: {places}; ask their source for them")


def _place(letter: Any) -> Place:
    return Place(letter.partition, letter.offset)
