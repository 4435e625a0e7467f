"""The worker: Faust, the partition reader, the dossier agent, metrics and the view, put together.

1. Faust joins the group and says which partitions are this worker's.
2. The reader restores and reads them; each chunk passes through the dossier agent.
3. Once a second every partition judges what time alone has changed.
4. Prometheus asks for the metrics when it likes; the view follows a chunk at a time.
5. On SIGTERM or SIGINT the chunk in hand is finished, the view is brought up to date, and the group is left at once.
"""

import asyncio
import gc
import logging
import os
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import faust
import mode.loop

from agents import agent
from agents.activity import Activity
from agents.dossiers.processor import DossierProcessor
from agents.dossiers.store import StoreError
from alerts.prometheus.metrics import WorkerCollector, serve
from alerts.redis.counts import Counts
from alerts.redis.view import View
from config.calendar import CalendarDocument, CalendarError
from config.clock import Clock
from config.policy import PolicyError
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.processors import PROCESSORS, new_processor, stores_of
from streams.calendar_feed import CalendarFeed
from streams.faust_app import CoordinatingApp, create_app
from streams.reader import PartitionReader
from streams.sources import Source, sources

log = logging.getLogger(__name__)
P = TypeVar("P")

_LAST_WORDS_SECONDS = 3.0
_REJOIN_SECONDS = 300.0  # a rebalance takes seconds; a client that a broken connection has wedged never comes back
_EXIT_SOFTWARE = 70  # EX_SOFTWARE of sysexits.h


