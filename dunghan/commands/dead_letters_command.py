"""`dunghan dead-letters`."""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from config.clock import VIETNAM, from_timestamp_ms
from config.settings import Settings, load_settings
from dunghan.errors import UserError
from streams.dead_letters import explanation, original_headers
from streams.publish import Publisher, PublishError
from streams.rejection import Reason
from streams.scan import ScanError, scan


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


@click.group(name="dead-letters")
def command() -> None:
    """List, show and replay events that were rejected.

    Example: dunghan dead-letters list --reason invalid_field
    """


@command.command(name="list")
@click.option("--reason", type=REASON, help="Only those rejected for this reason.")
@click.option("--limit", type=int, default=100, show_default=True, help="At most so many, the newest.")
def list_(reason: str | None, limit: int) -> None:
    """List dead letters: place, arrival, reason, detail, origin. Never their content.

    Example: dunghan dead-letters list --limit 20
    """
    found = sorted(_dead_letters(load_settings(), reason), key=lambda record: (record.timestamp, record.offset))
    for record in found[-limit:] if limit > 0 else []:
        why = explanation(record.headers)
        arrived = from_timestamp_ms(record.timestamp).astimezone(VIETNAM).isoformat(timespec="seconds")
        origin = f"{why.get('topic')}[{why.get('partition')}]@{why.get('offset')}"
        print(
            f"{Place(record.partition, record.offset)}\t{arrived}\t{why.get('reason')}\t{why.get('detail')}\t{origin}"
        )
    click.echo(f"{min(len(found), max(limit, 0))} of {len(found)} dead letters", err=True)


@command.command()
@click.argument("place", type=PLACE)
@click.option("--payload", is_flag=True, help="Write the record's value as it came. It may hold personal data.")
def show(place: Place, *, payload: bool) -> None:
    """Show one dead letter: why it was rejected, from where; with --payload what it said.

    Example: dunghan dead-letters show 3:17
    """
    record = next(iter(_chosen(load_settings(), (place,))))
    if payload:
        sys.stdout.buffer.write(record.value or b"")
        return
    for name, text in explanation(record.headers).items():
        print(f"{name}: {text}")
    print(f"size: {len(record.value or b'')} bytes (--payload writes them; they may hold personal data)")


@command.command()
@click.argument("places", nargs=-1, type=PLACE)
@click.option("--reason", type=REASON, help="Replay those rejected for this reason.")
@click.option("--all", "everything", is_flag=True, help="Replay all.")
def replay(places: tuple[Place, ...], reason: str | None, *, everything: bool) -> None:
    """Publish dead letters again, as they came, once what was wrong has been mended.

    Replaying one twice does no harm: duplicates change nothing.

    Example: dunghan dead-letters replay --reason unknown_type
    """
    if bool(places) + (reason is not None) + everything != 1:
        raise UserError("say which: PARTITION:OFFSET …, or --reason REASON, or --all")
    settings = load_settings()
    records = _chosen(settings, places) if places else list(_dead_letters(settings, reason))
    try:
        with Publisher(settings) as publisher:
            for record in records:
                publisher.send(record.value, record.key, original_headers(record.headers))
    except PublishError as error:
        raise UserError(str(error)) from error
    click.echo(f"{publisher.published} dead letters published again to {settings.events_topic}", err=True)


def _dead_letters(settings: Settings, reason: str | None) -> Iterator[Any]:
    try:
        for record in scan(settings, settings.dead_letters_topic):
            if reason is None or explanation(record.headers).get("reason") == reason:
                yield record
    except ScanError as error:
        raise UserError(str(error)) from error


def _chosen(settings: Settings, places: tuple[Place, ...]) -> list[Any]:
    wanted = set(places)
    found = {
        place: record
        for record in _dead_letters(settings, None)
        if (place := Place(record.partition, record.offset)) in wanted
    }
    for place in places:
        if place not in found:
            raise UserError(f"no dead letter at {place}; `dunghan dead-letters list` shows them")
    return [found[place] for place in places]
