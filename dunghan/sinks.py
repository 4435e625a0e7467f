"""Where commands put events: a Kafka topic, a file, or standard output."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TypeVar

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.settings import load_settings
from dunghan.errors import UserError
from streams.publish import DeliveryError, Publisher, UnreachableError

Item = TypeVar("Item")

KAFKA = "kafka"
_SHOWN_EVERY = 500


class Send(Protocol):
    """Takes an event; key and topic are those that stand in it, unless others are given."""

    def __call__(self, value: bytes, key: str | None = None, *, sent_as: str | None = None) -> None:
        """Take one event; `sent_as` is the type that decides its topic."""
        ...


class Sink(NamedTuple):
    """A place for events. `name` is what the closing line calls it."""

    name: str
    send: Send


out_option = click.option(
    "--out",
    default=KAFKA,
    show_default=True,
    metavar="kafka|-|FILE",
    help="Publish to Kafka, or write NDJSON to standard output (-) or a file.",
)
topic_option = click.option("--topic", help="Kafka topic of all events; by default each goes to the topic of its type.")


@contextmanager
def open_sink(out: str, topic: str | None = None) -> Iterator[Sink]:
    """Open the place that `--out` names. Leaving the context waits until everything has arrived."""
    if out == KAFKA:
        with _kafka(topic) as sink:
            yield sink
    elif out == "-":
        yield Sink("standard output", _lines(sys.stdout.buffer))
        sys.stdout.buffer.flush()
    else:
        with _create(Path(out)) as stream:
            yield Sink(out, _lines(stream))


@contextmanager
def _kafka(topic: str | None) -> Iterator[Sink]:
    settings = load_settings()
    try:
        with Publisher(settings, topic) as publisher:
            yield Sink(f"{publisher.name} at {settings.kafka}", publisher.publish)
    except UnreachableError as error:
        raise UserError(str(error)) from error
    except DeliveryError as error:
        raise click.ClickException(str(error)) from error  # exit code 1: nothing is wrong with what was asked


def _lines(stream: BinaryIO) -> Send:
    def send(value: bytes, key: str | None = None, *, sent_as: str | None = None) -> None:
        del key, sent_as  # a line says itself what it is about
        stream.write(value)
        stream.write(b"\n")

    return send


def _create(file: Path) -> BinaryIO:
    try:
        return file.open("wb")
    except OSError as error:
        raise UserError(
            f"{file}: {error.strerror}; give a file that can be written, or - for standard output"
        ) from error


def counted(items: Iterable[Item], what: str) -> Iterator[Item]:
    """Pass `items` on, and count them on standard error while that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        for number, item in enumerate(items, 1):
            yield item
            if number % _SHOWN_EVERY == 0:
                progress.update(task, completed=number)