class Worker:
    """One worker process."""

    def __init__(self, settings: Settings, clock: Clock, *, data_dir: Path, instance_id: str | None) -> None:
        mode.loop.use("uvloop")  # before the app is made, for it keeps the loop that it finds
        self._settings = settings
        self._clock = clock
        self._shipped = load_rulebook(settings.policy_file, settings.calendar_dir)
        self._rulebook = self._shipped
        self._calendar = CalendarFeed(settings)
        self._activity = Activity()
        self._stores = stores_of(settings)
        self._rejoining: asyncio.Task[None] | None = None  # runs from a revoke to the next assignment
        self.app = create_app(settings, data_dir=data_dir, instance_id=instance_id)
        self.readers = {
            source.topic: PartitionReader(
                settings,
                source,
                clock=clock,
                new_processor=partial(self._new_processor, source, kind),
                handle=agent.register(self.app, source.topic),
                on_failure=self._fail,
                on_forgotten=partial(self._stores.drop, source.topic),
            )
            for source, kind in zip(sources(settings), PROCESSORS, strict=True)
        }
        for topic in self.readers:
            self.app.delegate(topic)
        self.view = View(settings, lambda: self._serving(DossierProcessor))
        self.counts = Counts(settings, self.readers, clock)
        self.collector = WorkerCollector(
            self._activity,
            self.readers,
            law=lambda: self._rulebook.at(clock.now()),
            clock=clock,
            view_failures=lambda: self.view.failures + self.counts.failures,
        )
        self._wire(self.app)

    def _serving(self, kind: type[P]) -> Mapping[int, P]:
        """Return the states of one kind in the partitions that this worker serves."""
        return {
            number: state
            for reader in self.readers.values()
            for number, state in reader.serving.items()
            if isinstance(state, kind)
        }

    def _new_processor(self, source: Source, kind: type[Any], partition: int) -> Any:
        given = {"rulebook": self._rulebook, "clock": self._clock, "activity": self._activity}
        return new_processor(kind, source, partition, self._stores, **given)

    def _rule_by(self, documents: Sequence[CalendarDocument]) -> None:
        """Judge by the calendar that comes with the program and all the documents applied since."""
        try:
            self._rulebook = self._shipped.with_documents(documents)
        except (CalendarError, PolicyError) as error:
            log.error("the calendar stays as it was: %s", error)  # noqa: TRY400 - the line says it all
            return
        version = self._rulebook.at(self._clock.now()).calendar.id
        log.info("calendar: %s, with %d documents applied", version, len(documents))
        for reader in self.readers.values():
            for state in reader.states:
                if isinstance(state, PROCESSORS):
                    state.rule_by(self._rulebook)

    async def _fail(self, error: BaseException) -> None:
        """Stop the process: a worker that reads nothing must not go on holding partitions.

        Faust's own way out can hang on what has failed, so it has a time limit. Nothing is lost by leaving hard: what
        was written is in the changelog, and what was not is still in the events topic.
        """
        if isinstance(error, StoreError):
            log.critical("the worker stops: %s", error)  # the line says it all
        else:
            log.critical("the worker stops: %r", error, exc_info=error)
        asyncio.get_running_loop().call_later(_LAST_WORDS_SECONDS, os._exit, _EXIT_SOFTWARE)
        await self.app.crash(error)

    async def _or_stop(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what needs the states, and stop the process if they cannot be read any more."""
        try:
            await work
        except StoreError as error:
            await self._fail(error)

    def _expect_assignment(self, within: float | None) -> None:
        """Stop if the group has not taken this worker back so many seconds after a revoke; None: it has."""
        if self._rejoining is not None:
            self._rejoining.cancel()
            self._rejoining = None
        if within is not None:
            self._rejoining = asyncio.create_task(self._wait_for_assignment(within))

    async def _wait_for_assignment(self, within: float) -> None:
        await asyncio.sleep(within)
        await self._fail(TimeoutError(f"not back in the group within {within:.0f} s; start the worker again"))

    def _wire(self, app: CoordinatingApp) -> None:
        """Connect Faust's signals and timers."""
        tasks: list[asyncio.Task[None]] = []

        async def assigned(_: Any, assigned: set[Any], **_rest: Any) -> None:
            self._expect_assignment(within=None)
            if not tasks:  # nothing is judged before the calendar is known
                self._rule_by(await self._calendar.start())
                tasks.append(asyncio.create_task(self._calendar.follow(self._rule_by)))
                tasks.append(asyncio.create_task(self._or_stop(self.view.run())))
                tasks.append(asyncio.create_task(self.counts.run()))
            for topic, reader in self.readers.items():
                await reader.assign({tp.partition for tp in assigned if tp.topic == topic})

        async def revoked(_: Any, _revoked: set[Any], **_rest: Any) -> None:
            self._expect_assignment(within=_REJOIN_SECONDS)
            await asyncio.gather(*(reader.revoke() for reader in self.readers.values()))

        async def before_leaving() -> None:
            self._expect_assignment(within=None)
            for task in tasks:
                task.cancel()
            await self.view.stop()
            await self.counts.stop()
            await asyncio.gather(*(reader.stop() for reader in self.readers.values()))
            await self._calendar.stop()

        app.on_partitions_assigned.connect(assigned, weak=False)
        app.on_partitions_revoked.connect(revoked, weak=False)
        app.before_leaving.append(before_leaving)

        @app.timer(1.0)  # type: ignore[untyped-decorator]
        async def advance() -> None:
            if (error := app.group_failure) is not None:
                await self._fail(error)
            await self._or_stop(self._advance())

    async def _advance(self) -> None:
        for reader in self.readers.values():
            reader.advance()

    def run(self, *, loglevel: str) -> None:
        """Work until SIGTERM or SIGINT. Does not return: Faust's worker ends the process.

        Raises:
            OSError: the metrics port is taken.
        """
        # Dossiers live long and hold no cycles: collecting among them as often as Python does by default costs a tenth.
        gc.set_threshold(100_000, 50, 100)
        with closing(self._stores):
            stop_metrics = serve(self.collector, self._settings.metrics_host, self._settings.metrics_port)
            try:
                faust.Worker(self.app, loglevel=loglevel, redirect_stdouts=False).execute_from_commandline()
            finally:
                stop_metrics()
