"""When dossiers are filed: in order of time, first the history's fixed number, then on and on at the same rate."""

from collections.abc import Callable, Iterator
from random import Random

import msgspec

from streams.events import Channel
from streams.simulate.office_hours import HOUR, midnight

# How much is filed in each hour of the day. People file online at noon, in the evening and at night too.
_ONLINE = (1, 1, 0, 0, 0, 1, 2, 6, 10, 11, 10, 7, 4, 7, 10, 10, 8, 5, 3, 4, 6, 6, 4, 2)
_COUNTER = (0, 0, 0, 0, 0, 0, 0, 4, 9, 9, 7, 2, 0, 3, 8, 7, 4, 0, 0, 0, 0, 0, 0, 0)
_BUSIEST = max(map(sum, zip(_ONLINE, _COUNTER, strict=True)))
_DAY_OFF = 0.3  # of what is filed online on other days
_POST = 0.1  # of what is not filed online


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """How much is filed: `dossiers` from `start` to `until`, then `rush` times as much."""

    start: int
    until: int
    dossiers: int
    rush: float
    around_the_clock: bool
    works_on: Callable[[int], bool]
    """Whether the day of an instant is worked."""


def arrivals(flow: Flow, rng: Random) -> Iterator[int]:
    """Yield when each dossier is filed. The first `flow.dossiers` are the history; there is no last.

    Moments are drawn evenly, and kept by how busy their hour is.
    """
    kept: list[int] = []
    tries = 0
    while len(kept) < flow.dossiers:
        tries += 1
        moment = rng.randrange(flow.start, flow.until)
        if rng.random() < _busy(moment, flow):
            kept.append(moment)
    yield from sorted(kept)
    now, rate = float(flow.until), tries / (flow.until - flow.start) * flow.rush
    while True:
        now += rng.expovariate(rate)
        if rng.random() < _busy(int(now), flow):
            yield int(now)


def channel(at: int, flow: Flow, rng: Random) -> Channel:
    """Return how a dossier that is filed at `at` is filed."""
    online, counter = _weights(at, flow)
    if rng.random() * (online + counter) < online:
        return Channel.ONLINE
    return Channel.POST if rng.random() < _POST else Channel.COUNTER


def _busy(at: int, flow: Flow) -> float:
    """Return how busy the hour of `at` is, from 0 to 1."""
    return sum(_weights(at, flow)) / _BUSIEST


def _weights(at: int, flow: Flow) -> tuple[float, float]:
    """Return how much is filed online and at the counter at `at`."""
    if flow.around_the_clock:
        return 0.6 * _BUSIEST, 0.4 * _BUSIEST
    day = midnight(at)
    hour = (at - day) // HOUR
    if not flow.works_on(day):
        return _ONLINE[hour] * _DAY_OFF, 0
    return _ONLINE[hour], _COUNTER[hour]
