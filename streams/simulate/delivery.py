"""How messages reach the stream: with a delay, in batches, some out of order, some twice, and broken ones among them.

Each stage takes deliveries in order of time and passes them on in order of time, so nothing is held but what is still
under way.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import groupby
from random import Random
from typing import NamedTuple

import msgspec

from streams.rejection import Reason
from streams.simulate.broken import broken
from streams.simulate.canonical import Message, encode
from streams.simulate.facts import Filing
from streams.simulate.mirror import wrapper
from streams.simulate.office_hours import DAY, MINUTE

_BATCH_DOSSIERS = 20  # systems cut what has gathered into messages of a bounded size


class Delivery(NamedTuple):
    """A message on its way. Deliveries compare by time, and then by the order in which they were made."""

    at: int
    is_batchable: bool  # those of one batch stand together
    number: int
    message: Message
    filing: Filing
    broken: Reason | None = None
    is_copy: bool = False


def delays(messages: list[Message], filing: Filing, shuffled: float, rng: Random) -> list[int]:
    """Return when each of a dossier's messages is delivered; with `shuffled` 0, within two hours."""
    every = filing.agency.character.batch_seconds
    if every:
        offset = int(filing.agency.code.rpartition(".")[2]) % every  # no two agencies in the same second
        at = [-(-message.at // every) * every + offset for message in messages]
    else:
        at = [message.at + 1 + min(int(rng.expovariate(1 / 6)), 5 * MINUTE) for message in messages]
    for place in range(len(at) - 1):
        if rng.random() < shuffled:
            at[place] = max(at[place], at[place + 1]) + 1  # overtaken by the next one
    return at


def in_order(dossiers: Iterable[tuple[int, list[Delivery]]]) -> Iterator[Delivery]:
    """Merge the deliveries of dossiers, which are given in the order in which they were filed (the first item)."""
    under_way: list[Delivery] = []
    for filed_at, deliveries in dossiers:
        while under_way and under_way[0].at < filed_at:
            yield heappop(under_way)
        for delivery in deliveries:
            heappush(under_way, delivery)


def in_batches(deliveries: Iterable[Delivery]) -> Iterator[Delivery]:
    """Put what an agency delivers in one batch into messages about several dossiers."""
    for (_, is_batchable, _), group in groupby(
        deliveries, lambda one: (one.at, one.is_batchable, one.filing.agency.code)
    ):
        if not is_batchable:
            yield from group
            continue
        gathered = list(group)
        for first in range(0, len(gathered), _BATCH_DOSSIERS):
            yield _batch(gathered[first : first + _BATCH_DOSSIERS])


def _batch(gathered: list[Delivery]) -> Delivery:
    records = [msgspec.Raw(one.message.value) for one in gathered]
    value = encode(wrapper(gathered[0].filing.agency, records))
    keys = {one.message.key for one in gathered}
    at = max(one.message.at for one in gathered)
    return gathered[0]._replace(message=Message(at, value, key=keys.pop() if len(keys) == 1 else None))


class Faults(NamedTuple):
    """What goes wrong on the way: shares of the deliveries, and the ways in which events are broken."""

    duplicates: float
    broken: float
    reasons: tuple[Reason, ...]
    seed: int


def with_faults(deliveries: Iterable[Delivery], faults: Faults) -> Iterator[Delivery]:
    """Add exact copies, up to two days later, and broken events. The good ones are the same for any `reasons`."""
    rng = Random(f"{faults.seed}/faults")
    copies: list[Delivery] = []
    for number, delivery in enumerate(deliveries):
        while copies and copies[0].at <= delivery.at:
            yield heappop(copies)
        yield delivery
        if rng.random() < faults.duplicates:
            later = delivery.at + int(2 * DAY * rng.random() ** 4)
            heappush(copies, delivery._replace(at=later, number=number, is_copy=True))
        if rng.random() < faults.broken:
            yield _broken(delivery, faults.reasons, Random(f"{faults.seed}/broken/{number}"))


def _broken(near: Delivery, reasons: tuple[Reason, ...], rng: Random) -> Delivery:
    reason = rng.choice(reasons)
    return near._replace(message=broken(reason, near.filing, near.at, rng), broken=reason)
