"""How complete the view is: which partitions are in it, and of when they are. Cheap: asked for with every page."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from redis import Redis

from alerts.redis.counts import Applied, key_of
from alerts.redis.view import WRITING
from config.settings import Settings
from streams.sources import Source, dossiers, sources


class Written(msgspec.Struct, frozen=True):
    """What is there of the partitions that there should be, by their names `topic/partition`."""

    applied: dict[str, Applied]
    missing: tuple[str, ...]
    """What no worker has written, or what was lost."""
    writing: tuple[str, ...]
    """What its worker has begun to write."""

    @property
    def as_of(self) -> datetime | None:
        """What was applied everywhere by then is shown: as of the partition that said so longest ago."""
        return min((one.as_of for one in self.applied.values()), default=None)

    @property
    def judged_at(self) -> datetime | None:
        """As of when it is said what is late: that of the partition furthest behind; None where nothing was applied."""
        return min((at for one in self.applied.values() if (at := one.judged_at)), default=None)

    def judged_of(self, name: str) -> datetime | None:
        """Return as of when a partition is judged while it catches up; None where that is now."""
        found = self.applied.get(name)
        return found.judged_at if found is not None and found.catching_up else None

    @property
    def catching_up(self) -> tuple[str, ...]:
        """The partitions that read old records still."""
        return tuple(name for name, one in self.applied.items() if one.catching_up)

    @property
    def waiting(self) -> int:
        """How many records are not applied yet."""
        return sum(one.waiting for one in self.applied.values())

    @property
    def expected(self) -> int:
        """How many partitions there should be."""
        return len({*self.applied, *self.missing})


def view_written(client: Redis, settings: Settings) -> Written:
    """Return how complete the lists of dossiers are."""
    return _written(client, settings, [dossiers(settings)])


def everything_written(client: Redis, settings: Settings) -> Written:
    """Return how complete lists and counts are."""
    return _written(client, settings, sources(settings))


def name_of(source: Source, partition: int) -> str:
    """Return how a partition is named to people and programs."""
    return f"{source.topic}/{partition}"


def _written(client: Redis, settings: Settings, of: Iterable[Source]) -> Written:
    places = {name_of(source, number): (source, number) for source in of for number in range(source.partitions)}
    with client.pipeline(transaction=False) as pipe:
        for source, number in places.values():
            pipe.hget(key_of(settings.app, source.topic, number), "about")
        for number in range(settings.partitions):
            pipe.get(f"{settings.app}:view:{number}:owner")
        answers = pipe.execute()
    owners = answers[len(places) :]
    rows = {name_of(dossiers(settings), number): owner for number, owner in enumerate(owners)}
    decode = msgspec.json.Decoder(Applied).decode
    applied = {name: decode(about) for name, about in zip(places, answers, strict=False) if about is not None}
    return Written(
        applied,
        missing=tuple(name for name in places if name not in applied or rows.get(name, b"") is None),
        writing=tuple(name for name, owner in rows.items() if owner is not None and owner.endswith(WRITING)),
    )
