"""Building a version of the state, and comparing it with the running one.

1. Archived files, if there are any. Nobody may go on from here before they are read: no position is written.
2. The topics, from where the state goes on to where the workers are.
3. Everything is judged as of now and written. The workers may go on from there.
4. If asked, every dossier is compared with what the running version holds, which goes on meanwhile: what seems to
   differ is looked at again, after the new version has followed.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

import msgspec
from aiokafka.errors import KafkaError, ProducerFenced

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.settled import SETTLED
from agents.dossiers.store import StoreError, Stores
from config.clock import Clock
from config.rulebook import Rulebook
from config.settings import Settings
from dunghan.errors import UserError
from dunghan.evaluation import lines_of
from dunghan.processors import stores_of
from dunghan.replay.comparison import Comparison, compare
from dunghan.replay.following import Following
from dunghan.replay.progress import Shown
from dunghan.replay.rebuild import Rebuild
from dunghan.stored import stored_states
from streams.placement import partition_of
from streams.resuming import TopicReplacedError

_LINES = 10_000
_LOOKS = 3  # an event takes a second at most to be in both versions


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    running: Settings
    new: Settings
    rulebook: Rulebook
    files: Sequence[Path] = ()
    since: datetime | None = None
    comparing: bool = False


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What has been built."""

    at: datetime
    lines: int
    records: int
    dossiers: int
    rejected: Counter[str]
    comparison: Comparison | None = None


async def build(order: Order, clock: Clock, shown: Shown) -> Built:
    """Build a version of the state.

    Raises:
        UserError: saying what is in the way, and how to go on.
    """
    try:
        with closing(stores_of(order.new)) as stores:
            return await _build(order, clock, shown, stores)
    except StoreError as error:
        raise UserError(str(error)) from error
    except ProducerFenced as error:
        raise UserError(
            f"another replay, or a worker, has taken version {order.new.state_version} over; let one of them run"
        ) from error
    except TopicReplacedError as error:
        raise UserError(
            f"version {order.new.state_version}: {error}; or build it anew, with files of what is gone, after: "
            f"dunghan replay --drop {order.new.state_version}"
        ) from error
    except KafkaError as error:
        raise UserError(f"Kafka at {order.new.kafka}: {error!r}; run the same command again to go on") from error


async def _build(order: Order, clock: Clock, shown: Shown, stores: Stores) -> Built:
    rebuild = Rebuild(order.new, order.rulebook, clock, stores)
    async with _following(order, rebuild) as following:
        _refuse_what_is_not_whole(order, rebuild)
        lines = await _read_files(order, rebuild, shown)
        records = await _read_topics(order, rebuild, following, shown)
        shown.close()
        comparison = await _compare(order, rebuild, following, clock) if order.comparing else None
        return Built(
            at=clock.now(),
            lines=lines,
            records=records,
            dossiers=sum(map(len, rebuild.dossiers().values())),
            rejected=rebuild.rejected,
            comparison=comparison,
        )


@asynccontextmanager
async def _following(order: Order, rebuild: Rebuild) -> AsyncIterator[Following]:
    following = Following(order.running, rebuild)
    try:
        await rebuild.start()
        await following.start()
        yield following
    finally:
        await following.stop()
        await rebuild.stop()


def _refuse_what_is_not_whole(order: Order, rebuild: Rebuild) -> None:
    version = order.new.state_version
    if rebuild.is_half_read and not order.files:
        raise UserError(
            f"version {version} was begun from files, and these were not read to their end; give the same files again, "
            f"or begin anew after: dunghan replay --drop {version}"
        )
    if rebuild.is_in_part:
        raise UserError(
            f"version {version} has lost a part of its changelogs; begin anew, with the files if there were any, "
            f"after: dunghan replay --drop {version}"
        )


async def _read_files(order: Order, rebuild: Rebuild, shown: Shown) -> int:
    total, done, count = sum(file.stat().st_size for file in order.files), 0, 0
    lines = chain.from_iterable(map(lines_of, order.files))
    while chunk := list(islice(lines, _LINES)):
        rebuild.take_lines(text for line in chunk if (text := line.strip()))
        count += len(chunk)
        done += sum(map(len, chunk))
        shown.update("files (bytes)", done, total)
        if rebuild.is_due:
            await rebuild.write_facts()
        await asyncio.sleep(0)
    return count


async def _read_topics(order: Order, rebuild: Rebuild, following: Following, shown: Shown) -> int:
    if order.since is not None:
        await following.begin_at(order.since)
    await rebuild.checkpoint()  # the files have been read
    name = f"version {order.new.state_version} (records)"
    records = await following.catch_up(lambda done, total: shown.update(name, done, total))
    await rebuild.settle()
    return records + await _follow_up(rebuild, following)


async def _follow_up(rebuild: Rebuild, following: Following) -> int:
    """Read what has come while everything was judged."""
    records = await following.catch_up()
    await rebuild.settle()
    return records


# -- comparing --------------------------------------------------------------------------------------------------------


async def _compare(order: Order, rebuild: Rebuild, following: Following, clock: Clock) -> Comparison:
    found = await _look(order, rebuild, clock)
    for _ in range(_LOOKS - 1):
        if not found.differences:
            break
        await _follow_up(rebuild, following)
        again = await _look(order, rebuild, clock)
        again.keep(found.differences)
        found = again
    return found


async def _look(order: Order, rebuild: Rebuild, clock: Clock) -> Comparison:
    """Compare in a thread, so that the clients keep their connections; nothing else touches the states meanwhile."""
    states = rebuild.dossiers()
    return await asyncio.to_thread(
        compare,
        _stored_in(order.running, order.rulebook),
        lambda code: states[partition_of(code.encode(), len(states))].stored(code),
        _all_of(states),
        clock.now(),
        order.rulebook,
    )


def _stored_in(settings: Settings, rulebook: Rulebook) -> Iterator[tuple[str, bytes]]:
    for state in stored_states(settings, rulebook):
        yield from state.dossiers()
        yield from ((code, SETTLED) for code in state.settled())


def _all_of(states: Mapping[int, DossierProcessor]) -> Iterator[tuple[str, bytes]]:
    return chain.from_iterable(state.dossiers() for state in states.values())
