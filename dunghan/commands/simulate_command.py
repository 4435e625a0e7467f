"""`dunghan simulate`."""

import time
from collections.abc import Iterable, Iterator
from itertools import dropwhile
from typing import Any

import click

from config.clock import Clock, SystemClock
from dunghan.errors import UserError
from dunghan.options import INSTANT
from dunghan.sinks import KAFKA, Sink, counted, open_sink, out_option, topic_option
from streams.publish import paced
from streams.simulate import ALL_REASONS, FILE_REASONS, Config, Province, SimulatedEvent

_SHARE = click.FloatRange(0, 1)
_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command(name="simulate")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another province.")
@click.option("--dossiers", type=click.IntRange(1), default=3_000, show_default=True, help="Dossiers in the history.")
@click.option("--events", type=click.IntRange(1), help="Instead of --dossiers: this many events in the history.")
@click.option("--agencies", type=click.IntRange(1, 9_999), default=12, show_default=True, help="How many take part.")
@click.option("--days", type=click.IntRange(1, 3_660), default=30, show_default=True, help="Length of the history.")
@click.option("--until", type=INSTANT, help="End of the history.  [default: now]")
@click.option("--duplicates", type=_SHARE, default=0.05, show_default=True, help="Share delivered twice.")
@click.option("--shuffled", type=_SHARE, default=0.05, show_default=True, help="Share delivered out of order.")
@click.option("--broken", type=_SHARE, default=0.01, show_default=True, help="Broken events, as a share, on top.")
@click.option("--petitions", type=_SHARE, default=0.02, show_default=True, help="Petitions, as a share of dossiers.")
@click.option("--catalogue/--no-catalogue", default=True, show_default=True, help="Whether procedures are announced.")
@out_option
@topic_option
@click.option("--rate", type=_POSITIVE, help="At most this many events a second.")
@click.option("--follow", is_flag=True, help="After the history go on, as time goes by, until interrupted.")
@click.option("--skip-history", is_flag=True, help="With --follow: leave out what an earlier run has delivered.")
@click.option("--rush", type=_POSITIVE, default=1.0, help="With --follow: so many times as many new dossiers.")
@click.option("--around-the-clock", is_flag=True, help="Agencies work at night and on days off too.")
def command(
    *, out: str, topic: str | None, rate: float | None, follow: bool, skip_history: bool, **choices: Any
) -> None:
    """Make the events of a believable province: the history of a month, and, if wanted, what happens from now on.

    The same options make the same events, byte for byte; give --until too, or the history ends at another now.

    Example: dunghan simulate --dossiers 500 --out events.ndjson
    """
    if follow and choices["events"]:
        raise UserError(
            "--events cuts the history short, so there is no going on from it; use --dossiers with --follow"
        )
    clock = SystemClock()
    config = _config(choices, out, clock)
    with open_sink(out, topic) as sink:
        events = _live(config, clock, skip_history=skip_history) if follow else Province(config).events()
        tally = _send(counted(paced(events, rate), "Simulating"), sink, until_interrupted=follow)
    click.echo(f"{tally} to {sink.name}", err=True)


class _Tally:
    """What was made, by kind."""

    def __init__(self) -> None:
        self.events = self.copies = self.broken = 0

    def __str__(self) -> str:
        return f"{self.events:,} events ({self.copies:,} copies, {self.broken:,} broken)"

    def add(self, event: SimulatedEvent) -> None:
        """Count one event."""
        self.events += 1
        self.copies += event.is_copy
        self.broken += event.broken is not None


def _config(choices: dict[str, Any], out: str, clock: Clock) -> Config:
    until = choices.pop("until") or clock.now()
    return Config(until=until, reasons=ALL_REASONS if out == KAFKA else FILE_REASONS, **choices)


def _send(events: Iterable[SimulatedEvent], sink: Sink, *, until_interrupted: bool) -> _Tally:
    tally = _Tally()
    try:
        for event in events:
            sink.send(event.value, event.key, sent_as=event.sent_as)
            tally.add(event)
    except KeyboardInterrupt:
        if not until_interrupted:
            raise
    return tally


def _live(config: Config, clock: Clock, *, skip_history: bool) -> Iterator[SimulatedEvent]:
    """Yield the history, then each event when the clock has come to it; what the clock has passed comes at once."""
    events = Province(config).endless_events()
    if skip_history:
        events = dropwhile(lambda event: event.delivered_at <= config.until, events)
    for event in events:
        ahead = (event.delivered_at - clock.now()).total_seconds()
        if ahead > 0:
            time.sleep(ahead)
        yield event
