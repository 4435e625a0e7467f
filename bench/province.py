"""The events: a simulated province, on the topics that all contestants read."""

from collections.abc import Iterable, Iterator
from itertools import islice

import click

from config.clock import Clock
from config.settings import Settings
from streams.publish import Publisher, address
from streams.simulate import Config, Province, SimulatedEvent

_AGENCIES = 150
_SPARE = 1.02
_TOLD_EVERY = 100_000


def simulated(clock: Clock, events: int, *, agencies: int = _AGENCIES, seed: int = 1) -> Iterator[SimulatedEvent]:
    """Yield the month of a province, up to now.

    Left out are what nobody but this worker knows how to treat: broken events, and messages about several dossiers
    (2 in 1,000), which have no key and are passed on.
    """
    config = Config(until=clock.now(), events=int(events * _SPARE), agencies=agencies, broken=0, seed=seed)
    return islice((event for event in Province(config).events() if event.key is not None), events)


def publish(
    settings: Settings, events: Iterable[SimulatedEvent], *, first_also_to: str | None = None, how_many: int = 0
) -> None:
    """Publish to the events topic, and so many of them to another one as well."""
    with Publisher(settings) as publisher:
        for number, event in enumerate(events, 1):
            headers = address(event.value).headers
            publisher.send(event.value, event.key, headers)
            if number <= how_many:
                publisher.send(event.value, event.key, headers, topic=first_also_to)
            if number % _TOLD_EVERY == 0:
                click.echo(f"published {number:,} events", err=True)
