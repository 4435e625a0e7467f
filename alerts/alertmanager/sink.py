"""The Alertmanager sink: it holds all active alerts of the topic, and sees to it that Alertmanager does.

1. It reads the topic from its beginning, in no consumer group: compacted, it holds the last step of every alert. Only
   at its end does it speak, so that what has been raised and resolved long ago is not told.
2. What is new is posted at once; all that is active every minute, and at once when Alertmanager has been started anew
   (it keeps no alerts) or has not answered.
3. An Alertmanager that is down is tried again within seconds, for as long as it takes. Reading goes on: what is
   resolved meanwhile is not fired afterwards.
4. A broker that is down changes nothing in what is active, and what is active goes on being said.

It keeps nothing itself: one that is started again knows from the topic what is active, and any number may run.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

from aiokafka.errors import KafkaError

from alerts.alertmanager.active import ActiveAlerts, Notice
from alerts.alertmanager.client import AlertmanagerClient
from alerts.alertmanager.pile import CAP
from alerts.delivery.backoff import Backoff
from alerts.delivery.http import UnansweredError, client
from alerts.delivery.progress import Progress
from alerts.delivery.steps import step_of
from alerts.delivery.topic import WholeTopic
from alerts.delivery.trouble import Trouble
from config.clock import Clock, from_timestamp_ms
from config.settings import Settings

NAME = "alertmanager"

_REPEAT_SECONDS = 60.0
_PROBE_SECONDS = 5.0
_FIRST_TRY_SECONDS, _MOST_SECONDS = 1.0, 10.0  # all is told within 30 s of its return
_BATCH = 500  # alerts a POST: half a megabyte


class AlertmanagerSink:
    """Keeps one Alertmanager informed."""

    def __init__(self, settings: Settings, clock: Clock, *, cap: int = CAP) -> None:
        self.progress = Progress(NAME, clock)
        self._settings = settings
        self._clock = clock
        self._cap = cap
        self._trouble = Trouble(NAME)
        self._backoff = Backoff(_FIRST_TRY_SECONDS, _MOST_SECONDS)
        self._active = ActiveAlerts(began_at=clock.now(), cap=cap)
        self._started_at = ""  # of Alertmanager, as it said last
        self._next_try = self._next_probe = self._next_repeat = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set."""
        self._active = ActiveAlerts(began_at=self._clock.now(), cap=self._cap)
        async with WholeTopic(self._settings, self._take) as topic, client() as opened:
            alertmanager = AlertmanagerClient(opened, self._settings.alertmanager)
            while not stop.is_set() and await topic.behind():
                await topic.read()
            while not stop.is_set():
                await topic.read()
                self._active.look(self._clock.now())
                await self._speak(alertmanager)
                await self._report(topic)

    def _take(self, record: Any) -> None:
        if record.value is None:
            self._active.forget(record.key.decode(), from_timestamp_ms(record.timestamp))
        elif step := step_of(record):
            self._active.apply(step.event)

    async def _speak(self, alertmanager: AlertmanagerClient) -> None:
        """Post what is due. What was not taken is due again when it is tried next, with all the rest."""
        if monotonic() < self._next_try:
            return
        try:
            await self._probe(alertmanager)
            await self._post(alertmanager)
        except UnansweredError as error:
            self.progress.count("failed")
            self._trouble.is_now(str(error))
            self._next_probe = self._next_repeat = 0.0
            self._next_try = monotonic() + self._backoff.failed()
        else:
            self._trouble.is_over()
            self._backoff.succeeded()

    async def _probe(self, alertmanager: AlertmanagerClient) -> None:
        if monotonic() < self._next_probe:
            return
        started_at = await alertmanager.started_at()
        if started_at != self._started_at:
            self._started_at, self._next_repeat = started_at, 0.0
        self._next_probe = monotonic() + _PROBE_SECONDS

    async def _post(self, alertmanager: AlertmanagerClient) -> None:
        now = self._clock.now()
        is_all = monotonic() >= self._next_repeat
        for batch in _batches(self._active.everything(now) if is_all else self._active.news(now)):
            outcome = await alertmanager.post([notice.post for notice in batch])
            self.progress.succeeded(outcome, len(batch))
            self._active.said(batch)
        if is_all:
            self._next_repeat = monotonic() + _REPEAT_SECONDS

    async def _report(self, topic: WholeTopic) -> None:
        self.progress.active = self._active.firing
        unheard = self._active.firing if monotonic() < self._next_try else 0
        with suppress(KafkaError):
            self.progress.waits_for(await topic.behind() + self._active.waiting + unheard)


def _batches(notices: Iterator[Notice]) -> Iterator[list[Notice]]:
    found = list(notices)  # to post is to wait; what is said then changes what they are taken from
    return (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))
