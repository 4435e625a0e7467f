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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import faust
import mode.loop

from agents.dossiers import agent
from agents.dossiers.activity import Activity
from agents.dossiers.processor import DossierProcessor
from alerts.prometheus.metrics import WorkerCollector, serve
from alerts.redis.view import View
from config.calendar import Calendar, CalendarDocument, CalendarError
from config.clock import Clock
from config.policy import PolicyError
from config.rulebook import load_rulebook
from config.settings import Settings
from streams.calendar_feed import CalendarFeed
from streams.chunk import PartitionProcessor
from streams.faust_app import CoordinatingApp, create_app
from streams.placement import partition_of
from streams.reader import PartitionReader

log = logging.getLogger(__name__)

_LAST_WORDS_SECONDS = 3.0
_EXIT_SOFTWARE = 70  # EX_SOFTWARE of sysexits.h


class Worker:
    """One worker process."""

    def __init__(self, settings: Settings, clock: Clock, *, data_dir: Path, instance_id: str | None) -> None:
        self._settings = settings
        self._clock = clock
        self._shipped = load_rulebook(settings.policy_file, settings.calendar_dir)
        self._rulebook = self._shipped
        self._calendar = CalendarFeed(settings)
        self._activity = Activity()
        self.app = create_app(settings, data_dir=data_dir, instance_id=instance_id)
        self.app.delegate(settings.events_topic)
        self.reader = PartitionReader(
            settings,
            clock=clock,
            new_processor=self._new_processor,
            handle=agent.register(self.app),
            on_failure=self._fail,
        )
        self.view = View(settings, self.serving)
        self.collector = WorkerCollector(
            self._activity,
            self.serving,
            self.reader.behind,
            calendar=self._calendar_in_force,
            clock=clock,
            view_failures=lambda: self.view.failures,
        )
        self._wire(self.app)

    def serving(self) -> Mapping[int, DossierProcessor]:
        """Return the dossiers of the partitions that this worker serves."""
        return {number: state for number, state in self.reader.serving.items() if isinstance(state, DossierProcessor)}

    def _new_processor(self, partition: int) -> PartitionProcessor:
        partitions = self._settings.partitions
        return DossierProcessor(
            rulebook=self._rulebook,
            clock=self._clock,
            activity=self._activity,
            lives_here=lambda code: partition_of(code.encode(), partitions) == partition,
        )

    def _rule_by(self, documents: Sequence[CalendarDocument]) -> None:
        """Judge by the calendar that comes with the program and all the documents applied since."""
        try:
            self._rulebook = self._shipped.with_documents(documents)
        except (CalendarError, PolicyError) as error:
            log.error("the calendar stays as it was: %s", error)  # noqa: TRY400 - the line says it all
            return
        log.info("calendar: %s, with %d documents applied", self._calendar_in_force().id, len(documents))
        for state in self.reader.states:
            if isinstance(state, DossierProcessor):
                state.rule_by(self._rulebook)

    def _calendar_in_force(self) -> Calendar:
        return self._rulebook.at(self._clock.now()).calendar

    async def _fail(self, error: BaseException) -> None:
        """Stop the process: a worker that reads nothing must not go on holding partitions.

        Faust's own way out can hang on what has failed, so it has a time limit. Nothing is lost by leaving hard: what
        was written is in the changelog, and what was not is still in the events topic.
        """
        log.critical("the worker stops: %r", error, exc_info=error)
        asyncio.get_running_loop().call_later(_LAST_WORDS_SECONDS, os._exit, _EXIT_SOFTWARE)
        await self.app.crash(error)

    def _wire(self, app: CoordinatingApp) -> None:
        """Connect Faust's signals and timers."""
        tasks: list[asyncio.Task[None]] = []

        async def assigned(_: Any, assigned: set[Any], **_rest: Any) -> None:
            if not tasks:  # nothing is judged before the calendar is known
                self._rule_by(await self._calendar.start())
                tasks.append(asyncio.create_task(self._calendar.follow(self._rule_by)))
                tasks.append(asyncio.create_task(self.view.run()))
            await self.reader.assign({tp.partition for tp in assigned if tp.topic == self._settings.events_topic})

        async def revoked(_: Any, _revoked: set[Any], **_rest: Any) -> None:
            await self.reader.revoke()

        async def before_leaving() -> None:
            for task in tasks:
                task.cancel()
            await self.view.stop()
            await self.reader.stop()
            await self._calendar.stop()

        app.on_partitions_assigned.connect(assigned, weak=False)
        app.on_partitions_revoked.connect(revoked, weak=False)
        app.before_leaving.append(before_leaving)

        @app.timer(1.0)  # type: ignore[untyped-decorator]
        async def advance() -> None:
            self.reader.advance()

    def run(self, *, loglevel: str) -> None:
        """Work until SIGTERM or SIGINT. Does not return: Faust's worker ends the process.

        Raises:
            OSError: the metrics port is taken.
        """
        # Dossiers live long and hold no cycles: collecting among them as often as Python does by default costs a tenth.
        gc.set_threshold(100_000, 50, 100)
        stop_metrics = serve(self.collector, self._settings.metrics_host, self._settings.metrics_port)
        try:
            mode.loop.use("uvloop")
            faust.Worker(self.app, loglevel=loglevel, redirect_stdouts=False).execute_from_commandline()
        finally:
            stop_metrics()
