"""`dunghan publish`."""

from collections.abc import Iterator
from pathlib import Path

import click

from dunghan.errors import UserError
from dunghan.sinks import KAFKA, counted, open_sink, topic_option
from streams.publish import paced


@click.command(name="publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@topic_option
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="At most this many events a second.")
def command(files: tuple[Path, ...], topic: str | None, rate: float | None) -> None:
    """Publish events from NDJSON files (- is standard input) to Kafka, one a line, as they are.

    Every accepted form of event may stand in a line; its key is the dossier, procedure or petition, and its topic that
    of its type. Empty lines are passed over. Broken
    events are published too: the worker puts them into the dead letters.

    Example: dunghan publish events.ndjson
    """
    _check(files)
    published = 0
    with open_sink(KAFKA, topic) as sink:
        for line in counted(paced(_lines(files), rate), "Publishing"):
            sink.send(line)
            published += 1
    click.echo(f"{published:,} events published to {sink.name}", err=True)


def _check(files: tuple[Path, ...]) -> None:
    """Refuse a file that is not there before the first event of the others is published."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            raise UserError(f"{file}: no such file; give the name of an NDJSON file, or - for standard input")


def _lines(files: tuple[Path, ...]) -> Iterator[bytes]:
    for file in files:
        try:
            with click.open_file(str(file), "rb") as stream:
                yield from (text for line in stream if (text := line.strip()))
        except OSError as error:
            raise UserError(f"{file}: {error.strerror}; give an NDJSON file that can be read") from error
